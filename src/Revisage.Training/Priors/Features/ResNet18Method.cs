using System.Reflection;
using Revisage.Data;
using Revisage.Restoration;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Runs;

namespace Revisage.Training.Priors.Features;

/// <summary>How large the faces are that <see cref="ResNet18Network"/> looks at.</summary>
public sealed record ResNet18Recipe : Recipe
{
    public ResNet18Recipe() => Data = new DataOptions { LowRes = 0, Range = ValueRange.Unit };
}

/// <summary><see cref="ResNet18Network"/> with the weights of a package that everybody can have: what a perceptual loss and two metrics look through.</summary>
public sealed class ResNet18Method : ImportedMethod
{
    public override string Id => PerceptualFeatures.Resnet18;

    public override string Citation =>
        "He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition. CVPR 2016. Weights: the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18.";

    public override Type RecipeType => typeof(ResNet18Recipe);

    public override ModelTask Task => ModelTask.Features;

    public override NameMap AuthorLayout => AuthorLayouts.ResNet18;

    public override string PublishedAt { get; } = typeof(ResNet18Method).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "ResNet18Weights").Value!;

    public override TrainingData Terms { get; } = new(
        "ImageNet; weights imported from the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18",
        "MIT (.NET Foundation and contributors); learned from ImageNet, whose photographs are for research alone");

    /// <summary>The means of the last map, then the map after each stage, by <see cref="ResNetStage"/>'s names.</summary>
    public override IReadOnlyList<string> Outputs(Recipe recipe) =>
        ["features", .. Enum.GetNames<ResNetStage>().Select(name => name.ToLowerInvariant())];

    public override Block ShippedNetwork(Recipe recipe) => new ResNet18Network();

    private protected override Recipe RecipeFor(int side) => new ResNet18Recipe
    {
        Method = Id,
        Data = new DataOptions { HighRes = side, LowRes = 0, Range = ValueRange.Unit },
    };
}
