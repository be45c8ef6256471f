using Revisage.Faces;

namespace Revisage.Photographs;

/// <summary>How much of a restored face's square is put back, from 0 at its border to 1 in the face.</summary>
/// <param name="Values">[Side, Side].</param>
public sealed record FaceMask(int Side, float[] Values)
{
    // Of the way from the square's middle to its border: up to here all is taken, and from there on nothing.
    private const double Full = 0.68;
    private const double None = 0.97;

    // Between an oval and a square.
    private const double Roundness = 3;

    // A parser that sees less face than this in the square's middle is not believed.
    private const double LeastFace = 0.6;

    // Pixels of a side over which a parsed region fades, as a share.
    private const double Fade = 1 / 20.0;

    /// <summary>A rounded square that fades towards the border.</summary>
    public static FaceMask Oval(int side)
    {
        var values = new float[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var away = Math.Pow(Math.Pow(Away(x), Roundness) + Math.Pow(Away(y), Roundness), 1 / Roundness);
                var share = Math.Clamp((None - away) / (None - Full), 0, 1);
                values[y * side + x] = (float)(share * share * (3 - 2 * share));
            }
        }

        return new FaceMask(side, values);

        double Away(int place) => Math.Abs(2 * (place + 0.5) / side - 1);
    }

    /// <summary>The oval, and of it only what a parser takes for the head: skin, features, ears, glasses, hair.</summary>
    /// <param name="labels">[side, side], CelebAMask-HQ's classes, as <see cref="FaceParser"/> gives them.</param>
    /// <remarks>Where it sees no face in the middle, which small or covered faces do to it, the oval alone.</remarks>
    public static FaceMask Of(int side, ReadOnlySpan<byte> labels)
    {
        var oval = Oval(side);
        var head = new float[side * side];
        int inside = 0, face = 0;
        for (var i = 0; i < head.Length; i++)
        {
            head[i] = IsHead(labels[i]) ? 1 : 0;
            var (x, y) = (i % side, i / side);
            if (x >= side / 4 && x < side - side / 4 && y >= side / 4 && y < side - side / 4)
            {
                inside++;
                face += IsFace(labels[i]) ? 1 : 0;
            }
        }

        if (face < LeastFace * inside)
        {
            return oval;
        }

        var radius = Math.Max(1, (int)Math.Round(side * Fade));
        var soft = BoxMean.Of(BoxMean.Of(head, side, side, radius), side, side, radius);
        for (var i = 0; i < soft.Length; i++)
        {
            soft[i] *= oval.Values[i];
        }

        return new FaceMask(side, soft);
    }

    /// <summary>At a place of the square whose side is 1, between the nearest four values.</summary>
    public float At(float x, float y)
    {
        var (u, v) = (Math.Clamp(x * Side - 0.5f, 0, Side - 1), Math.Clamp(y * Side - 0.5f, 0, Side - 1));
        var (left, top) = (Math.Min((int)u, Side - 2), Math.Min((int)v, Side - 2));
        var (across, down) = (u - left, v - top);
        var at = top * Side + left;
        var (upper, lower) = (Values[at] + across * (Values[at + 1] - Values[at]), Values[at + Side] + across * (Values[at + Side + 1] - Values[at + Side]));
        return upper + down * (lower - upper);
    }

    private static bool IsFace(byte label) => label is >= 1 and <= 12;

    // 13 is hair, 15 an earring; 14, a hat, and neck and clothes are not the head's own.
    private static bool IsHead(byte label) => IsFace(label) || label is 13 or 15;
}
