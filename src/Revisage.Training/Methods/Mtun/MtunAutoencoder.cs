using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>
/// MTUN's convolutional autoencoder (Yu 2018, figure 2 and section 3.2): down to a single pixel and back, each map beside
/// that of its size from the way down; it draws out details and leaves out noise. [N, 3, 16, 16] to
/// [N, 8 width, 16, 16]; 42,157,024 parameters at the paper's width of 32.
/// </summary>
/// <remarks>In training it takes two images a batch or more, since it normalises over single pixels.</remarks>
public sealed class MtunAutoencoder(int width) : Block
{
    private readonly Encoding encode1 = new(3, width);
    private readonly Encoding encode2 = new(width, 4 * width);
    private readonly Encoding encode3 = new(4 * width, 16 * width);
    private readonly Encoding encode4 = new(16 * width, 64 * width, kernel: 2, padding: 0);
    private readonly MtunDeconvolution decode1 = new(64 * width, 32 * width, kernel: 2, padding: 0);
    private readonly MtunDeconvolution decode2 = new(48 * width, 24 * width);
    private readonly MtunDeconvolution decode3 = new(28 * width, 16 * width);
    private readonly MtunDeconvolution decode4 = new(17 * width, 8 * width);

    public override FeatureMap Forward(FeatureMap x)
    {
        var at8 = encode1.Forward(x);
        var at4 = encode2.Forward(at8);
        var at2 = encode3.Forward(at4);
        var code = encode4.Forward(at2);                                    // N x 2048 x 1 x 1
        x = decode2.Forward(decode1.Forward(code).Concat(at2));             // N x 768 x 4 x 4
        x = decode3.Forward(x.Concat(at4));
        return decode4.Forward(x.Concat(at8));                              // N x 256 x 16 x 16
    }

    private sealed class Encoding(int inChannels, int channels, int kernel = 4, int padding = 1) : Block
    {
        private readonly Conv2d conv = new(inChannels, channels, kernel, stride: 2, padding: padding);
        private readonly BatchNorm2d norm = new(channels);

        public override FeatureMap Forward(FeatureMap x) => norm.Forward(conv.Forward(x)).LeakyRelu(0.2);
    }
}
