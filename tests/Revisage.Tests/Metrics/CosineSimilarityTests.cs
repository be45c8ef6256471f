using Revisage.Metrics;

namespace Revisage.Tests.Metrics;

public class CosineSimilarityTests
{
    [Fact]
    public void Is_the_angles_cosine_whatever_the_lengths()
    {
        CosineSimilarity.Cosine([3, 4], [30, 40]).ShouldBe(1, 1e-12);
        CosineSimilarity.Cosine([3, 4], [-3, -4]).ShouldBe(-1, 1e-12);
        CosineSimilarity.Cosine([3, 4], [4, -3]).ShouldBe(0, 1e-12);
        CosineSimilarity.Cosine([1, 0], [5, 5]).ShouldBe(Math.Sqrt(0.5), 1e-12);
        CosineSimilarity.Cosine([1, 0], [0, 0]).ShouldBe(double.NaN);
    }

    [Fact]
    public void Embeddings_of_two_lengths_are_refused() =>
        Should.Throw<ArgumentException>(() => CosineSimilarity.Cosine([1, 2], [1])).Message.ShouldContain("not of 2 with 1");

    [Fact]
    public void A_share_is_of_the_faces_strictly_above()
    {
        CosineSimilarity.ShareAbove([0.1, 0.5, 0.6, 0.9], 0.5).ShouldBe(0.5);
        CosineSimilarity.ShareAbove([0.1, 0.5], -1).ShouldBe(1);
        CosineSimilarity.ShareAbove([], 0.5).ShouldBe(double.NaN);
    }
}
