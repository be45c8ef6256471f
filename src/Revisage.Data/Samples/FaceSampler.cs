using Revisage.Imaging;

namespace Revisage.Data.Samples;

/// <summary>A face that shows no one, and how far it is from all training faces.</summary>
/// <param name="Face">16x16, 8 bits.</param>
/// <param name="Distance">To the training face, mirrored or not, that is most alike: root mean square, in grey levels.</param>
public sealed record SampleFace(Image Face, double Distance);

/// <summary>
/// Draws faces from statistics and refuses those that are near a training face: nearer than different training
/// faces are to each other, but for one in a hundred.
/// </summary>
public sealed class FaceSampler
{
    private const int Percentile = 1;

    // A face is refused now and then. When so many are, the statistics hold no others.
    private const int MostAttempts = 100;

    private readonly SmallFaces training;
    private readonly FaceStatistics statistics;

    public FaceSampler(SmallFaces training, FaceStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(training);
        (this.training, this.statistics) = (training, statistics);
        var neighbours = training.NeighbourDistances();
        Limit = neighbours[(int)(Percentile / 100.0 * (neighbours.Count - 1))];
        Median = neighbours[neighbours.Count / 2];
    }

    /// <summary>The distance, in grey levels, from which on a draw is accepted.</summary>
    public double Limit { get; }

    /// <summary>Between a training face and the nearest other one: what is usual.</summary>
    public double Median { get; }

    /// <summary>Draws that <see cref="Draw"/> has refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Faces of all groups in turn. They follow from the seed, and more of them begin with the fewer.</summary>
    /// <exception cref="RevisageException">All draws are near training faces.</exception>
    public IReadOnlyList<SampleFace> Draw(int count, int seed)
    {
        var order = new SampleRandom(seed, -1);
        var groups = Enumerable.Range(0, statistics.Groups).Select(group => (group, key: order.NextDouble())).OrderBy(pair => pair.key).Select(pair => pair.group).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => DrawOne(groups[i % groups.Length], seed, i))];
    }

    private SampleFace DrawOne(int group, int seed, int number)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var random = new SampleRandom(seed, (long)number * MostAttempts + attempt);
            var face = SmallFaces.ToImage(statistics.Draw(group, ref random));
            var distance = training.DistanceTo(SmallFaces.ToPoint(face));
            if (distance >= Limit)
            {
                return new SampleFace(face, distance);
            }

            Refused++;
        }

        throw new RevisageException($"{MostAttempts} faces drawn one after another were within {Limit:0.0} grey levels of training faces. The {training.Count} faces vary too little; name a folder with more.");
    }
}
