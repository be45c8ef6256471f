using Revisage.Fixtures;

namespace Revisage.Torch.Tests;

/// <summary>Twenty steps on given gradients, the rate changed after ten, against PyTorch's optimisers.</summary>
public class OptimizerTests
{
    private static readonly TorchFixture Reference = new("tensors.safetensors");

    [Fact]
    public void Adam_walks_PyTorchs_path() => Walk("adam", parameters => new Adam(parameters, new AdamOptions()) { LearningRate = 0 });

    [Fact]
    public void Adam_takes_the_constants_that_critics_are_trained_with() =>
        Walk("adam_gan", parameters => new Adam(parameters, new AdamOptions { Beta1 = 0.5, Beta2 = 0.9, Epsilon = 1e-6 }) { LearningRate = 0 });

    [Fact]
    public void RMSprop_walks_PyTorchs_path() => Walk("rmsprop", parameters => new RmsProp(parameters, new RmsPropOptions()) { LearningRate = 0 });

    [Fact]
    public void RMSprop_takes_its_constants() =>
        Walk("rmsprop_smooth", parameters => new RmsProp(parameters, new RmsPropOptions { Smoothing = 0.9, Epsilon = 1e-6 }) { LearningRate = 0 });

    [Fact]
    public void State_survives_the_scope_that_it_was_made_in()
    {
        IOptimizer optimizer;
        using var parameter = TensorScope.Unscoped(() => Tensor.Of([1f], 1));
        using (new TensorScope())
        {
            optimizer = new Adam([parameter], new AdamOptions()) { LearningRate = 1 };
        }

        using var scope = new TensorScope();
        optimizer.Step([Tensor.Of([4f], 1)]);

        // Adam's first step is the rate, whatever the gradient: m / √v = 1 after the corrections.
        parameter.ToArray().ShouldBeClose([0f], 1e-6, "parameter");
        optimizer.State.Select(state => state.Name).ShouldBe(["m", "v"]);
        optimizer.State[0].Tensors[0].ToArray().ShouldBeClose([0.4f], 1e-6, "m");
        optimizer.State[1].Tensors[0].ToArray().ShouldBeClose([0.016f], 1e-6, "v");
        optimizer.Dispose();
    }

    private static void Walk(string name, Func<IReadOnlyList<Tensor>, IOptimizer> make)
    {
        using var scope = new TensorScope();
        long[][] shapes = [[4, 3], [5], [2, 2, 3, 3]];
        var parameters = shapes.Select((shape, i) => TensorCase.Given($"{name}.p{i}", -1, 1, shape)).ToArray();
        foreach (var parameter in parameters)
        {
            parameter.RequiresGrad = true;
        }

        using var optimizer = make(parameters);
        for (var step = 0; step < 20; step++)
        {
            optimizer.LearningRate = step < 10 ? 1e-2 : 3e-3;
            optimizer.Step([.. shapes.Select((shape, i) => TensorCase.Given($"{name}.g{step}.{i}", -1, 1, shape))]);
            for (var i = 0; i < shapes.Length && Reference.Names.Contains($"{name}:{step + 1}.p0"); i++)
            {
                parameters[i].ToArray().ShouldBeClose(Reference[$"{name}:{step + 1}.p{i}"], 1e-6, $"{name}, step {step + 1}, parameter {i}");
            }
        }

        optimizer.Steps.ShouldBe(20);
    }
}
