using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Revisage.Data.Sources;
using Revisage.Evaluation;

namespace Revisage.Data.Prepare;

/// <summary>
/// Which split each face is in: the dataset's own where it has a partition, else by a hash of identity or photograph,
/// so that it stays the same whatever is added. All faces of one identity are in one split, across datasets: test
/// before val before train, and what a set holds already before all.
/// </summary>
public sealed class SplitAssignment
{
    private static readonly string[] Strictness = [FaceSplit.Train, FaceSplit.Val, FaceSplit.Test];

    private readonly Dictionary<string, string> ofIdentity = new(StringComparer.Ordinal);
    private readonly HashSet<(string Set, string Name)> last = [];
    private readonly PrepareOptions options;

    /// <param name="existing">Faces of the set that is gone on with.</param>
    public SplitAssignment(IReadOnlyList<PrepareInput> inputs, IEnumerable<FaceRecord> existing, PrepareOptions options)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(existing);
        this.options = options;
        foreach (var input in inputs)
        {
            foreach (var face in input.Listing.Faces)
            {
                if (face.Split is { } split && IdentityOf(input.Set, face) is { } identity)
                {
                    ofIdentity[identity] = ofIdentity.TryGetValue(identity, out var known) ? Stricter(known, split) : split;
                }
            }

            if (options.LowQuality)
            {
                // The last tenth by name is kept for evaluation.
                var names = input.Listing.Faces.Select(face => face.Name).Order(StringComparer.Ordinal).ToArray();
                last.UnionWith(names.Skip(names.Length - names.Length / 10).Select(name => (input.Set, name)));
            }
        }

        foreach (var face in existing)
        {
            if (face.Identity is { } identity)
            {
                ofIdentity[identity] = face.Split;
            }
        }
    }

    /// <summary>Who a face shows, unique over all datasets: a mere number is one of its dataset.</summary>
    public static string? IdentityOf(string set, SourceFace face)
    {
        ArgumentNullException.ThrowIfNull(face);
        return string.IsNullOrEmpty(face.Identity) ? null : face.Identity.All(char.IsAsciiDigit) ? $"{set}/{face.Identity}" : face.Identity;
    }

    public string Of(string set, SourceFace face)
    {
        ArgumentNullException.ThrowIfNull(face);
        var identity = IdentityOf(set, face);
        return identity is not null && ofIdentity.TryGetValue(identity, out var split) ? split
            : face.Split is not null ? face.Split
            : options.LowQuality && identity is null ? last.Contains((set, face.Name)) ? FaceSplit.Val : FaceSplit.Train
            : Share(identity ?? $"{set}/{face.Photograph ?? PhotographOf(face.Name)}") < options.ValShare ? FaceSplit.Val : FaceSplit.Train;
    }

    /// <summary>
    /// Whether nothing but a hash of its own name put a face where it is, so that it may go where its twin is: neither partition,
    /// nor identity, nor other faces of its photograph.
    /// </summary>
    public static bool IsFree(SourceFace face)
    {
        ArgumentNullException.ThrowIfNull(face);
        return face.Split is null && string.IsNullOrEmpty(face.Identity) && face.Photograph is null && PhotographOf(face.Name) == face.Name;
    }

    /// <summary>The later, the less may be learned of what is in it.</summary>
    internal static int StrictnessOf(string split) => Array.IndexOf(Strictness, split);

    /// <summary>The name without the number of a second face.</summary>
    internal static string PhotographOf(string name) =>
        name.LastIndexOf('#') is > 0 and var hash && name.AsSpan(hash + 1) is { Length: > 0 } number && !number.ContainsAnyExceptInRange('0', '9') ? name[..hash] : name;

    private double Share(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Seed}:{key}"), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) / (double)ulong.MaxValue;
    }

    private static string Stricter(string one, string other) =>
        StrictnessOf(one) >= StrictnessOf(other) ? one : other;
}
