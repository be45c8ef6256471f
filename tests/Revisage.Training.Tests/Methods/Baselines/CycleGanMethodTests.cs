using Revisage.Torch;
using Revisage.Training.Methods.Baselines;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Methods.HighToLow;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Baselines;

[Trait("Category", "torch")]
public sealed class CycleGanMethodTests : IDisposable
{
    private static readonly CycleGanRecipe Recipe = new()
    {
        Method = "cyclegan",
        Precision = Precision.Fp32,
        LearningRate = new LearningRate { Peak = 5e-3 },
        Network = new CycleGanOptions { Width = 4, Blocks = 1 },
        DiscriminatorWidth = 4,
        Data = TinyDegradation.HighToLow.Data,
    };

    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void The_way_there_and_back_becomes_shorter_and_discriminators_learn()
    {
        using var stage = new CycleGanMethod().FirstStage(Recipe);
        var batch = TinyDegradation.Batch(2);

        var first = stage.Step(batch, 0).Values();
        for (var step = 1; step < 30; step++)
        {
            using var inner = new TensorScope();
            stage.Step(batch, step);
        }

        var last = stage.Step(batch, 30).Values();

        first.Select(loss => loss.Name).ShouldBe(["adversarial_large", "adversarial_small", "cycle", "identity", "discriminator_large", "discriminator_small"]);
        foreach (var falling in new[] { "cycle", "identity", "discriminator_large", "discriminator_small" })
        {
            last.Single(loss => loss.Name == falling).Value.ShouldBeLessThan(0.8 * first.Single(loss => loss.Name == falling).Value, falling);
        }
    }

    [Fact]
    public void Losses_without_weight_are_left_out()
    {
        using var stage = new CycleGanMethod().FirstStage(Recipe with { CycleWeight = 0, IdentityWeight = 0 });

        stage.Step(TinyDegradation.Batch(2), 0).Values().Select(loss => loss.Name)
            .ShouldBe(["adversarial_large", "adversarial_small", "discriminator_large", "discriminator_small"]);
    }

    [Theory]
    [InlineData(16, 64)]
    [InlineData(64, 128)]
    [InlineData(32, 32)]
    public void It_enlarges_as_the_data_says(int small, int large)
    {
        var recipe = Recipe with { Data = Recipe.Data with { LowRes = small, HighRes = large } };
        var method = new CycleGanMethod();

        method.Check(recipe);

        method.Walk(recipe).OutputShapes.Single().ShouldBe([3, large, large]);
    }

    [Fact]
    public void Other_sizes_are_refused()
    {
        Refused(16, 128).ShouldBe("CycleGAN enlarges faces 4 times at most, and by powers of two, but data.low_res is 16 and data.high_res 128. Set sizes that fit.");
        Refused(8, 32).ShouldStartWith("data.low_res is 8,");

        static string Refused(int small, int large) =>
            Should.Throw<RevisageException>(() => new CycleGanMethod().Check(Recipe with { Data = Recipe.Data with { LowRes = small, HighRes = large } })).Message;
    }
}
