using Revisage.Fixtures;

namespace Revisage.Torch.Tests;

/// <summary>Each wrapper, and autograd through it, against PyTorch's numbers (<c>fixtures/torch/tensors.py</c>).</summary>
public class TensorConformanceTests
{
    private static readonly TorchFixture Reference = new("tensors.safetensors");

    [Theory]
    [MemberData(nameof(TensorCases.Names), MemberType = typeof(TensorCases))]
    public void Values_and_gradients_are_PyTorchs(string name)
    {
        using var scope = new TensorScope();
        var tensorCase = TensorCases.All.Single(c => c.Name == name);
        var inputs = tensorCase.Inputs();
        foreach (var input in inputs)
        {
            input.RequiresGrad = true;
        }

        var y = tensorCase.Apply(inputs);

        y.Shape.ShouldBe(Reference.Shape($"{name}:y"));
        y.ToArray().ShouldBeClose(Reference[$"{name}:y"], 1e-6, name);
        var cotangent = TensorCase.Given($"{name}.cotangent", -1, 1, [.. y.Shape]);
        var gradients = Autograd.Gradients([y], [cotangent], inputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            // Sums of some ten products in another order.
            gradients[i].ToArray().ShouldBeClose(Reference[$"{name}:d.x{i}"], 2e-6, $"{name}:d.x{i}");
        }
    }

    [Fact]
    public void Every_case_of_the_reference_is_compared()
    {
        var cases = TensorCases.All.Select(c => $"{c.Name}:y").ToHashSet();

        Reference.Names.Where(name => name.EndsWith(":y", StringComparison.Ordinal) && !cases.Contains(name)).ShouldBe(["penalty:y"]);
    }

    [Fact]
    public void The_gradient_penalty_is_differentiated_twice()
    {
        using var scope = new TensorScope();
        Tensor Learned(string name, params long[] shape)
        {
            var weight = TensorCase.Given($"penalty.{name}", -0.3, 0.3, shape);
            weight.RequiresGrad = true;
            return weight;
        }

        var (conv1, bias1) = (Learned("conv1", 8, 3, 4, 4), Learned("bias1", 8));
        var (conv2, bias2) = (Learned("conv2", 16, 8, 4, 4), Learned("bias2", 16));
        var linear = Learned("linear", 1, 256);
        var x = TensorCase.Given("penalty.x", -1, 1, 4, 3, 16, 16);
        x.RequiresGrad = true;
        var score = x.Conv2d(conv1, bias1, 2, 1, 1, 1).LeakyRelu(0.2).Conv2d(conv2, bias2, 2, 1, 1, 1).LeakyRelu(0.2).Flatten(1).Linear(linear, null);

        var gradient = Autograd.Gradients(score.Sum(), [x], createGraph: true)[0];
        var penalty = (gradient.Pow(2).Sum([1, 2, 3]).Sqrt() - 1).Pow(2).Mean();
        var gradients = Autograd.Gradients(penalty, [conv1, conv2, linear]);

        penalty.ToArray().ShouldBeClose(Reference["penalty:y"], 1e-5, "penalty");
        gradients[0].ToArray().ShouldBeClose(Reference["penalty:d.conv1"], 1e-5, "conv1");
        gradients[1].ToArray().ShouldBeClose(Reference["penalty:d.conv2"], 1e-5, "conv2");
        gradients[2].ToArray().ShouldBeClose(Reference["penalty:d.linear"], 1e-5, "linear");
    }
}
