using Revisage.Training.Layers;
using Revisage.Training.Priors.Identity;

namespace Revisage.Training.Tests.Priors.Identity;

public class InetNetworkTests
{
    [Theory]
    [InlineData(128, false, 512 * 4 * 4)]
    [InlineData(256, false, 512 * 8 * 8)]
    [InlineData(128, true, 512 * 7 * 7)]
    [InlineData(224, true, 512 * 7 * 7)]
    public void The_first_fully_connected_layer_sees_what_the_size_leaves(int size, bool pooled, int features)
    {
        var network = new InetNetwork(new InetOptions { InputSize = size, PoolTo7 = pooled });

        network.NamedWeights().Single(named => named.Path == "fc6.weight").Weight.Shape.ShouldBe([4096, features]);
        ShapeWalk.Of(network, 3, size, size).OutputShapes.ShouldHaveSingleItem().ShouldBe([4096]);
    }

    [Theory]
    [InlineData(100, false, "Inet cannot take faces of 100 pixels. Take a multiple of 32.")]
    [InlineData(0, false, "Inet cannot take faces of 0 pixels. Take a multiple of 32.")]
    [InlineData(160, true, "Inet cannot take faces of 160 pixels. Take 128, 224 or 256, or do not pool to 7x7.")]
    public void Sizes_that_do_not_fit_are_refused(int size, bool pooled, string message) =>
        Should.Throw<RevisageException>(() => new InetNetwork(new InetOptions { InputSize = size, PoolTo7 = pooled })).Message.ShouldBe(message);
}
