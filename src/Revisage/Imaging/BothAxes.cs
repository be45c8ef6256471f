namespace Revisage.Imaging;

/// <summary>One linear map of lines, such as resizing, along both axes of a square.</summary>
internal static class BothAxes
{
    /// <summary>A x A', with x [from, from] and A [to, from], of which zeros cost nothing.</summary>
    public static float[] Apply(double[,] a, ReadOnlySpan<float> x)
    {
        var (to, from) = (a.GetLength(0), a.GetLength(1));
        var rows = new double[to * from];
        for (var i = 0; i < to; i++)
        {
            var row = rows.AsSpan(i * from, from);
            for (var k = 0; k < from; k++)
            {
                if (a[i, k] is not 0 and var weight)
                {
                    for (var j = 0; j < from; j++)
                    {
                        row[j] += weight * x[k * from + j];
                    }
                }
            }
        }

        var product = new float[to * to];
        for (var j = 0; j < to; j++)
        {
            var (first, end) = Band(a, j, from);
            for (var i = 0; i < to; i++)
            {
                var sum = 0.0;
                for (var k = first; k < end; k++)
                {
                    sum += a[j, k] * rows[i * from + k];
                }

                product[i * to + j] = (float)sum;
            }
        }

        return product;
    }

    /// <summary>Where a row has weights.</summary>
    private static (int First, int End) Band(double[,] weights, int row, int columns)
    {
        var (first, end) = (0, columns);
        while (first < end && weights[row, first] == 0)
        {
            first++;
        }

        while (end > first && weights[row, end - 1] == 0)
        {
            end--;
        }

        return (first, end);
    }
}
