using Revisage.Faces;

namespace Revisage.Photographs.Video;

/// <summary>A few numbers of what a box of a frame shows, to tell a cut to another scene from the face going on.</summary>
internal static class FaceLook
{
    /// <summary>Differences from here up are another picture: a fifth of the way from black to white, on average.</summary>
    public const double Another = 0.2;

    private const int Cells = 6;

    /// <returns>[Cells, Cells] mean greys in [0, 1]; none of a box outside.</returns>
    public static float[] Of(Photo frame, FaceBox box)
    {
        var pixels = new PixelBox((int)box.Left, (int)box.Top, (int)box.Width, (int)box.Height).Within(frame.Width, frame.Height);
        var look = new float[Cells * Cells];
        if (pixels.Width < Cells || pixels.Height < Cells)
        {
            return look;
        }

        var samples = frame.Samples.Span;
        Span<int> sums = stackalloc int[Cells * Cells];
        Span<int> counts = stackalloc int[Cells * Cells];
        for (var y = 0; y < pixels.Height; y++)
        {
            var row = samples.Slice(((pixels.Top + y) * frame.Width + pixels.Left) * 3, 3 * pixels.Width);
            for (var x = 0; x < pixels.Width; x++)
            {
                var cell = y * Cells / pixels.Height * Cells + x * Cells / pixels.Width;
                sums[cell] += row[3 * x] + row[3 * x + 1] + row[3 * x + 2];
                counts[cell] += 3 * byte.MaxValue;
            }
        }

        for (var cell = 0; cell < look.Length; cell++)
        {
            look[cell] = (float)sums[cell] / counts[cell];
        }

        return look;
    }

    public static double Difference(float[] one, float[] other) => one.Zip(other, (a, b) => (double)Math.Abs(a - b)).Average();
}
