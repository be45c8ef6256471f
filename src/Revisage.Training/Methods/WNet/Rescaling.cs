using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>Twice the height and width (W-Net, section 3.3): pixel shuffle and batch norm. 147,840 parameters.</summary>
public sealed class UpModule(int inputChannels, int outputChannels) : Block
{
    private readonly Upsampler up = new(inputChannels, outputChannels);
    private readonly BatchNorm2d norm = new(outputChannels);

    public override FeatureMap Forward(FeatureMap x) => norm.Forward(up.Forward(x)).Relu();
}

/// <summary>Half the height and width (W-Net, section 3.3): the inverse pixel shuffle and batch norm. 147,648 parameters.</summary>
public sealed class DownModule(int inputChannels, int outputChannels) : Block
{
    private readonly Conv2d conv = new(4 * inputChannels, outputChannels, 3, padding: 1);
    private readonly BatchNorm2d norm = new(outputChannels);

    public override FeatureMap Forward(FeatureMap x) => norm.Forward(conv.Forward(x.PixelUnshuffle(2))).Relu();
}

/// <summary>
/// <paramref name="factor"/> times the height and width by Keys' cubic (a = -0.5), which Pillow and MATLAB enlarge with, as a
/// transposed convolution of fixed numbers: LibTorch's own bicubic has a = -0.75. Two pixels or more beyond the border the faces are
/// mirrored, where those leave out what lies outside.
/// </summary>
/// <param name="factor">Even.</param>
public sealed class BicubicEnlargement(int factor) : Block
{
    // A pixel reaches two pixels to each side: 4 * factor of the large face's.
    private readonly Weight weight = new([3, 1, 4 * factor, 4 * factor], Fill) { Learned = false };

    // The mirrored pixels make 2 * factor more on each side, and a pixel's reach begins 1.5 * factor before its own.
    public override FeatureMap Forward(FeatureMap x) =>
        x.PadReflect(2, 2, 2, 2).ConvTranspose2d(weight, null, stride: factor, padding: 7 * factor / 2, groups: 3);

    private static void Fill(Span<float> values, IReadOnlyList<int> shape, Random random)
    {
        var side = shape[^1];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Cubic(i / side % side) * Cubic(i % side));
        }

        // Keys 1981, equation 4, with a = -1/2.
        double Cubic(int place)
        {
            var t = Math.Abs(4 * (place + 0.5) / side - 2);
            return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2;
        }
    }
}
