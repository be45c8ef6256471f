using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;

namespace Revisage.Training.Tests.Methods.Mtun;

[Trait("Category", "torch")]
public sealed class Stn0MethodTests : IDisposable
{
    private readonly SyntheticFaces faces = new(train: 8, val: 2, side: 128, hr: 128);
    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        faces.Dispose();
    }

    [Fact]
    public void It_learns_to_set_small_faces_upright()
    {
        var recipe = Recipe();
        using var stage = new Stn0Method().FirstStage(recipe);
        var batch = FaceDataset.Load(faces.Open(), "train", recipe.Data, seed: 1).Batch(0, 8);
        var first = stage.Step(batch, 0).Values().ShouldHaveSingleItem();

        for (var iteration = 1; iteration < 150; iteration++)
        {
            using var step = new TensorScope();
            stage.Step(batch, iteration);
        }

        stage.Step(batch, 150).Values()[0].Value.ShouldBeLessThan(0.6 * first.Value);
    }

    [Theory]
    [InlineData("data.high_res=32", "data.low_res is 16, data.high_res 32 and data.unaligned there")]
    [InlineData("data.unaligned=null", "data.low_res is 16, data.high_res 16 and data.unaligned absent")]
    public void Faces_that_it_cannot_learn_from_are_refused(string change, string what) =>
        Should.Throw<RevisageException>(() => new Stn0Method().Check(Recipe(change))).Message
            .ShouldBe($"STN0 sets faces of 16 pixels upright, but {what}. Set both sizes to 16, data.full_res to the photographs' and data.unaligned to {{}}.");

    private static Recipe Recipe(params string[] overrides) => RecipeFile.Parse("""
        method: stn0
        precision: fp32
        learning_rate: {peak: 2e-3}
        data: {high_res: 16, low_res: 16, full_res: 128, unaligned: {}}
        """, "of the test", overrides);
}
