using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class SupervisedContrastiveLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void It_is_minus_the_logarithm_of_the_positives_share()
    {
        // Two alike and one at right angles, temperature 1: each of the two gives e / (e + 1) to the other.
        var embeddings = Tensor.Of([1f, 0, 1, 0, 0, 1], 3, 2);

        SupervisedContrastiveLoss.Of(embeddings, [5, 5, 7], temperature: 1).Item().ShouldBe(-Math.Log(Math.E / (Math.E + 1)), 1e-6);
    }

    [Fact]
    public void Several_positives_count_as_their_mean()
    {
        // All alike: each gives 1/3 to each of the other three.
        var embeddings = Tensor.Of([1f, 0, 1, 0, 1, 0, 1, 0], 4, 2);

        SupervisedContrastiveLoss.Of(embeddings, [0, 0, 0, 1], temperature: 0.5).Item().ShouldBe(Math.Log(3), 1e-6);
    }

    [Fact]
    public void Faces_of_nobody_known_are_positives_of_none()
    {
        var embeddings = Tensor.Of([1f, 0, 1, 0, 0, 1], 3, 2);

        SupervisedContrastiveLoss.Of(embeddings, [-1, -1, 3], temperature: 1).Item().ShouldBe(0);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences()
    {
        float[] at = [0.6f, 0.8f, 0.8f, 0.6f, -0.6f, 0.8f, 0f, 1f];
        int[] classes = [1, 1, 2, 2];
        var embeddings = Tensor.Of(at, 4, 2);
        embeddings.RequiresGrad = true;

        var gradient = Autograd.Gradients(SupervisedContrastiveLoss.Of(embeddings, classes, 0.5), [embeddings])[0].ToArray();

        for (var i = 0; i < at.Length; i++)
        {
            gradient[i].ShouldBe((float)((Moved(i, 1e-2f) - Moved(i, -1e-2f)) / 2e-2), 2e-3f);
        }

        double Moved(int index, float by)
        {
            var moved = (float[])at.Clone();
            moved[index] += by;
            return SupervisedContrastiveLoss.Of(Tensor.Of(moved, 4, 2), classes, 0.5).Item();
        }
    }
}
