using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

public class SingularValuesTests
{
    [Fact]
    public void Of_a_small_matrix_are_those_by_hand()
    {
        // [3 0; 4 5]: the squares add up to 50 and multiply to 15², so the sum is the root of 50 + 2 * 15.
        Sum([[3, 0], [4, 5]]).ShouldBe(Math.Sqrt(80), 1e-12);
        Sum([[3], [4]]).ShouldBe(5, 1e-12);
        Sum([[0, 0], [0, 0], [0, 0]]).ShouldBe(0);
    }

    [Fact]
    public void Of_a_diagonal_are_its_values_whatever_their_order()
    {
        double[] values = [0, -4, 1e-6, 4, 1e6, 0, 3];
        Sum([.. values.Select((value, i) => values.Select((_, j) => i == j ? value : 0).ToArray())]).ShouldBe(values.Sum(Math.Abs), 1e-8);
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(90, 33)]
    public void Of_a_symmetric_positive_matrix_add_up_to_its_trace(int rows, int rank)
    {
        var noise = ImagingFixtures.Noise(7, rows, rank);
        var factor = new Matrix(rank, rows);
        for (var i = 0; i < rank; i++)
        {
            for (var j = 0; j < rows; j++)
                factor[i, j] = noise[3 * (i * rows + j)] - 128;
        }

        var product = new Matrix(rows, rows);
        product.AddProduct(factor, factor, rank);
        var trace = Enumerable.Range(0, rows).Sum(i => product[i, i]);

        SingularValues.Sum(product, rows, rows).ShouldBe(trace, 1e-12 * trace);
    }

    private static double Sum(double[][] values)
    {
        var matrix = new Matrix(values.Length, values[0].Length);
        for (var i = 0; i < values.Length; i++)
            values[i].CopyTo(matrix.Row(i));
        return SingularValues.Sum(matrix, values.Length, values[0].Length);
    }
}
