using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Methods.RevisageNet;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.RevisageNet;

[Trait("Category", "torch")]
public class RevisageNetworkTests
{
    private static readonly ForwardMode InUse = new(Training: false, Precision.Fp32);

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Faces_of_every_size_cost_about_the_same(int side)
    {
        var method = MethodCatalog.Find("revisage");
        var small = method.Walk(RecipeFile.Parse("method: revisage", "of a test", []));
        var large = method.Walk(RecipeFile.Parse("method: revisage", "of a test", [$"data.low_res={side}"]));

        large.OutputShapes[0].ShouldBe([3, 128, 128]);
        ((double)large.MultiplyAdds / small.MultiplyAdds).ShouldBeInRange(1, 1.1);
    }

    [Theory]
    [InlineData(24, 128)]
    [InlineData(8, 128)]
    [InlineData(32, 96)]
    [InlineData(128, 128)]
    public void Sizes_that_do_not_double_from_16_are_refused(int small, int large)
    {
        var method = MethodCatalog.Find("revisage");
        var recipe = RecipeFile.Parse("method: revisage", "of a test", [$"data.low_res={small}", $"data.high_res={large}"]);

        Should.Throw<RevisageException>(() => method.Check(recipe)).Message.ShouldContain($"data.low_res is {small} and data.high_res {large}");
    }

    [Fact]
    public void A_large_face_comes_to_the_doublings_past_the_trunk()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = new TorchNetwork("network", new RevisageNetwork(new RevisageOptions(), 64, 128), seed: 1);
        network.Weights.Count(named => named.Path.Contains("entry.weight", StringComparison.Ordinal)).ShouldBe(2);

        var face = Tensor.Full(0.5, 1, 3, 64, 64);
        var before = network.Forward(face, InUse);
        foreach (var (_, weight) in network.Weights.Where(named => named.Path.Contains("entry", StringComparison.Ordinal)))
        {
            network[weight].Copy(network[weight] * 2);
        }

        (network.Forward(face, InUse) - before).Abs().Sum().Item().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_guide_is_brought_into_faces_of_the_first_models_sizes_alone()
    {
        var recipe = RecipeFile.Parse("method: revisage-guided", "of a test", ["data.low_res=32"]);

        Should.Throw<RevisageException>(() => MethodCatalog.Find("revisage-guided").Phases(recipe)[0].Create(Stages.Setting)).Message
            .ShouldStartWith("'revisage-16' makes faces of 16x16 to 128x128 in the range Signed, but the recipe's are 32 to 128 in Signed.");
    }

    [Fact]
    public void Without_a_guide_the_face_stays_as_it_was_made()
    {
        using var scope = new TensorScope();
        using var network = Guided();
        var inputs = Inputs(coverage: 0);

        network.Forward(inputs, InUse)[0].ToArray().ShouldBe(inputs[0].ToArray());
    }

    [Fact]
    public void What_the_guide_shows_and_how_it_is_laid_over_the_face_both_matter()
    {
        using var scope = new TensorScope();
        using var network = Guided();
        var inputs = Inputs(coverage: 1);
        var made = network.Forward(inputs, InUse)[0];

        for (var i = 1; i < inputs.Count; i++)
        {
            var others = inputs.ToArray();
            others[i] = others[i] * 0.5 + 0.3;
            (network.Forward(others, InUse)[0] - made).Abs().Mean().Item().ShouldBeGreaterThan(1e-4, $"input {i}");
        }
    }

    // Its last layer begins at zero; a trained one does not stay there.
    private static TorchNetwork Guided()
    {
        var network = new TorchNetwork("guided", new RevisageGuidedNetwork(new RevisageGuidedOptions { Channels = 16, Blocks = 1 }), seed: 1);
        using var mode = Autograd.WithoutGradients();
        var (_, tail) = network.Weights.Single(named => named.Path == "tail.weight");
        var values = new float[tail.Count];
        Fixtures.Numbers.Fill(values, "tail");
        network[tail].Copy(Tensor.Of(values, [.. tail.Shape.Select(extent => (long)extent)]) * 0.1);
        return network;
    }

    private static IReadOnlyList<Tensor> Inputs(double coverage)
    {
        const int side = 16;
        return [Filled("sr", 3), Filled("guide", 3), Filled("detail", 3), Filled("flow", 2), Tensor.Full(coverage, 1, 1, side, side)];

        static Tensor Filled(string name, int channels)
        {
            var values = new float[channels * side * side];
            Fixtures.Numbers.Fill(values, name);
            return Tensor.Of(values, 1, channels, side, side);
        }
    }
}
