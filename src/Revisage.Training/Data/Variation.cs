using System.Numerics;
using Revisage.Faces;
using Revisage.Training.Training;

namespace Revisage.Training.Data;

/// <summary>How one sample's face is moved and mirrored, alike for its picture, its landmarks and its parsing map.</summary>
/// <param name="Left">Of the square that is cut, in pixels of the face with its margin.</param>
/// <param name="Top">Likewise.</param>
internal sealed record Variation(int Left, int Top, bool Mirrored)
{
    public static Variation Draw(DataOptions options, int margin, SampleRandom random)
    {
        var shift = Math.Min(options.Shift, margin);
        return new Variation(margin + random.Next(-shift, shift), margin + random.Next(-shift, shift), options.Flip && random.Next(0, 1) == 1);
    }

    /// <summary>[from, from, 3] to [side, side, 3].</summary>
    public void Cut(byte[] rgb, int from, Span<byte> target, int side)
    {
        for (var y = 0; y < side; y++)
        {
            var line = rgb.AsSpan(3 * ((Top + y) * from + Left), 3 * side);
            var to = target.Slice(3 * y * side, 3 * side);
            if (!Mirrored)
            {
                line.CopyTo(to);
                continue;
            }

            for (var x = 0; x < side; x++)
            {
                line.Slice(3 * x, 3).CopyTo(to[(3 * (side - 1 - x))..]);
            }
        }
    }

    public Landmarks Move(Landmarks landmarks, int side)
    {
        var moved = landmarks.Transformed(Matrix3x2.CreateTranslation(-Left, -Top));
        return Mirrored ? moved.Mirrored(side) : moved;
    }

    /// <summary>[from, from] to [side, side]; left and right exchanged in a mirror.</summary>
    public void CutParsing(byte[]? classes, int from, Span<byte> target, int side)
    {
        if (classes is null)
        {
            target.Fill(FaceBatch.Unlabelled);
            return;
        }

        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var label = classes[(Top + y) * from + Left + x];
                target[y * side + (Mirrored ? side - 1 - x : x)] = Mirrored ? MirrorOf(label) : label;
            }
        }
    }

    // Brows 2 and 3, eyes 4 and 5, ears 7 and 8.
    private static byte MirrorOf(byte label) => label switch { 2 => 3, 3 => 2, 4 => 5, 5 => 4, 7 => 8, 8 => 7, _ => label };
}
