using System.Buffers;
using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.GroundTruth;

/// <summary>Parsing maps, [height, width] with one <see cref="FaceClass"/> a pixel, and what is made of them.</summary>
public static class ParsingMaps
{
    public const int Classes = 19;

    // The 68 points leave out forehead, thickness of the brows and flanks of the nose. These shares are those of the
    // best overlap with CelebAMask-HQ's labels among few tried.

    // Of the distance from chin to root of the nose, that the outline reaches above the brows: in the middle, and at their ends.
    private const float Forehead = 0.5f;
    private const float Temple = 0.2f;

    // Of the distance from brow to eye: a brow's edge above its five points, and the one below.
    private const float BrowAbove = 0.1f;
    private const float BrowBelow = 0.35f;

    // Of the distance between the nostrils' outer points: how far the wings lie outside of them, and the root's half width.
    private const float NoseWing = 0.15f;
    private const float NoseRoot = 0.2f;

    // Of the nose's length: the wings' height.
    private const float NoseWingHeight = 0.2f;

    /// <summary>The classes in the order of zllrunning's BiSeNet, whose numbers are others.</summary>
    public static ReadOnlySpan<FaceClass> BiSeNetOrder =>
    [
        FaceClass.Background, FaceClass.Skin, FaceClass.LeftBrow, FaceClass.RightBrow, FaceClass.LeftEye, FaceClass.RightEye, FaceClass.Glasses,
        FaceClass.LeftEar, FaceClass.RightEar, FaceClass.Earring, FaceClass.Nose, FaceClass.Mouth, FaceClass.UpperLip, FaceClass.LowerLip,
        FaceClass.Neck, FaceClass.Necklace, FaceClass.Cloth, FaceClass.Hair, FaceClass.Hat,
    ];

    /// <summary>W-Net's binary map: 1 on skin, 0 on features, hair and all else (section 3.1).</summary>
    /// <param name="target">As many as labels.</param>
    public static void Skin(ReadOnlySpan<byte> labels, Span<float> target)
    {
        CheckSize(labels.Length, target.Length);
        for (var i = 0; i < labels.Length; i++)
        {
            target[i] = labels[i] == (byte)FaceClass.Skin ? 1 : 0;
        }
    }

