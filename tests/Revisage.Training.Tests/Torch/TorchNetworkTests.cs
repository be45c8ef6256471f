using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Torch;

[Trait("Category", "torch")]
public class TorchNetworkTests : IDisposable
{
    private static readonly ForwardMode InTraining = new(Training: true, Precision.Fp32);
    private static readonly ForwardMode InUse = new(Training: false, Precision.Fp32);
    private static readonly TorchFixture Reference = new("modules.safetensors");

    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Three steps of plain gradient descent, against torch.nn.utils.spectral_norm.</summary>
    [Fact]
    public void Spectral_norm_iterates_and_learns_as_PyTorchs()
    {
        using var network = new TorchNetwork("critic", new SpectralConv2d(3, 4, 3, padding: 1), seed: 0);
        network.Load(new[]
        {
            Given("spectral.weight", "weight", -1, 1, 4, 3, 3, 3), Given("spectral.bias", "bias", -1, 1, 4),
            Given("spectral.weight_u", "weight_u", 0.1, 1, 4), Given("spectral.weight_v", "weight_v", 0.1, 1, 27),
        }.ToDictionary(array => array.Name));
        var cotangent = Given("spectral.cotangent", "", -1, 1, 2, 4, 5, 7).ToTensor();
        Tensor y = cotangent;
        for (var step = 0; step < 3; step++)
        {
            y = network.Forward(Given($"spectral.x{step}", "", -1, 1, 2, 3, 5, 7).ToTensor(), InTraining);
            var gradients = Autograd.Gradients((y * cotangent).Sum(), network.Parameters);
            using var mode = Autograd.WithoutGradients();
            foreach (var (parameter, gradient) in network.Parameters.Zip(gradients))
            {
                parameter.Copy(parameter - gradient * 0.1);
            }
        }

        y.ToArray().ShouldBeClose(Reference["spectral:y"], 1e-5, "y");
        foreach (var array in network.Save())
        {
            array.ToFloats().ShouldBeClose(Reference[$"spectral:{array.Name}"], 1e-5, array.Name);
        }
    }

    [Fact]
    public void In_use_spectral_norm_stands_still()
    {
        using var network = new TorchNetwork("critic", new SpectralConv2d(3, 4, 3), seed: 1);
        var before = network.Save().ToDictionary(array => array.Name, array => array.ToFloats());
        var x = Tensor.Ones(1, 3, 5, 5);

        var first = network.Forward(x, InUse).ToArray();

        network.Forward(x, InUse).ToArray().ShouldBe(first);
        network.Save().ShouldAllBe(array => array.ToFloats().SequenceEqual(before[array.Name]));
    }

    [Fact]
    public void The_power_iteration_finds_the_largest_singular_value()
    {
        using var network = new TorchNetwork("critic", new SpectralConv2d(2, 2, 1, bias: false), seed: 1);
        network.Load(network.Save().Select(array => array.Name == "weight" ? StoredArray.Of("weight", [3, 0, 0, 2], 2, 2, 1, 1) : array).ToDictionary(array => array.Name));
        for (var step = 0; step < 40; step++)
        {
            _ = network.Forward(Tensor.Ones(1, 2, 1, 1), InTraining);
        }

        network.Forward(Tensor.Ones(1, 2, 1, 1), InUse).ToArray().ShouldBeClose([1, 2 / 3f], 1e-6, "diag(3, 2) / 3");
    }

    [Fact]
    public void Batch_norm_gathers_statistics_as_PyTorchs()
    {
        using var network = new TorchNetwork("generator", new BatchNorm2d(3), seed: 0);
        Tensor Input(int step) => Given($"batch.x{step}", "", -1, 2, 3, 3, 5, 7).ToTensor();

        _ = network.Forward(Input(0), InTraining);
        _ = network.Forward(Input(1), InTraining);
        var y = network.Forward(Input(2), InUse);

        y.ToArray().ShouldBeClose(Reference["batch:y"], 1e-5, "y");
        var saved = network.Save().ToDictionary(array => array.Name, array => array.ToFloats());
        saved["running_mean"].ShouldBeClose(Reference["batch:running_mean"], 1e-6, "running_mean");
        saved["running_var"].ShouldBeClose(Reference["batch:running_var"], 1e-6, "running_var");
    }

    [Fact]
    public void A_batch_that_is_seen_with_a_ReLU_and_without_counts_once()
    {
        using var once = new TorchNetwork("once", new BatchNorm2d(3), seed: 0);
        using var twice = new TorchNetwork("twice", new SeenTwice(), seed: 0);
        var x = Given("batch.x0", "", -1, 2, 3, 3, 5, 7).ToTensor();

        var normalised = once.Forward(x, InTraining);
        var both = twice.Forward(x, InTraining);

        both.ToArray().ShouldBe((normalised.Relu() + normalised).ToArray());
        twice.Save().Single(array => array.Name == "norm.running_mean").ToFloats()
            .ShouldBe(once.Save().Single(array => array.Name == "running_mean").ToFloats());
    }

