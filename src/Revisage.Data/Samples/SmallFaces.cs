using Revisage.Evaluation;
using Revisage.Imaging;

namespace Revisage.Data.Samples;

/// <summary>
/// Training faces as points: the protocol's LR faces of 16x16, in grey levels [0, 255], each as it is and mirrored.
/// </summary>
public sealed class SmallFaces
{
    /// <summary>Pixels a side.</summary>
    public static readonly int Side = Protocol.Revisage8x.Lr;

    // Grey levels. Sets of faces hold some photographs twice. Those differ by 0 to 7, different photographs by 18 and
    // more; hardly any lie between (nearest neighbours of LFW, All-Age-Faces, UTKFace and CelebA-HQ together).
    private const double SamePhotograph = 12;

    // As many tell the first percentile well enough; all of them would take minutes.
    private const int Asked = 2000;

    private readonly double[][] points;

    /// <param name="points">[n][3 * 16 * 16], planes of red, green and blue.</param>
    public SmallFaces(IReadOnlyList<double[]> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        this.points = [.. points, .. points.Select(Mirror)];
    }

    /// <summary>Of faces, without their mirror images.</summary>
    public int Count => points.Length / 2;

    /// <summary>The faces, then their mirror images in the same order.</summary>
    public IReadOnlyList<double[]> Points => points;

    /// <summary>Reads every face of the set, on as many threads as there are cores.</summary>
    /// <param name="progress">Is told, by several threads, of each face that was read.</param>
    /// <exception cref="RevisageException">A picture cannot be read.</exception>
    public static SmallFaces Load(FaceSet set, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        var points = new double[set.Faces.Count][];
        Parallel.ForAsync(0, points.Length, cancel, (i, _) =>
        {
            points[i] = ToPoint(Protocol.Revisage8x.MakePair(set.Faces[i]).Lr);
            progress?.Report(1);
            return ValueTask.CompletedTask;
        }).GetAwaiter().GetResult();
        return new SmallFaces(points);
    }

    public static double[] ToPoint(Image face)
    {
        ArgumentNullException.ThrowIfNull(face);
        return Array.ConvertAll(face.Pixels, value => Math.Round(255.0 * value));
    }

    /// <summary>The face of 8 bits that is nearest to the point.</summary>
    public static Image ToImage(double[] point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return new Image(Side, Side, Array.ConvertAll(point, value => (float)(Math.Clamp(Math.Round(value), 0, 255) / 255)));
    }

    /// <summary>Left and right exchanged.</summary>
    public static double[] Mirror(double[] point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var mirrored = (double[])point.Clone();
        for (var row = 0; row < mirrored.Length; row += Side)
        {
            mirrored.AsSpan(row, Side).Reverse();
        }

        return mirrored;
    }

    /// <summary>The root mean square difference, in grey levels, to the face or mirrored face that is most alike.</summary>
    public double DistanceTo(double[] point) => Nearest(point, _ => true, 0);

    /// <summary>
    /// The distances, rising, from training faces (2,000 at most, spread over all) to the one that is most alike and
    /// another photograph: how near different faces are to each other.
    /// </summary>
    /// <exception cref="RevisageException">All faces are one photograph.</exception>
    public IReadOnlyList<double> NeighbourDistances()
    {
        var asked = Math.Min(Asked, Count);
        var distances = new double[asked];
        Parallel.For(0, asked, i =>
        {
            var self = (int)((long)i * Count / asked);
            distances[i] = Nearest(points[self], other => other % Count != self, SamePhotograph);
        });

        var known = distances.Where(double.IsFinite).Order().ToArray();
        return known.Length > 0
            ? known
            : throw new RevisageException($"The {Count} faces are one photograph: each is within {SamePhotograph} grey levels of all others. Name a folder of different faces.");
    }

    /// <param name="atLeast">Nearer ones do not count.</param>
    private double Nearest(double[] point, Func<int, bool> counts, double atLeast)
    {
        var least = atLeast * atLeast * point.Length;
        var nearest = double.PositiveInfinity;
        for (var i = 0; i < points.Length; i++)
        {
            // Most are ruled out by their first plane.
            var plane = point.Length / 3;
            if (counts(i)
                && Vectors.SquaredDistance(point.AsSpan(0, plane), points[i].AsSpan(0, plane)) < nearest
                && Vectors.SquaredDistance(point, points[i]) is var distance && distance < nearest && distance >= least)
            {
                nearest = distance;
            }
        }

        return Math.Sqrt(nearest / point.Length);
    }
}