    /// <summary>
    /// W-Net's target at the small face's size: the binary map shrunk by antialiased bicubic, so grey at edges, in
    /// steps of 1/255.
    /// </summary>
    /// <param name="labels">[height, width].</param>
    /// <param name="target">[side, side] in [0, 1].</param>
    public static void SmallSkin(ReadOnlySpan<byte> labels, int width, int height, int side, Span<float> target)
    {
        CheckSize(labels.Length, width * height);
        CheckSize(target.Length, side * side);
        // Resizing knows RGB alone.
        var rented = ArrayPool<byte>.Shared.Rent(3 * (labels.Length + target.Length));
        var large = rented.AsSpan(0, 3 * labels.Length);
        var small = rented.AsSpan(large.Length, 3 * target.Length);
        for (var i = 0; i < labels.Length; i++)
        {
            large.Slice(3 * i, 3).Fill(labels[i] == (byte)FaceClass.Skin ? (byte)255 : (byte)0);
        }

        PillowResize.Resize(large, width, height, small, side, side, ResampleFilter.Bicubic);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = small[3 * i] / 255f;
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>1 where the part is seen, 0 elsewhere.</summary>
    /// <param name="target">As many as labels.</param>
    public static void Mask(ReadOnlySpan<byte> labels, FaceRegion region, Span<float> target)
    {
        CheckSize(labels.Length, target.Length);
        var classes = region switch
        {
            FaceRegion.Eyes => Bits(FaceClass.LeftEye, FaceClass.RightEye),
            FaceRegion.Brows => Bits(FaceClass.LeftBrow, FaceClass.RightBrow),
            FaceRegion.Nose => Bits(FaceClass.Nose),
            _ => Bits(FaceClass.Mouth, FaceClass.UpperLip, FaceClass.LowerLip),
        };
        for (var i = 0; i < labels.Length; i++)
        {
            target[i] = labels[i] < Classes ? (classes >> labels[i]) & 1 : 0;
        }

        static uint Bits(params ReadOnlySpan<FaceClass> classes)
        {
            var bits = 0u;
            foreach (var one in classes)
            {
                bits |= 1u << (int)one;
            }

            return bits;
        }
    }

    /// <summary>The class that takes another's place in a mirror.</summary>
    public static FaceClass MirrorOf(FaceClass one) => one switch
    {
        FaceClass.LeftEye => FaceClass.RightEye,
        FaceClass.RightEye => FaceClass.LeftEye,
        FaceClass.LeftBrow => FaceClass.RightBrow,
        FaceClass.RightBrow => FaceClass.LeftBrow,
        FaceClass.LeftEar => FaceClass.RightEar,
        FaceClass.RightEar => FaceClass.LeftEar,
        _ => one,
    };

    /// <summary>
    /// A map where nobody labelled one and there is no parser: polygons of the landmarks. Knows skin, brows, eyes, nose
    /// and mouth; hair over the forehead, glasses and ears it cannot know.
    /// </summary>
    /// <param name="landmarks">Hidden ones are left out of the polygons.</param>
    /// <returns>[height, width].</returns>
    public static byte[] FromLandmarks(Landmarks landmarks, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var labels = new byte[checked(width * height)];
        var points = landmarks.Points;
        Span<Vector2> outline = stackalloc Vector2[27];

        // Jaw, and back over the forehead.
        points[Landmarks.Jaw].CopyTo(outline);
        var up = points[27] - points[8];
        for (var i = 0; i < 10; i++)
        {
            var share = Temple + (Forehead - Temple) * MathF.Sin(MathF.PI * i / 9);
            outline[17 + i] = points[26 - i] + share * up;
        }

        Fill(outline, FaceClass.Skin);

        var across = points[35] - points[31];
        up = points[27] - points[33];
        Fill(
        [
            points[27] - NoseRoot * across, points[31] - NoseWing * across + NoseWingHeight * up, points[31] - NoseWing * across, points[32], points[33],
            points[34], points[35] + NoseWing * across, points[35] + NoseWing * across + NoseWingHeight * up, points[27] + NoseRoot * across,
        ], FaceClass.Nose);
        Brow(points[17..22], points[36..42], FaceClass.RightBrow);
        Brow(points[22..27], points[42..48], FaceClass.LeftBrow);
        Fill(points[36..42], FaceClass.RightEye);
        Fill(points[42..48], FaceClass.LeftEye);
        // Lips lie over a nose that reaches down to them; the inside last, since lips that are shut would hide nothing of it.
        Fill([.. points[48..55], points[64], points[63], points[62], points[61], points[60]], FaceClass.UpperLip);
        Fill([.. points[54..60], points[48], points[60], points[67], points[66], points[65], points[64]], FaceClass.LowerLip);
        Fill(points[60..68], FaceClass.Mouth);
        return labels;

        void Fill(ReadOnlySpan<Vector2> polygon, FaceClass label) => PolygonFill.Fill(polygon, (byte)label, labels, width, height);

        void Brow(ReadOnlySpan<Vector2> brow, ReadOnlySpan<Vector2> eye, FaceClass label)
        {
            var down = Centre(eye) - Centre(brow);
            Span<Vector2> edge = stackalloc Vector2[10];
            for (var i = 0; i < 5; i++)
            {
                edge[i] = brow[i] - BrowAbove * down;
                edge[9 - i] = brow[i] + BrowBelow * down;
            }

            Fill(edge, label);
        }
    }

    private static Vector2 Centre(ReadOnlySpan<Vector2> points)
    {
        var sum = Vector2.Zero;
        foreach (var point in points)
        {
            sum += point;
        }

        return sum / points.Length;
    }

    private static void CheckSize(int length, int expected)
    {
        if (length != expected)
        {
            throw new ArgumentException($"A parsing map of {expected} pixels was expected, but it has {length}.", nameof(length));
        }
    }
}
