using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class VectorsTests
{
    // One lane group of eight and a rest of three; and a rest alone.
    [Theory]
    [InlineData(11)]
    [InlineData(3)]
    public void Sums_take_in_whole_lanes_and_the_rest(int length)
    {
        var ones = Enumerable.Repeat(1.0, length).ToArray();
        var counting = Enumerable.Range(1, length).Select(i => (double)i).ToArray();

        Vectors.Dot(ones, counting).ShouldBe(length * (length + 1) / 2);
        Vectors.SquaredDistance(ones, counting).ShouldBe(Enumerable.Range(0, length).Sum(i => i * i));
    }

    [Fact]
    public void A_scaled_row_is_added()
    {
        var row = Enumerable.Range(0, 10).Select(i => (double)i).ToArray();
        Vectors.AddScaled(row, 2, [.. Enumerable.Repeat(3.0, 10)]);
        row.ShouldBe([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    }

    [Fact]
    public void A_quarter_turn_exchanges_two_rows_and_one_sign()
    {
        var a = Enumerable.Range(0, 10).Select(i => (double)i).ToArray();
        var b = Enumerable.Repeat(7.0, 10).ToArray();

        Vectors.Rotate(a, b, c: 0, s: 1);

        a.ShouldBe(Enumerable.Repeat(-7.0, 10));
        b.ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
