using Revisage.Data.Samples;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Samples;

/// <summary>Ovals of random colour, size and place, with two eyes and a mouth, in place of photographs.</summary>
internal static class DrawnFaces
{
    public static SmallFaces Small(int count) => new([.. Enumerable.Range(0, count).Select(i => SmallFaces.ToPoint(Draw(i, SmallFaces.Side)))]);

    public static Image Draw(int seed, int side)
    {
        var random = new Random(seed);
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        double[] skin = [Between(0.3, 0.9), Between(0.2, 0.8), Between(0.1, 0.7)];
        double[] ground = [Between(0, 1), Between(0, 1), Between(0, 1)];
        var (centreX, centreY, wide, high) = (Between(0.42, 0.58), Between(0.45, 0.55), Between(0.28, 0.4), Between(0.38, 0.5));
        var (eyes, mouth, apart) = (Between(-0.3, -0.1), Between(0.35, 0.6), Between(0.35, 0.5));
        var pixels = new float[3 * side * side];
        for (var i = 0; i < side * side; i++)
        {
            var x = ((i % side + 0.5) / side - centreX) / wide;
            var y = ((i / side + 0.5) / side - centreY) / high;
            var face = 1 / (1 + Math.Exp(12 * (x * x + y * y - 1)));
            var dark = Math.Exp(-40 * (Math.Pow(Math.Abs(x) - apart, 2) + Math.Pow(y - eyes, 2))) + 0.6 * Math.Exp(-60 * Math.Pow(y - mouth, 2) - 8 * x * x);
            for (var c = 0; c < 3; c++)
            {
                pixels[c * side * side + i] = (float)Math.Clamp(ground[c] * (1 - face) + skin[c] * face * (1 - 0.7 * dark), 0, 1);
            }
        }

        return new Image(side, side, pixels);
    }
}
