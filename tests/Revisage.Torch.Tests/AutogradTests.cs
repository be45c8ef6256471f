namespace Revisage.Torch.Tests;

public class AutogradTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Seeds_weigh_the_outputs()
    {
        var x = Learned(2);

        var gradient = Autograd.Gradients([x * 3, x * x], [Tensor.Of([10f], 1), Tensor.Of([1f], 1)], [x])[0];

        gradient.Item().ShouldBe(34);    // 10 * 3 + 1 * 2x
    }

    [Fact]
    public void A_second_derivative_needs_the_firsts_graph()
    {
        var x = Learned(2);

        var first = Autograd.Gradients((x * x * x).Sum(), [x], createGraph: true)[0];
        var flat = Autograd.Gradients((x * x * x).Sum(), [x])[0];

        first.Item().ShouldBe(12);    // 3x²
        Autograd.Gradients(first.Sum(), [x])[0].Item().ShouldBe(12);    // 6x
        flat.RequiresGrad.ShouldBeFalse();
    }

    [Fact]
    public void A_graph_serves_once_unless_it_is_retained()
    {
        var x = Learned(2);
        var y = (x * x).Sum();

        Autograd.Gradients(y, [x], retainGraph: true)[0].Item().ShouldBe(4);
        Autograd.Gradients(y, [x])[0].Item().ShouldBe(4);
        Should.Throw<TorchException>(() => Autograd.Gradients(y, [x])).Message.ShouldContain("backward through the graph a second time");
    }

    [Fact]
    public void An_input_that_was_not_used_is_refused()
    {
        var (x, unused) = (Learned(2), Learned(3));

        Should.Throw<TorchException>(() => Autograd.Gradients((x * x).Sum(), [x, unused])).Message.ShouldContain("not have been used in the graph");
    }

    [Fact]
    public void Without_gradients_nothing_is_recorded_until_the_mode_ends()
    {
        var x = Learned(2);
        using (Autograd.WithoutGradients())
        {
            using (Autograd.WithoutGradients())
            {
                (x * x).RequiresGrad.ShouldBeFalse();
            }

            (x * x).RequiresGrad.ShouldBeFalse();
        }

        (x * x).RequiresGrad.ShouldBeTrue();
    }

    private static Tensor Learned(float value)
    {
        var tensor = Tensor.Of([value], 1);
        tensor.RequiresGrad = true;
        return tensor;
    }
}
