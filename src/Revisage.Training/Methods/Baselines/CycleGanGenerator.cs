using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="CycleGanGenerator"/>; the defaults are the paper's for larger pictures.</summary>
public sealed record CycleGanOptions
{
    /// <summary>Channels of the first convolution; the residual blocks have 4 times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Residual blocks: 9, or 6 for pictures of 128 pixels (appendix 7.2).</summary>
    public int Blocks { get; init; } = 9;
}

/// <summary>
/// CycleGAN's generator (Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", ICCV 2017,
/// appendix 7.2; Johnson et al., ECCV 2016): two convolutions that halve the size, residual blocks, two that double it, all with
/// instance norm. [N, 3, H, W] in [-1, 1] to the same (tanh); 11,378,179 parameters, named as in the authors' code.
/// </summary>
/// <remarks>
/// Differs from the paper: between faces of two sizes, which High-to-Low compares itself with, some convolutions keep the
/// size. A generator from small to large faces (4x) halves nothing, that from large to small doubles nothing; the weights are the same.
/// </remarks>
public sealed class CycleGanGenerator : Block
{
    private const int Resizings = 2;

    private readonly Sequence model;

    /// <param name="halvings">Of the two convolutions that halve the size, how many do; the first ones.</param>
    /// <param name="doublings">Of the two that double it; the last ones.</param>
    /// <exception cref="RevisageException">There are not so many.</exception>
    public CycleGanGenerator(CycleGanOptions options, int halvings = Resizings, int doublings = Resizings)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (halvings is < 0 or > Resizings || doublings is < 0 or > Resizings)
        {
            throw new RevisageException($"CycleGAN's generator halves and doubles the size {Resizings} times at most, not {halvings} and {doublings} times.");
        }

        var width = options.Width;
        model = new(
        [
            new ReflectionPad(3), Convolution(3, width, 7), new InstanceNorm2d(width), new Relu(),
            .. Enumerable.Range(0, Resizings).SelectMany(i => Narrowing(width << i, halves: i < halvings)),
            .. Enumerable.Range(0, options.Blocks).Select(_ => new ReflectedResidualBlock(4 * width)),
            .. Enumerable.Range(0, Resizings).SelectMany(i => Widening(width << (Resizings - i), doubles: i >= Resizings - doublings)),
            new ReflectionPad(3), Convolution(width, 3, 7), new Tanh(),
        ]);
    }

    public override FeatureMap Forward(FeatureMap x) => model.Forward(x);

    private static Block[] Narrowing(int channels, bool halves) =>
        [Convolution(channels, 2 * channels, 3, stride: halves ? 2 : 1, padding: 1), new InstanceNorm2d(2 * channels), new Relu()];

    private static Block[] Widening(int channels, bool doubles) =>
    [
        new ConvTranspose2d(
            channels, channels / 2, 3, stride: doubles ? 2 : 1, padding: 1, outputPadding: doubles ? 1 : 0,
            initializer: Initializers.Normal(0.02), biasInitializer: Initializers.Zeros),
        new InstanceNorm2d(channels / 2),
        new Relu(),
    ];

    private static Conv2d Convolution(int inChannels, int channels, int kernel, int stride = 1, int padding = 0) =>
        new(inChannels, channels, kernel, stride, padding, initializer: Initializers.Normal(0.02), biasInitializer: Initializers.Zeros);

    private sealed class ReflectionPad(int size) : Block
    {
        public override FeatureMap Forward(FeatureMap x) => x.PadReflect(size, size, size, size);
    }

    private sealed class ReflectedResidualBlock(int channels) : Block
    {
        [StateName("conv_block")]
        private readonly Sequence residual = new(
            new ReflectionPad(1), Convolution(channels, channels, 3), new InstanceNorm2d(channels), new Relu(),
            new ReflectionPad(1), Convolution(channels, channels, 3), new InstanceNorm2d(channels));

        public override FeatureMap Forward(FeatureMap x) => x + residual.Forward(x);
    }
}
