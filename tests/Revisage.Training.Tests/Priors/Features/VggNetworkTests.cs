using Revisage.Training.Layers;
using Revisage.Training.Priors.Features;

namespace Revisage.Training.Tests.Priors.Features;

public class VggNetworkTests
{
    [Fact]
    public void The_network_ends_with_the_deepest_layer_asked_for() =>
        new VggNetwork(new VggOptions { Depth = 19, Layers = ["relu2_1", "relu1_1"] }).NamedWeights().Select(named => named.Path).ShouldBe(
        [
            "features.0.weight", "features.0.bias", "features.2.weight", "features.2.bias", "features.5.weight", "features.5.bias",
        ]);

    [Fact]
    public void Layers_come_in_the_order_they_were_asked_for_with_their_channels()
    {
        var network = new VggNetwork(new VggOptions { Width = 8, Layers = ["relu4_3", "relu1_2", "relu3_1"] });

        network.Channels.ShouldBe([64, 8, 32]);
        ShapeWalk.Of(network.NamedWeights(), [[3, 32, 48]], x => network.Features(x[0])).OutputShapes
            .Select(shape => string.Join('x', shape)).ShouldBe(["64x4x6", "8x32x48", "32x8x12"]);
        ShapeWalk.Of(network, 3, 32, 48).OutputShapes.ShouldHaveSingleItem().ShouldBe([64, 4, 6]);
    }

    [Theory]
    [InlineData(16, "relu3_4", "VGG-16 has no layer 'relu3_4'. There are: relu1_1, relu1_2, relu2_1, relu2_2, relu3_1, relu3_2, relu3_3, relu4_1, relu4_2, relu4_3, relu5_1, relu5_2, relu5_3.")]
    [InlineData(16, "pool5", "VGG-16 has no layer 'pool5'. There are: relu1_1, relu1_2, relu2_1, relu2_2, relu3_1, relu3_2, relu3_3, relu4_1, relu4_2, relu4_3, relu5_1, relu5_2, relu5_3.")]
    [InlineData(11, "relu1_1", "There is no VGG of 11 layers here. There are 16 and 19.")]
    public void What_there_is_not_is_named(int depth, string layer, string message) =>
        Should.Throw<RevisageException>(() => new VggNetwork(new VggOptions { Depth = depth, Layers = [layer] })).Message.ShouldBe(message);

    [Fact]
    public void No_layer_at_all_is_refused() =>
        Should.Throw<RevisageException>(() => new VggNetwork(new VggOptions { Layers = [] }))
            .Message.ShouldBe("VGG-16 was asked for no layer. Name one or more, such as relu1_1.");
}
