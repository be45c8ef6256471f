using Revisage.Data.GroundTruth;
using Revisage.Imaging;

namespace Revisage.Data;

/// <summary>Chooses who is shown beside a face, among the faces of one split.</summary>
internal sealed class GuideChooser
{
    private readonly IReadOnlyList<int> pool;
    private readonly Dictionary<int, int> placeOf;
    private readonly GuidePairs pairs;
    private readonly GuideChoice choice;

    /// <param name="pool">By their numbers in the source; guides are among them.</param>
    /// <exception cref="RevisageException">None of them has another photograph of the same person.</exception>
    public GuideChooser(IFaceSource source, IReadOnlyList<int> pool, GuideChoice choice, CancellationToken cancel)
    {
        (this.pool, this.choice) = (pool, choice);
        placeOf = pool.Index().ToDictionary(face => face.Item, face => face.Index);
        var thumbnails = new byte[]?[pool.Count];
        AllCores.For(pool.Count, i =>
        {
            var face = source.Faces[pool[i]];
            thumbnails[i] = face.Identity is null ? null : PhotoThumbnail.Of(source.ReadRgb(pool[i]), face.Width, face.Height);
        }, cancel);
        pairs = new GuidePairs([.. pool.Select(index => source.Faces[index])], thumbnails);
        Guided = pairs.Guided.Count > 0 ? [.. pairs.Guided.Select(place => pool[place])] : throw new RevisageException(
            $"The recipe wants a second photograph of each person, but of {pool.Count} faces of {source.Name} none has one. Name a set with identities, such as one of LFW.");
    }

    /// <summary>Those that have a guide, by their numbers in the source.</summary>
    public IReadOnlyList<int> Guided { get; }

    /// <summary>Whoever is shown beside the face, by the number in the source; null for nobody.</summary>
    /// <param name="face">One of <see cref="Guided"/>.</param>
    public int? Of(int face, ref SampleRandom random)
    {
        var who = choice != GuideChoice.Mixed ? choice : random.Next(0, 7) switch
        {
            < 6 => GuideChoice.SamePerson,
            6 => GuideChoice.Stranger,
            _ => GuideChoice.None,
        };
        if (who == GuideChoice.None)
        {
            return null;
        }

        var guide = who == GuideChoice.SamePerson ? pairs.GuideOf(placeOf[face], ref random) : pairs.StrangerOf(placeOf[face], ref random);
        return pool[guide ?? throw new RevisageException("The recipe wants strangers beside the faces, but all are of one person. Name a set with several.")];
    }
}
