using Revisage.Imaging;

namespace Revisage.Data.GroundTruth;

/// <summary>
/// Who may be whose guide: another photograph of the same person (GWAInet, section 4.1). Faces are given and returned
/// by their place in the list. Safe to ask from many threads.
/// </summary>
public sealed class GuidePairs
{
    // Faces of known identity, those of one identity side by side, and each one's stretch of that list.
    private readonly int[] named;
    private readonly (int First, int End)[] stretches;
    private readonly int[] photographs;
    private readonly int[] guided;

    /// <param name="faces">Of one split.</param>
    /// <param name="thumbnails">
    /// Of each face with an identity, by <see cref="PhotoThumbnail"/>; where two are nearly alike, mirrored or not, they
    /// count as one photograph. Null to go by the records alone.
    /// </param>
    public GuidePairs(IReadOnlyList<FaceRecord> faces, IReadOnlyList<byte[]?>? thumbnails = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        named = [.. Enumerable.Range(0, faces.Count).Where(i => faces[i].Identity is not null).OrderBy(i => faces[i].Identity, StringComparer.Ordinal).ThenBy(i => i)];
        stretches = new (int, int)[faces.Count];
        photographs = new int[faces.Count];
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < faces.Count; i++)
        {
            // A face whose photograph nobody named is one of its own.
            photographs[i] = faces[i].Photograph is { } name && !known.TryAdd(name, i) ? known[name] : i;
        }

        for (var first = 0; first < named.Length;)
        {
            var end = first + 1;
            while (end < named.Length && faces[named[end]].Identity == faces[named[first]].Identity)
            {
                end++;
            }

            foreach (var face in named.AsSpan(first..end))
            {
                stretches[face] = (first, end);
            }

            if (thumbnails is not null)
            {
                JoinDuplicates(named.AsSpan(first..end), thumbnails);
            }

            first = end;
        }

        guided = [.. Enumerable.Range(0, faces.Count).Where(i => GuideCount(i) > 0)];
    }

    /// <summary>The faces that have a guide, in the order of the list.</summary>
    public IReadOnlyList<int> Guided => guided;

    /// <summary>Reads all faces of known identity, so that the same photograph under two names is no guide.</summary>
    /// <exception cref="RevisageException">A picture is damaged.</exception>
    public static GuidePairs Load(IFaceSource source, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var thumbnails = new byte[]?[source.Faces.Count];
        Parallel.ForAsync(0, thumbnails.Length, cancel, (i, _) =>
        {
            var face = source.Faces[i];
            thumbnails[i] = face.Identity is null ? null : PhotoThumbnail.Of(source.ReadRgb(i), face.Width, face.Height);
            return ValueTask.CompletedTask;
        }).GetAwaiter().GetResult();
        return new GuidePairs(source.Faces, thumbnails);
    }

    /// <summary>Another photograph of the same person, each with the same chance; null where there is none.</summary>
    public int? GuideOf(int face, ref SampleRandom random)
    {
        var count = GuideCount(face);
        if (count == 0)
        {
            return null;
        }

        var skip = random.Next(0, count - 1);
        foreach (var other in OfSamePerson(face))
        {
            if (photographs[other] != photographs[face] && skip-- == 0)
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>
    /// A face of another known identity, each with the same chance: what the ablation GWAnet-R is guided by. Null
    /// where there is no other.
    /// </summary>
    public int? StrangerOf(int face, ref SampleRandom random)
    {
        var (first, end) = stretches[face];
        var others = named.Length - (end - first);
        if (others == 0)
        {
            return null;
        }

        var place = random.Next(0, others - 1);
        return named[place < first ? place : place + end - first];
    }

    /// <summary>
    /// Two photographs, of one person in half of the cases and of two in the others, for a verification network. The
    /// first is drawn alike for both, so that it alone tells nothing.
    /// </summary>
    /// <exception cref="RevisageException">No face has a guide, or all are one person.</exception>
    public (int First, int Second, bool Same) Pair(ref SampleRandom random)
    {
        var same = random.Next(0, 1) == 1;
        if (guided.Length > 0)
        {
            var first = guided[random.Next(0, guided.Length - 1)];
            if ((same ? GuideOf(first, ref random) : StrangerOf(first, ref random)) is { } second)
            {
                return (first, second, same);
            }
        }

        throw new RevisageException(
            $"Pairs need two people at least, and two photographs of one, but of {stretches.Length} faces {guided.Length} have another photograph of the same person. Name a set with identities.");
    }

    private ReadOnlySpan<int> OfSamePerson(int face) => named.AsSpan(stretches[face].First..stretches[face].End);

    private int GuideCount(int face)
    {
        var count = 0;
        foreach (var other in OfSamePerson(face))
        {
            count += photographs[other] != photographs[face] ? 1 : 0;
        }

        return count;
    }

    private void JoinDuplicates(ReadOnlySpan<int> faces, IReadOnlyList<byte[]?> thumbnails)
    {
        for (var i = 1; i < faces.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (photographs[faces[i]] != photographs[faces[j]]
                    && thumbnails[faces[i]] is { } a && thumbnails[faces[j]] is { } b && PhotoThumbnail.Alike(a, b))
                {
                    var (kept, dropped) = (photographs[faces[j]], photographs[faces[i]]);
                    foreach (var face in faces)
                    {
                        photographs[face] = photographs[face] == dropped ? kept : photographs[face];
                    }
                }
            }
        }
    }
}
