
namespace Revisage.Data;

/// <summary>
/// Which face a sample shows, as a function of its number and the seed alone: every face once an epoch in an order of
/// the epoch's own, or, for metric learning, blocks of several faces of each of several people.
/// </summary>
public sealed class SampleOrder
{
    private readonly int count;
    private readonly int seed;
    private readonly IdentitySampling? sampling;
    private readonly int[][] people;
    private volatile Draw lastEpoch = new(-1, []);
    private volatile Draw lastBlock = new(-1, []);

    /// <exception cref="RevisageException">Samples are to be drawn by identity, but too few people have two faces.</exception>
    public SampleOrder(IReadOnlyList<FaceRecord> faces, DataOptions options, int seed)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(options);
        (count, this.seed, sampling) = (faces.Count, seed, options.Identities);
        people = sampling is null ? [] :
        [
            .. faces.Index().Where(face => face.Item.Identity is not null)
                .GroupBy(face => face.Item.Identity, face => face.Index)
                .Where(person => person.Count() > 1)
                .Select(person => person.ToArray()),
        ];
        if (sampling is not null && people.Length < sampling.People)
        {
            throw new RevisageException(
                $"The recipe draws {sampling.People} people a batch, but only {people.Length} have two faces or more. Prepare a set with identities, or lower data.identities.people.");
        }
    }

    /// <summary>The face of a sample, from 0 to the number of faces - 1.</summary>
    public int this[long sample]
    {
        get
        {
            if (sampling is null)
            {
                return OfEpoch(sample);
            }

            var (block, slot) = Math.DivRem(sample, sampling.Block);
            return slot < sampling.People * sampling.Images
                ? OfBlock(block)[slot]
                : OfEpoch(block * sampling.Others + slot - sampling.People * sampling.Images);
        }
    }

    private int OfEpoch(long position)
    {
        var (epoch, at) = Math.DivRem(position, count);
        var known = lastEpoch;
        if (known.Number != epoch)
        {
            var order = Enumerable.Range(0, count).ToArray();
            Shuffle(order, count, new SampleRandom(seed, -1 - epoch));
            lastEpoch = known = new Draw(epoch, order);
        }

        return known.Faces[at];
    }

    private int[] OfBlock(long block)
    {
        var known = lastBlock;
        if (known.Number != block)
        {
            // Numbers of their own, beside those of samples (0 and up) and of epochs (below 0).
            var random = new SampleRandom(seed, long.MinValue / 2 + block);
            var chosen = Enumerable.Range(0, people.Length).ToArray();
            Shuffle(chosen, sampling!.People, random);
            var faces = new int[sampling.People * sampling.Images];
            for (var person = 0; person < sampling.People; person++)
            {
                // A copy: shuffled in place, a draw would hang on those before it.
                int[] photographs = [.. people[chosen[person]]];
                Shuffle(photographs, photographs.Length, new SampleRandom(seed, long.MinValue / 2 - 1 - (block * sampling.People + person)));
                for (var image = 0; image < sampling.Images; image++)
                {
                    faces[person * sampling.Images + image] = photographs[image % photographs.Length];
                }
            }

            lastBlock = known = new Draw(block, faces);
        }

        return known.Faces;
    }

    /// <summary>Puts a random choice, in random order, into the first <paramref name="needed"/> places.</summary>
    private static void Shuffle(int[] values, int needed, SampleRandom random)
    {
        for (var i = 0; i < Math.Min(needed, values.Length - 1); i++)
        {
            var j = random.Next(i, values.Length - 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private sealed record Draw(long Number, int[] Faces);
}
