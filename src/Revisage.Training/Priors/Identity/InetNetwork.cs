using Revisage.Training.Layers;
using Revisage.Training.Priors.Features;

namespace Revisage.Training.Priors.Identity;

/// <summary>The sizes of <see cref="InetNetwork"/>; the defaults are GWAInet's.</summary>
public sealed record InetOptions
{
    /// <summary>Height and width of a face: a multiple of 32.</summary>
    public int InputSize { get; init; } = 256;

    /// <summary>Brings the last map to 7x7 as torchvision's VGG does; then faces are of 128, 224 or 256 pixels.</summary>
    public bool PoolTo7 { get; init; }

    /// <summary>Channels of VGG's first block.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Numbers an embedding has.</summary>
    public int Embedding { get; init; } = 4096;
}

/// <summary>
/// Inet, the identity encoder of GWAInet (Dogan et al., "Exemplar Guided Face Image Super-Resolution without Facial
/// Landmarks", CVPR Workshops 2019, section 3.2): VGG-16 up to its second fully connected layer. [N, 3, S, S], RGB in
/// [0, 1] less the mean colour, to an embedding [N, 4096]; 165,717,824 parameters at 256 pixels.
/// </summary>
/// <remarks>
/// The paper does not say which layer it takes: here fc7 without its ReLU. Differs from VGG: no dropout, and at 256 pixels
/// fc6 sees 8x8 pixels unless they are pooled.
/// </remarks>
public sealed class InetNetwork : Block
{
    private readonly VggNetwork vgg;
    private readonly Linear fc6;
    private readonly Linear fc7;
    private readonly InetOptions options;

    /// <exception cref="RevisageException">The input's size does not fit.</exception>
    public InetNetwork(InetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.PoolTo7 ? options.InputSize is not (128 or 224 or 256) : options.InputSize < 32 || options.InputSize % 32 != 0)
        {
            throw new RevisageException(
                $"Inet cannot take faces of {options.InputSize} pixels. Take {(options.PoolTo7 ? "128, 224 or 256, or do not pool to 7x7" : "a multiple of 32")}.");
        }

        this.options = options;
        vgg = new VggNetwork(new VggOptions { Width = options.Width });
        var side = options.PoolTo7 ? 7 : options.InputSize / 32;
        fc6 = new Linear(vgg.Channels[0] * side * side, options.Embedding);
        fc7 = new Linear(options.Embedding, options.Embedding);
    }

    public override FeatureMap Forward(FeatureMap x)
    {
        x = vgg.Forward(x).MaxPool(2, 2);                       // N x 8W x S/32 x S/32
        x = options.PoolTo7 ? PooledTo7(x) : x;
        return fc7.Forward(fc6.Forward(x.Flatten()).Relu());
    }

    /// <summary>PyTorch's adaptive average pooling: of 8 pixels each two neighbours; of 4, each one and each two, which enlarging corner to corner gives too.</summary>
    private FeatureMap PooledTo7(FeatureMap x) => options.InputSize switch
    {
        256 => x.AveragePool(2, 1),
        128 => x.Resize(Interpolation.Bilinear, 7 / 4.0, alignCorners: true),
        _ => x,
    };
}

/// <summary>The chance that two embeddings [N, D] are one person's (Dogan 2019, equation 5): sigmoid(w . |e1 - e2| + b).</summary>
public sealed class SiameseHead(int embedding) : Block
{
    private readonly Weight weight = new([1, embedding], Initializers.LayerWeight);
    private readonly Weight bias = new([1], Initializers.LayerBias(embedding));

    /// <param name="x">[N, D], |e1 - e2|.</param>
    /// <returns>[N, 1], before the sigmoid.</returns>
    public override FeatureMap Forward(FeatureMap x) => x.Linear(weight, bias);

    /// <summary>[N, 1], before the sigmoid, for a loss that wants it so.</summary>
    public FeatureMap Logit(FeatureMap first, FeatureMap second) => Forward((first - second).Abs());
}

/// <summary>What Inet is trained as (Dogan 2019, section 3.2): two faces' embeddings, and <see cref="SiameseHead"/>. Only the encoder is kept.</summary>
public sealed class InetPairNetwork(InetOptions options) : Block
{
    private readonly InetNetwork inet = new(options);
    private readonly SiameseHead same = new(options.Embedding);

    /// <summary>Faces to embeddings.</summary>
    public override FeatureMap Forward(FeatureMap x) => inet.Forward(x);

    /// <summary>[N, 1], before the sigmoid, for a loss that wants it so.</summary>
    public FeatureMap Logit(FeatureMap first, FeatureMap second) => same.Logit(first, second);

    /// <summary>[N, 1] in [0, 1].</summary>
    public FeatureMap Same(FeatureMap first, FeatureMap second) => Logit(first, second).Sigmoid();
}
