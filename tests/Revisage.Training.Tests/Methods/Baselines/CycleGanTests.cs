using Revisage.Training.Layers;
using Revisage.Training.Methods.Baselines;

namespace Revisage.Training.Tests.Methods.Baselines;

public class CycleGanTests
{
    [Theory]
    [InlineData(16, 0, 2, 64)]
    [InlineData(64, 2, 0, 16)]
    [InlineData(64, 1, 2, 128)]
    [InlineData(128, 2, 1, 64)]
    [InlineData(64, 2, 2, 64)]
    public void Its_generators_lead_from_one_size_to_another(int side, int halvings, int doublings, int made) =>
        ShapeWalk.Of(new CycleGanGenerator(new CycleGanOptions(), halvings, doublings), 3, side, side).OutputShapes.ShouldHaveSingleItem().ShouldBe([3, made, made]);

    [Fact]
    public void Whichever_way_it_leads_the_weights_are_the_same() =>
        NetworkCase.Listing(new CycleGanGenerator(new CycleGanOptions(), halvings: 0)).ShouldBe(NetworkCase.Approved("cyclegan"));

    [Fact]
    public void More_doublings_than_it_has_are_refused() =>
        Should.Throw<RevisageException>(() => new CycleGanGenerator(new CycleGanOptions(), doublings: 3))
            .Message.ShouldBe("CycleGAN's generator halves and doubles the size 2 times at most, not 2 and 3 times.");

    [Theory]
    [InlineData(3, 70)]
    [InlineData(2, 34)]
    [InlineData(1, 16)]
    public void A_discriminators_score_sees_a_patch(int halvings, int patch)
    {
        var discriminator = new CycleGanDiscriminator(new CycleGanDiscriminatorOptions { Halvings = halvings });

        // From one score back to the picture, layer by layer.
        var side = 1;
        foreach (var (layer, _) in discriminator.NamedWeights().Where(named => named.Weight.Shape.Count == 4).Index().Reverse())
        {
            side = (side - 1) * (layer < halvings ? 2 : 1) + 4;
        }

        side.ShouldBe(patch);
        var whole = 8 << halvings;
        ShapeWalk.Of(discriminator, 3, whole, whole).OutputShapes.ShouldHaveSingleItem().ShouldBe([1, 8 - 2, 8 - 2]);
    }
}
