using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Mtun;

public class MtunDiscriminatorTests
{
    [Theory]
    [InlineData(128, 32, 96 * 8 * 8)]
    [InlineData(64, 16, 48 * 4 * 4)]
    public void Its_first_fully_connected_layer_sees_what_four_poolings_leave(int side, int width, int features)
    {
        var network = new MtunDiscriminator(new MtunDiscriminatorOptions { Side = side, Width = width });

        network.NamedWeights().Single(named => named.Path == "fc1.weight").Weight.Shape.ShouldBe([32 * width, features]);
        ShapeWalk.Of(network, 3, side, side).OutputShapes.ShouldHaveSingleItem().ShouldBe([1]);
    }

    [Fact]
    [Trait("Category", "torch")]
    public void Dropout_makes_its_judgement_vary_in_training_alone()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = new TorchNetwork("discriminator", new MtunDiscriminator(new MtunDiscriminatorOptions { Side = 32, Width = 4 }), seed: 1);
        var face = Tensor.Rand(1, 3, 32, 32);

        Judged(training: false).ShouldBe(Judged(training: false));
        Judged(training: true).ShouldNotBe(Judged(training: true));

        float Judged(bool training) => network.Forward(face, new ForwardMode(training, Precision.Fp32)).ToArray().Single();
    }
}
