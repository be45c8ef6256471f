using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Features;

/// <summary>
/// How a method compares faces by what a trained network sees of them. The papers take ImageNet's VGG; without its
/// weights another network stands in for it, with a weight of its own.
/// </summary>
public sealed record PerceptualOptions
{
    /// <summary>A file of torchvision's weights, or of others in its layout; null for <see cref="Network"/>.</summary>
    public string? Vgg { get; init; }

    /// <summary>What looks where there is no <see cref="Vgg"/>.</summary>
    public PerceptualNetwork Network { get; init; }

    /// <summary>Of VGG: 16 or 19.</summary>
    public int Depth { get; init; } = 16;

    /// <summary>
    /// VGG's layers by the papers' names. <c>face-features</c> is shaped as VGG-16: a fourth convolution of a block has its third
    /// in its place.
    /// </summary>
    public IReadOnlyList<string> Layers { get; init; } = ["relu5_3"];

    /// <summary>Of <c>resnet18</c>, in the place of <see cref="Layers"/>: after which stages maps are compared.</summary>
    public IReadOnlyList<ResNetStage> Stages { get; init; } = [ResNetStage.Conv2, ResNetStage.Conv3, ResNetStage.Conv4, ResNetStage.Conv5];

    /// <summary>What VGG is fed.</summary>
    public VggInput Input { get; init; } = VggInput.ImageNet;

    /// <summary>The paper's weight, which VGG's loss has.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// By what the weight is multiplied for <c>face-features</c>, so that the loss's gradient at the face has the share of the
    /// pixel loss's that the method's page states.
    /// </summary>
    public double FaceFeaturesScale { get; init; } = 1;

    /// <summary>Likewise for <c>resnet18</c>.</summary>
    public double Resnet18Scale { get; init; } = 1;

    /// <summary>The weight of whichever network looks.</summary>
    internal double WeightInUse => Weight * (Vgg is not null ? 1 : Network == PerceptualNetwork.Resnet18 ? Resnet18Scale : FaceFeaturesScale);
}

/// <summary>What looks at faces in VGG's place.</summary>
public enum PerceptualNetwork
{
    /// <summary>The shipped model <c>face-features</c>, taught on faces; shaped as VGG-16.</summary>
    FaceFeatures,

    /// <summary>The imported model <c>resnet18</c>, taught on ImageNet (<see cref="ResNet18Network"/>).</summary>
    Resnet18,
}

/// <summary>What a VGG takes.</summary>
public enum VggInput
{
    /// <summary>[0, 1] less ImageNet's mean, over its deviation: what torchvision's weights were trained with.</summary>
    ImageNet,

    /// <summary>[0, 1] as it is: what Kim 2019's code feeds it.</summary>
    Unit,

    /// <summary>
    /// [0, 255] less the mean, and blue first: for Caffe's weights in torchvision's layout, which Yu 2018's code looks through.
    /// Torchvision's own would see colours sixty times too strong.
    /// </summary>
    Caffe,
}

/// <summary>The network that perceptual losses look through, its weights fixed.</summary>
public sealed class PerceptualFeatures : IDisposable
{
    /// <summary>The shipped model in VGG's place.</summary>
    public const string Prior = "face-features";

    /// <summary>The imported model in VGG's place.</summary>
    public const string Resnet18 = "resnet18";

    private static readonly double[] ImageNetMean = [0.485, 0.456, 0.406];
    private static readonly double[] ImageNetDeviation = [0.229, 0.224, 0.225];
    private static readonly double[] CaffeMean = [123.68, 116.779, 103.939];

    private readonly TorchNetwork network;
    private readonly Func<FeatureMap, IReadOnlyList<FeatureMap>> look;
    private readonly Func<Tensor, Tensor> enter;

    private PerceptualFeatures(TorchNetwork network, Func<FeatureMap, IReadOnlyList<FeatureMap>> look, string name, Func<Tensor, Tensor> enter) =>
        (this.network, this.look, Name, this.enter) = (network, look, name, enter);

    /// <summary>The loss's name in logs: <c>vgg</c>, or <c>face_features</c> and <c>resnet18</c>, which are never called VGG.</summary>
    public string Name { get; }

    /// <summary>The network's weights, of which none is learned.</summary>
    internal IReadOnlyList<Tensor> Parameters => network.Parameters;

    /// <summary>What <see cref="Methods.Method.Priors"/> says of it.</summary>
    public static IReadOnlyList<string> PriorsOf(PerceptualOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.WeightInUse == 0 || options.Vgg is not null ? [] : [options.Network == PerceptualNetwork.Resnet18 ? Resnet18 : Prior];
    }

