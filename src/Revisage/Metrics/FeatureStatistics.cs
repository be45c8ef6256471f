namespace Revisage.Metrics;

/// <summary>
/// The mean and the covariance of many faces' features, added one face at a time: what <see cref="FrechetDistance"/>
/// compares. It holds about 8 D² bytes for D features (34 MB for 2048), however many faces come. Not for several threads
/// at once, reading included.
/// </summary>
/// <remarks>
/// Faces are taken in by batches, each about its own mean, and batches are joined by the update of Chan, Golub and
/// LeVeque ("Algorithms for computing the sample variance", The American Statistician 37, 1983), so that features far
/// from 0 lose no digits.
/// </remarks>
public sealed class FeatureStatistics
{
    private const int BatchSize = 64;

    // The batch's faces, and below them the row by which it is joined to those before.
    private readonly Matrix batch;

    private readonly double[] mean;

    private readonly Matrix scatter;

    private int waiting;

    private long joined;

    /// <param name="dimensions">Features of a face.</param>
    public FeatureStatistics(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Dimensions = dimensions;
        mean = new double[dimensions];
        scatter = new Matrix(dimensions, dimensions);
        batch = new Matrix(BatchSize + 1, dimensions);
    }

    /// <summary>Features of a face.</summary>
    public int Dimensions { get; }

    /// <summary>Faces added so far.</summary>
    public long Count => joined + waiting;

    /// <exception cref="ArgumentException">There are more or fewer features than dimensions, or one is not finite.</exception>
    public void Add(ReadOnlySpan<float> features)
    {
        if (features.Length != Dimensions)
            throw new ArgumentException($"A face has {Dimensions} features here, but {features.Length} were given.", nameof(features));

        var row = batch.Row(waiting);
        for (var i = 0; i < row.Length; i++)
        {
            if (!float.IsFinite(features[i]))
                throw new ArgumentException($"Feature {i} of face {Count} is {features[i]}, which has no statistics.", nameof(features));

            row[i] = features[i];
        }

        if (++waiting == BatchSize)
            Join();
    }

    /// <summary>The mean of each feature.</summary>
    /// <exception cref="RevisageException">No face was added.</exception>
    public double[] Mean()
    {
        MustHave(1);
        Join();
        return [.. mean];
    }

    /// <summary>[D, D]: products of two features' distances from their means, summed over faces and divided by one less than their number, as numpy.cov has it.</summary>
    /// <exception cref="RevisageException">There are fewer than two faces.</exception>
    public double[] Covariance()
    {
        var sums = Scatter();
        var covariance = new double[Dimensions * Dimensions];
        for (var i = 0; i < Dimensions; i++)
        {
            for (var j = 0; j <= i; j++)
                covariance[i * Dimensions + j] = covariance[j * Dimensions + i] = sums[i, j] / (Count - 1);
        }

        return covariance;
    }

    /// <summary>The covariance times one less than the number of faces: the lower half, with the diagonal, of a matrix that is not to be changed.</summary>
    internal Matrix Scatter()
    {
        MustHave(2);
        Join();
        return scatter;
    }

    private void MustHave(int least)
    {
        if (Count < least)
        {
            throw new RevisageException(
                $"Statistics of features take {(least == 1 ? "one face" : "two faces")} at least, but there {(Count == 1 ? "is 1" : $"are {Count}")}. Name a set with more faces.");
        }
    }

    private void Join()
    {
        if (waiting == 0)
            return;

        var total = joined + waiting;
        var weight = Math.Sqrt((double)joined * waiting / total);
        var between = batch.Row(waiting);
        between.Clear();
        for (var k = 0; k < waiting; k++)
        {
            var row = batch.Row(k);
            for (var i = 0; i < row.Length; i++)
                between[i] += row[i];
        }

        for (var i = 0; i < mean.Length; i++)
            between[i] /= waiting;

        for (var k = 0; k < waiting; k++)
        {
            var row = batch.Row(k);
            for (var i = 0; i < row.Length; i++)
                row[i] -= between[i];
        }

        for (var i = 0; i < mean.Length; i++)
        {
            var apart = between[i] - mean[i];
            mean[i] += apart * waiting / total;
            between[i] = apart * weight;
        }

        scatter.AddProduct(batch, batch, waiting + 1, lowerOnly: true);
        (joined, waiting) = (total, 0);
    }
}