    [Fact]
    public void Bf16_statistics_stay_in_32_bits()
    {
        using var network = new TorchNetwork("generator", new Sequence(new Conv2d(3, 3, 3), new BatchNorm2d(3)), seed: 0);

        _ = network.Forward(Given("batch.x0", "", -1, 2, 3, 3, 5, 7).ToTensor(), new ForwardMode(Training: true, Precision.Bf16));

        network.Weights.ShouldAllBe(named => network[named.Weight].Type == ScalarType.Float);
    }

    [Fact]
    public void One_seed_gives_one_start_and_another_seed_another()
    {
        float[] Start(int seed)
        {
            using var network = new TorchNetwork("n", new Conv2d(3, 4, 3), seed);
            return [.. network.Save().SelectMany(array => array.ToFloats())];
        }

        Start(1).ShouldBe(Start(1));
        Start(1).ShouldNotBe(Start(2));
    }

    [Fact]
    public void Saved_weights_load_into_another_network_of_the_same_block()
    {
        var block = new Sequence(new Conv2d(3, 4, 3), new BatchNorm2d(4), new PRelu(4));
        using var first = new TorchNetwork("a", block, seed: 1);
        using var second = new TorchNetwork("b", block, seed: 2);
        var x = Given("x", "", -1, 1, 2, 3, 5, 5).ToTensor();

        second.Load(first.Save().ToDictionary(array => array.Name));

        second.Forward(x, InUse).ToArray().ShouldBe(first.Forward(x, InUse).ToArray());
    }

    [Fact]
    public void A_weight_that_is_lacking_or_of_another_shape_is_named()
    {
        using var network = new TorchNetwork("generator", new Conv2d(3, 4, 3), seed: 1);
        var arrays = network.Save().ToDictionary(array => array.Name);

        Should.Throw<RevisageException>(() => network.Load(new Dictionary<string, StoredArray> { ["weight"] = arrays["weight"] }))
            .Message.ShouldBe("The weights of 'generator' lack 'bias' (4). They belong to another network or version.");
        arrays["weight"] = StoredArray.Of("weight", new float[36], 4, 1, 3, 3);
        Should.Throw<RevisageException>(() => network.Load(arrays))
            .Message.ShouldBe("'weight' of 'generator' should be 4x3x3x3, but the file has 4x1x3x3. It belongs to another network or to other options.");
    }

    [Fact]
    public void Values_of_two_networks_do_not_mix()
    {
        using var first = new TorchNetwork("generator", new Relu(), seed: 1);
        using var second = new TorchNetwork("critic", new Relu(), seed: 1);
        var (a, b) = (first.Enter(Tensor.Ones(1, 1), InUse), second.Enter(Tensor.Ones(1, 1), InUse));

        Should.Throw<InvalidOperationException>(() => a + b).Message.ShouldBe("A value of generator cannot be combined with one of critic.");
    }

    [Fact]
    public void A_weight_of_another_network_is_refused()
    {
        using var network = new TorchNetwork("generator", new Relu(), seed: 1);

        Should.Throw<InvalidOperationException>(() => network.Enter(Tensor.Ones(1, 1), InUse).Add(new Weight([1, 1], Initializers.Ones)))
            .Message.ShouldBe("A weight of shape 1x1 is not among those of 'generator'.");
    }

    [Fact]
    public void Dropout_drops_channels_in_training_alone()
    {
        using var network = new TorchNetwork("n", new Dropout(), seed: 1);
        var x = Tensor.Ones(1, 64, 2, 2);

        network.Forward(x, InUse).ToArray().ShouldBe(x.ToArray());
        network.Forward(x, InTraining).ToArray().Chunk(4).ShouldAllBe(channel => channel.All(value => value == channel[0]) && (channel[0] == 0 || channel[0] == 2));
    }

    [Fact]
    public void Dropout_of_rows_drops_single_features()
    {
        using var network = new TorchNetwork("n", new Dropout(), seed: 1);

        var features = network.Forward(Tensor.Ones(2, 500), InTraining).ToArray();

        features.ShouldAllBe(value => value == 0 || value == 2);
        // Half of 1,000, give or take six deviations of 16.
        features.Count(value => value == 0).ShouldBeInRange(400, 600);
    }

    private static StoredArray Given(string name, string path, double low, double high, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
        Numbers.Fill(values, name, low, high);
        return StoredArray.Of(path, values, shape);
    }

    private sealed class Dropout : Block
    {
        public override FeatureMap Forward(FeatureMap x) => x.Dropout2d(0.5);
    }

    private sealed class SeenTwice : Block
    {
        private readonly BatchNorm2d norm = new(3);

        public override FeatureMap Forward(FeatureMap x)
        {
            var normalised = norm.Forward(x);
            return normalised.Relu() + normalised;
        }
    }
}
