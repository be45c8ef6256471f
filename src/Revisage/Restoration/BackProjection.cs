using Revisage.Imaging;

namespace Revisage.Restoration;

/// <summary>
/// Changes an enlarged face as little as can be (least squares) so that it becomes, shrunk by antialiased bicubic (a = -0.5), the small
/// face that it was made of: sr + P (lr - D sr D') P' with D the shrinking along one axis and P = D' (D D')^-1 its pseudo-inverse
/// (Irani and Peleg 1991 in one step; the range and null space of Wang et al., "DDNM", ICLR 2023, equation 9).
/// </summary>
public sealed class BackProjection
{
    private static readonly SizeCache<(int Small, int Large), BackProjection> Known = new(sizes => new BackProjection(sizes.Small, sizes.Large));

    private readonly int small;
    private readonly int large;
    private readonly double[,] shrink;
    private readonly double[,] enlarge;

    private BackProjection(int small, int large)
    {
        (this.small, this.large) = (small, large);
        shrink = PillowResize.Matrix(large, small, ResampleFilter.Bicubic);
        enlarge = new double[large, small];
        // (D D')^-1 D, row by row, is P'.
        var square = new double[small, small + large];
        for (var i = 0; i < small; i++)
        {
            for (var j = 0; j < small; j++)
            {
                for (var k = 0; k < large; k++)
                {
                    square[i, j] += shrink[i, k] * shrink[j, k];
                }
            }

            for (var k = 0; k < large; k++)
            {
                square[i, small + k] = shrink[i, k];
            }
        }

        Eliminate(square, small);
        for (var i = 0; i < small; i++)
        {
            for (var k = 0; k < large; k++)
            {
                enlarge[k, i] = square[i, small + k];
            }
        }
    }

    /// <param name="sr">A square whose side is a multiple of that of <paramref name="lr"/>, a square.</param>
    /// <returns>Clipped to [0, 1], which undoes a little where there is white or black.</returns>
    public static Image Apply(Image sr, Image lr)
    {
        ArgumentNullException.ThrowIfNull(sr);
        ArgumentNullException.ThrowIfNull(lr);
        return sr.Width == sr.Height && lr.Width == lr.Height && sr.Width > lr.Width
            ? Known[(lr.Width, sr.Width)].Project(sr, lr)
            : throw new ArgumentException($"A face of {sr.Width}x{sr.Height} cannot be held against one of {lr.Width}x{lr.Height}.", nameof(lr));
    }

    private Image Project(Image sr, Image lr)
    {
        var pixels = new float[sr.Pixels.Length];
        for (var colour = 0; colour < 3; colour++)
        {
            ReadOnlySpan<float> face = sr.Pixels.AsSpan(colour * large * large, large * large);
            ReadOnlySpan<float> given = lr.Pixels.AsSpan(colour * small * small, small * small);
            var error = BothAxes.Apply(shrink, face);
            for (var i = 0; i < error.Length; i++)
            {
                error[i] = given[i] - error[i];
            }

            var change = BothAxes.Apply(enlarge, error);
            for (var i = 0; i < face.Length; i++)
            {
                pixels[colour * face.Length + i] = Math.Clamp(face[i] + change[i], 0, 1);
            }
        }

        return new Image(sr.Width, sr.Height, pixels);
    }

    /// <summary>Gauss and Jordan, of a positive definite matrix with further columns behind it.</summary>
    private static void Eliminate(double[,] matrix, int size)
    {
        var columns = matrix.GetLength(1);
        for (var pivot = 0; pivot < size; pivot++)
        {
            var divisor = matrix[pivot, pivot];
            for (var j = 0; j < columns; j++)
            {
                matrix[pivot, j] /= divisor;
            }

            for (var i = 0; i < size; i++)
            {
                if (i != pivot && matrix[i, pivot] is not 0 and var factor)
                {
                    for (var j = 0; j < columns; j++)
                    {
                        matrix[i, j] -= factor * matrix[pivot, j];
                    }
                }
            }
        }
    }
}