    /// <summary>Null where the loss has no weight.</summary>
    /// <param name="range">Of the faces that will be compared.</param>
    /// <exception cref="RevisageException">The weights are absent, or of another network.</exception>
    public static PerceptualFeatures? Open(PerceptualOptions options, ValueRange range, TrainingSetting setting)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(setting);
        return options.WeightInUse == 0 ? null
            : options.Vgg is { } path ? OpenVgg(options, path, range, setting.Device)
            : options.Network == PerceptualNetwork.Resnet18 ? OpenResnet18(options, range, setting)
            : OpenFaceFeatures(options, range, setting);
    }

    /// <summary><see cref="PerceptualLoss"/> over the options' layers, unweighted.</summary>
    /// <param name="sr">[N, 3, H, W], which carries the gradient.</param>
    /// <param name="hr">Likewise; none passes through it.</param>
    public Tensor Loss(Tensor sr, Tensor hr, Precision precision)
    {
        ArgumentNullException.ThrowIfNull(hr);
        IReadOnlyList<Tensor> truth;
        using (Autograd.WithoutGradients())
        {
            truth = Of(hr, precision);
        }

        return PerceptualLoss.Of(Of(sr, precision), truth);
    }

    public void Dispose() => network.Dispose();

    private static PerceptualFeatures OpenVgg(PerceptualOptions options, string path, ValueRange range, Device device)
    {
        var vgg = new VggNetwork(new VggOptions { Depth = options.Depth, Layers = options.Layers });
        var network = new TorchNetwork("vgg", vgg, seed: 0, device);
        network.Load(AuthorLayouts.Vgg.Apply(ImportedCheckpoint.Read(path), network.Weights.Select(named => named.Path)));
        var (factor, offset) = options.Input switch
        {
            VggInput.ImageNet => (ImageNetDeviation.Select(deviation => 1 / deviation).ToArray(), ImageNetMean.Zip(ImageNetDeviation, (mean, deviation) => -mean / deviation).ToArray()),
            VggInput.Unit => ([1, 1, 1], [0, 0, 0]),
            VggInput.Caffe => ([255, 255, 255], [.. CaffeMean.Select(mean => -mean)]),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Input, "There is no such input."),
        };
        return new PerceptualFeatures(network.Fix(), vgg.Features, "vgg", faces =>
        {
            var scaled = ToUnit(faces, range) * PerColour(factor, device) + PerColour(offset, device);
            return options.Input == VggInput.Caffe ? Tensor.Cat([scaled.Narrow(1, 2, 1), scaled.Narrow(1, 1, 1), scaled.Narrow(1, 0, 1)], 1) : scaled;
        });
    }

    private static PerceptualFeatures OpenFaceFeatures(PerceptualOptions options, ValueRange range, TrainingSetting setting)
    {
        var (recipe, weights) = ShippedNetwork.Read(setting.Models.Find(Prior));
        var vgg = new VggNetwork(((FaceFeaturesRecipe)recipe).Network with { Layers = [.. options.Layers.Select(layer => layer.Replace("_4", "_3", StringComparison.Ordinal))] });
        var network = new TorchNetwork(Prior, vgg, seed: 0, setting.Device);
        network.Load(weights);
        var (low, width) = recipe.Data.Range.Bounds();
        return new PerceptualFeatures(network.Fix(), vgg.Features, "face_features", faces => recipe.Data.Range == range ? faces : ToUnit(faces, range) * width + low);
    }

    private static PerceptualFeatures OpenResnet18(PerceptualOptions options, ValueRange range, TrainingSetting setting)
    {
        if (options.Stages.Count == 0)
        {
            throw new RevisageException($"'{Resnet18}' was asked for no stage. Set perceptual.stages to one or more of conv2, conv3, conv4 and conv5.");
        }

        var resnet = new ResNet18Network();
        var network = new TorchNetwork(Resnet18, resnet, seed: 0, setting.Device);
        network.Load(ShippedNetwork.Read(ShippedNetwork.Find(setting.Models, Resnet18)).Weights);
        return new PerceptualFeatures(network.Fix(), Look, "resnet18", faces => ToUnit(faces, range));

        IReadOnlyList<FeatureMap> Look(FeatureMap face)
        {
            var maps = resnet.Stages(face, options.Stages.Max());
            return [.. options.Stages.Select(stage => maps[(int)stage])];
        }
    }

    private static Tensor ToUnit(Tensor faces, ValueRange range)
    {
        var (low, width) = range.Bounds();
        return (faces - low) * (1.0 / width);
    }

    private static Tensor PerColour(double[] values, Device device) => Tensor.Of([.. values.Select(value => (float)value)], 1, 3, 1, 1).To(device);

    private IReadOnlyList<Tensor> Of(Tensor faces, Precision precision) =>
        [.. look(network.Enter(enter(faces), new ForwardMode(Training: false, precision))).Select(TorchNetwork.Leave)];
}
