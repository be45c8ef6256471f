using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class SymmetricEigenTests
{
    [Fact]
    public void A_known_matrix_has_its_known_values_and_vectors()
    {
        // (1, 0, 1), (1, 0, -1) and (0, 1, 0), by hand.
        var (values, vectors) = SymmetricEigen.Of([[2, 0, 1], [0, 5, 0], [1, 0, 2]]);

        values.ShouldBe([5, 3, 1], 1e-12);
        var half = Math.Sqrt(0.5);
        Upright(vectors[0]).ShouldBe([0, 1, 0], 1e-12);
        Upright(vectors[1]).ShouldBe([half, 0, half], 1e-12);
        Upright(vectors[2]).ShouldBe([half, 0, -half], 1e-12);
    }

    [Fact]
    public void Values_and_vectors_make_up_a_large_matrix_again()
    {
        const int size = 60;
        var random = new Random(1);
        var factor = Enumerable.Range(0, size).Select(_ => Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5).ToArray()).ToArray();
        var matrix = factor.Select(a => factor.Select(b => Vectors.Dot(a, b)).ToArray()).ToArray();

        var (values, vectors) = SymmetricEigen.Of(matrix);

        values.ShouldBe(values.OrderDescending());
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                Enumerable.Range(0, values.Length).Sum(k => values[k] * vectors[k][i] * vectors[k][j]).ShouldBe(matrix[i][j], 1e-10);
                Vectors.Dot(vectors[i], vectors[j]).ShouldBe(i == j ? 1 : 0, 1e-10);
            }
        }
    }

    [Fact]
    public void What_is_of_lower_rank_has_no_vectors_of_nothing()
    {
        // The outer product of (1, 2, 2) with itself.
        var (values, vectors) = SymmetricEigen.Of([[1, 2, 2], [2, 4, 4], [2, 4, 4]]);

        values.ShouldBe([9], 1e-12);
        Upright(vectors.Single()).ShouldBe([1 / 3.0, 2 / 3.0, 2 / 3.0], 1e-12);
    }

    [Fact]
    public void Nothing_varies_along_no_axis() => SymmetricEigen.Of([[0, 0], [0, 0]]).Values.ShouldBeEmpty();

    // Eigenvectors have either sign.
    private static double[] Upright(double[] vector) =>
        vector.First(value => Math.Abs(value) > 1e-6) < 0 ? Array.ConvertAll(vector, value => -value) : vector;
}
