
namespace Revisage.Data.Samples;

/// <summary>How faces vary in a <see cref="FaceStatistics"/>, and how far its draws go.</summary>
public sealed record FaceStatisticsOptions
{
    /// <summary>Principal components of all faces; 200 hold 99 % of the variance at 16x16.</summary>
    public int Components { get; init; } = 200;

    /// <summary>Groups of faces at most. One alone gives faces without a clear pose or hair line, judged by eye.</summary>
    public int Groups { get; init; } = 20;

    /// <summary>Faces that a group must have: so many that a draw takes after no one of them.</summary>
    public int GroupFaces { get; init; } = 200;

    /// <summary>Deviations are multiplied by this along a group's first axes: rare faces become rarer. Judged by eye.</summary>
    public double Spread { get; init; } = 0.8;

    /// <summary>First axes of a group: pose, light, hair and background.</summary>
    public int FirstAxes { get; init; } = 40;

    /// <summary>
    /// Deviations are multiplied by this along the other axes, whose large values come together in real faces (at
    /// edges) and would be noise over the whole picture here. Judged by eye.
    /// </summary>
    public double FineSpread { get; init; } = 0.6;
}

/// <summary>
/// What small faces have in common and how they vary: a mixture of Gaussians over the principal components of
/// 16x16 faces (eigenfaces; Turk and Pentland, J. Cognitive Neuroscience 3, 1991), one for each group of faces of
/// alike pose and shape. Its draws are faces of nobody.
/// </summary>
public sealed class FaceStatistics
{
    // Of the window that groups look through, in pixels: the face, and of hair and background a hint.
    private const double WindowDeviation = 4.5;

    private readonly Gaussian all;
    private readonly Gaussian[] groups;
    private readonly FaceStatisticsOptions options;

    private FaceStatistics(Gaussian all, Gaussian[] groups, FaceStatisticsOptions options) =>
        (this.all, this.groups, this.options) = (all, groups, options);

    public int Groups => groups.Length;

    /// <exception cref="RevisageException">There are too few faces for one group.</exception>
    public static FaceStatistics Fit(SmallFaces faces, FaceStatisticsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        options ??= new FaceStatisticsOptions();
        if (faces.Count < options.GroupFaces)
        {
            throw new RevisageException($"There are {faces.Count} faces, but statistics that reveal none of them need {options.GroupFaces} or more. Name a folder with more faces.");
        }

        var all = Gaussian.Fit(faces.Points, options.Components);
        var coordinates = faces.Points.AsParallel().AsOrdered().Select(all.CoordinatesOf).ToArray();
        var count = Math.Clamp(faces.Count / options.GroupFaces, 1, options.Groups);
        var members = Clusters.Of([.. faces.Points.Select(Shape)], count, seed: 0)
            .Select((group, i) => (group, coordinates[i]))
            .GroupBy(member => member.group, member => member.Item2)
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray());
        // Twice, for mirror images are counted too.
        return new FaceStatistics(all, [.. members.Where(group => group.Length >= 2 * options.GroupFaces).Select(group => Gaussian.Fit(group))], options);
    }

    /// <summary>A random face of one group.</summary>
    /// <param name="group">0 to <see cref="Groups"/> - 1.</param>
    public double[] Draw(int group, ref SampleRandom random) =>
        all.PointAt(groups[group].Draw(ref random, axis => axis < options.FirstAxes ? options.Spread : options.FineSpread));

    /// <summary>Luminance seen through a window on the face, less its mean and divided by its deviation: pose and shape without light or colour.</summary>
    private static double[] Shape(double[] point)
    {
        var plane = point.Length / 3;
        var shape = new double[plane];
        double sum = 0, weights = 0;
        for (var i = 0; i < plane; i++)
        {
            shape[i] = 0.299 * point[i] + 0.587 * point[plane + i] + 0.114 * point[2 * plane + i];
            sum += Window(i) * shape[i];
            weights += Window(i);
        }

        for (var i = 0; i < plane; i++)
        {
            shape[i] = Math.Sqrt(Window(i)) * (shape[i] - sum / weights);
        }

        var length = Math.Sqrt(Vectors.Dot(shape, shape));
        return length > 0 ? Array.ConvertAll(shape, value => value / length) : shape;
    }

    private static double Window(int i)
    {
        var centre = (SmallFaces.Side - 1) / 2.0;
        var (y, x) = Math.DivRem(i, SmallFaces.Side);
        return Math.Exp(-((x - centre) * (x - centre) + (y - centre) * (y - centre)) / (4 * WindowDeviation * WindowDeviation));
    }
}
