using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Runs;

[Trait("Category", "torch")]
public class MovingAverageTests : IDisposable
{
    private readonly TensorScope scope = new();
    private readonly TorchNetwork source = new("generator", new BatchNorm2d(1), seed: 0);

    public void Dispose()
    {
        source.Dispose();
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void It_starts_where_the_weights_are()
    {
        Set(3);
        using var average = new MovingAverage(source, 0.9);

        Values(average).ShouldBe([3, 3, 3, 3]);
        average.Network.Name.ShouldBe("generator.average");
    }

    [Fact]
    public void An_old_average_moves_by_one_minus_the_decay_and_the_statistics_of_its_norms_with_it()
    {
        Set(0);
        using var average = new MovingAverage(source, 0.75);
        Age(average, 1_000_000);
        Set(8);

        average.Update();

        Values(average).ShouldBe([2, 2, 2, 2]);    // weight, bias; running mean, running variance
    }

    [Fact]
    public void The_vectors_of_a_spectral_norm_are_copied()
    {
        using var spectral = new TorchNetwork("critic", new SpectralLinear(1, 1, bias: false), seed: 0);
        Set(spectral, 0);
        using var average = new MovingAverage(spectral, 0.75);
        Age(average, 1_000_000);
        Set(spectral, 8);

        average.Update();

        Values(average).ShouldBe([2, 8, 8]);       // weight; u, v
    }

    [Fact]
    public void What_a_phase_does_not_use_stays_young()
    {
        Set(0);
        using var average = new MovingAverage(source, 0.999);
        Set(1);

        average.Update(named => named.Path == "weight");
        average.Update();

        var forgets = new[] { 1 - 2 / 11f, 1 - 3 / 12f };    // the share of what is new, at the first update and the second
        Values(average)[0].ShouldBe(forgets[0] + forgets[1] * (1 - forgets[0]), 1e-6f);
        Values(average)[1].ShouldBe(forgets[0], 1e-6f);
    }

    [Fact]
    public void A_young_average_forgets_faster()
    {
        Set(0);
        using var average = new MovingAverage(source, 0.999);
        Set(1);

        average.Update();

        Values(average)[0].ShouldBe(1 - 2 / 11f, 1e-6f);    // decay (1 + 1) / (10 + 1)
    }

    [Fact]
    public void The_averaged_network_takes_its_own_course()
    {
        Set(1);
        using var average = new MovingAverage(source, 0.9);

        Set(5);

        Values(average).ShouldBe([1, 1, 1, 1]);
    }

    private void Set(float value) => Set(source, value);

    private static void Set(TorchNetwork network, float value)
    {
        using var mode = Autograd.WithoutGradients();
        foreach (var (_, weight) in network.Weights)
        {
            network[weight].Copy(Tensor.Full(value, 1));
        }
    }

    private static void Age(MovingAverage average, long updates)
    {
        foreach (var (_, weight) in average.Network.Weights)
        {
            average.Network.Followed![weight] = updates;
        }
    }

    private static float[] Values(MovingAverage average) => [.. average.Network.Save().SelectMany(array => array.ToFloats())];
}
