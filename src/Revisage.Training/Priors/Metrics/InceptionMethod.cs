using Revisage.Data;
using Revisage.Restoration;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Runs;

namespace Revisage.Training.Priors.Metrics;

/// <summary>How large the faces are whose features the Fréchet Inception distance compares.</summary>
public sealed record InceptionRecipe : Recipe
{
    public InceptionRecipe() => Data = new DataOptions { LowRes = 0, Range = ValueRange.Unit };
}

/// <summary><see cref="InceptionNetwork"/> with the weights that FID is reported by.</summary>
public sealed class InceptionMethod : ImportedMethod
{
    public override string Id => "inception";

    public override string Citation =>
        "Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture for Computer Vision. CVPR 2016. Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter: GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium. NeurIPS 2017.";

    public override Type RecipeType => typeof(InceptionRecipe);

    public override ModelTask Task => ModelTask.Features;

    public override NameMap AuthorLayout => AuthorLayouts.Inception;

    public override Block ShippedNetwork(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new InceptionNetwork(recipe.Data.HighRes);
    }

    private protected override Recipe RecipeFor(int side) => new InceptionRecipe
    {
        Method = Id,
        Data = new DataOptions { HighRes = side, LowRes = 0, Range = ValueRange.Unit },
    };
}
