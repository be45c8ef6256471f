using Revisage.Data;
using Revisage.Restoration;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;

namespace Revisage.Training.Priors.Metrics;

/// <summary>How large the faces are that LPIPS compares.</summary>
public sealed record LpipsRecipe : Recipe
{
    public LpipsRecipe() => Data = new DataOptions { LowRes = 0 };
}

/// <summary><see cref="LpipsNetwork"/> with its published weights.</summary>
public abstract class LpipsMethod : ImportedMethod
{
    public sealed override string Citation =>
        "Zhang, Isola, Efros, Shechtman, Wang: The Unreasonable Effectiveness of Deep Features as a Perceptual Metric. CVPR 2018.";

    public sealed override Type RecipeType => typeof(LpipsRecipe);

    public sealed override ModelTask Task => ModelTask.Distance;

    public sealed override bool PublishedInTwo => true;

    public sealed override NameMap AuthorLayout => AuthorLayouts.Lpips;

    public sealed override IReadOnlyList<OnnxInput> Inputs(Recipe recipe)
    {
        var face = base.Inputs(recipe)[0];
        return [face, new OnnxInput("other", face.Shape)];
    }

    public sealed override IReadOnlyList<string> Outputs(Recipe recipe) => ["lpips"];

    private protected sealed override Recipe RecipeFor(int side) => new LpipsRecipe
    {
        Method = Id,
        Data = new DataOptions { HighRes = side, LowRes = 0 },
    };
}

/// <summary>LPIPS over AlexNet.</summary>
public sealed class LpipsAlexMethod : LpipsMethod
{
    public override string Id => "lpips-alex";

    public override int LeastSide => 31;

    public override Block ShippedNetwork(Recipe recipe) => LpipsNetwork.Alex();
}

/// <summary>LPIPS over VGG-16.</summary>
public sealed class LpipsVggMethod : LpipsMethod
{
    public override string Id => "lpips-vgg";

    public override int LeastSide => 16;

    public override Block ShippedNetwork(Recipe recipe) => LpipsNetwork.Vgg();
}
