using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Torch;
using Revisage.Training.Training;

namespace Revisage.Training.Tests.Training;

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
    public void An_old_average_moves_by_one_minus_the_decay_and_buffers_are_copied()
    {
        Set(0);
        using var average = new MovingAverage(source, 0.75);
        Set(8);

        average.Update(1_000_000);

        Values(average).ShouldBe([2, 2, 8, 8]);    // weight, bias; running mean, running variance
    }

    [Fact]
    public void A_young_average_forgets_faster()
    {
        Set(0);
        using var average = new MovingAverage(source, 0.999);
        Set(1);

        average.Update(1);

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

    private void Set(float value)
    {
        using var mode = Autograd.WithoutGradients();
        foreach (var (_, weight) in source.Weights)
        {
            source[weight].Copy(Tensor.Full(value, 1));
        }
    }

    private static float[] Values(MovingAverage average) => [.. average.Network.Save().SelectMany(array => array.ToFloats())];
}
