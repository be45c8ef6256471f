namespace Revisage.Metrics;

/// <summary>How alike two faces are to a recognition network: the cosine of the angle between their embeddings.</summary>
public static class CosineSimilarity
{
    /// <summary>a·b / (|a| |b|): -1 to 1, and 1 for embeddings of one direction. NaN where one has no length.</summary>
    /// <exception cref="ArgumentException">The embeddings differ in length.</exception>
    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Embeddings of one length are compared, not of {a.Length} with {b.Length}.");

        var (product, squaresA, squaresB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            squaresA += (double)a[i] * a[i];
            squaresB += (double)b[i] * b[i];
        }

        return Math.Clamp(product / (Math.Sqrt(squaresA) * Math.Sqrt(squaresB)), -1, 1);
    }

    /// <summary>
    /// The share, 0 to 1, of faces whose similarity to the truth is above a threshold (W-Net 2024, figure 6). NaN where
    /// there is no face.
    /// </summary>
    public static double ShareAbove(IReadOnlyList<double> similarities, double threshold)
    {
        ArgumentNullException.ThrowIfNull(similarities);
        return (double)similarities.Count(similarity => similarity > threshold) / similarities.Count;
    }
}
