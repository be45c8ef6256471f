using Revisage.Torch;

namespace Revisage.Training.Tests.Losses;

internal static class Gradient
{
    /// <summary>The loss's gradient at a tensor of these values is what central differences of <paramref name="step"/> say, within a hundredth of its largest number.</summary>
    public static void ShouldBeThatOfFiniteDifferences(Func<Tensor, Tensor> loss, float[] at, long[] shape, float step = 1e-2f)
    {
        using var scope = new TensorScope();
        var x = Tensor.Of(at, shape);
        x.RequiresGrad = true;
        var gradient = Autograd.Gradients(loss(x), [x])[0].ToArray();
        var expected = at.Select((_, i) => (float)((Moved(i, step) - Moved(i, -step)) / (2 * step))).ToArray();

        var largest = expected.Max(Math.Abs);
        largest.ShouldBePositive();
        for (var i = 0; i < at.Length; i++)
        {
            gradient[i].ShouldBe(expected[i], 0.01f * largest, $"value {i}");
        }

        double Moved(int index, float by)
        {
            var moved = (float[])at.Clone();
            moved[index] += by;
            return loss(Tensor.Of(moved, shape)).Item();
        }
    }
}
