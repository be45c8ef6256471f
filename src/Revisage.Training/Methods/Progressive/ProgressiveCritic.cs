using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Progressive;

/// <summary>
/// The critic of progressive face super-resolution (Kim et al., BMVC 2019, section 3.1 and figure 1), the generator's mirror: each step
/// halves the size, and what varies within the batch comes in as one more channel before the end. [N, 3, H, W] in [-1, 1],
/// H and W multiples of 8, to scores [N, 1]; 8,065,537 parameters, named as in the authors' code.
/// </summary>
/// <remarks>
/// The paper's "standard deviation of input batch" is that of the images, as in the authors' code, not of the features as in Karras
/// 2018. Differs from that code: of a single image it is 0 instead of no number.
/// </remarks>
public sealed class ProgressiveCritic(ProgressiveOptions options) : Block
{
    [StateName("from_rgb")]
    private readonly Conv2d[] fromRgb = [.. Enumerable.Range(1, ProgressiveGenerator.Steps).Select(step => new Conv2d(3, options.Channels >> step, 1))];

    [StateName("step{0}", First = 1)]
    private readonly Sequence[] steps =
        [.. Enumerable.Range(1, ProgressiveGenerator.Steps).Select(step => new Sequence(new ConvPair(options.Channels >> step, options.Channels >> (step - 1))))];

    [StateName("equal_conv")]
    private readonly EqualizedConv2d equalConv = new(options.Channels + 1, options.Channels, 3, padding: 1);

    private readonly Linear linear = new(options.Channels, 4 * options.Channels);
    private readonly Linear linear2 = new(4 * options.Channels, 1);

    /// <summary>The scores of the largest faces, all steps faded in.</summary>
    public override FeatureMap Forward(FeatureMap x) => AtStep(x, ProgressiveGenerator.Steps, alpha: 1);

    /// <summary>The scores of faces that the generator makes at <paramref name="step"/>, through as many steps, [N, 1].</summary>
    /// <param name="step">From 1 to 3.</param>
    /// <param name="image">H and W multiples of 2^step.</param>
    /// <param name="alpha">How far the step is faded in: at 0 the face of half the size skips it, at 1 none does.</param>
    public FeatureMap AtStep(FeatureMap image, int step, double alpha)
    {
        ProgressiveGenerator.CheckStep(step, alpha);
        var features = Halved(fromRgb[step - 1].Forward(image), step);
        if (step > 1 && alpha < 1)
        {
            features = (1 - alpha) * fromRgb[step - 2].Forward(image.AveragePool(2, 2)) + alpha * features;
        }

        for (var i = step - 1; i >= 1; i--)
        {
            features = Halved(features, i);
        }

        // One number for the whole batch; pooling brings it to the size of the features.
        var variety = image.BatchStd(unbiased: true).Channels(3, 1).AveragePool(1 << step, 1 << step);
        var end = equalConv.Forward(features.Concat(variety)).GlobalAveragePool().Flatten();    // N x 513 x 16 x 16 -> N x 512
        return linear2.Forward(linear.Forward(end));
    }

    private FeatureMap Halved(FeatureMap x, int step) => steps[step - 1].Forward(x).AveragePool(2, 2);

    private sealed class ConvPair(int inChannels, int channels) : Block
    {
        private readonly Sequence conv = new(
            new EqualizedConv2d(inChannels, channels, 3, padding: 1), new LeakyRelu(0.2),
            new EqualizedConv2d(channels, channels, 3, padding: 1), new LeakyRelu(0.2));

        public override FeatureMap Forward(FeatureMap x) => conv.Forward(x);
    }
}
