using System.Globalization;
using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Packed;

/// <summary>Something that is wrong with a packed set.</summary>
/// <param name="Name">The file, or the face.</param>
/// <param name="Problem">What, in one line.</param>
public sealed record CheckProblem(string Name, string Problem);

/// <summary>What a check found; a set without problems is sound.</summary>
/// <param name="Faces">That were decoded, or tried.</param>
/// <param name="LandmarksOutside">Faces with a landmark just outside the picture, as tight crops have them: chins and cheeks.</param>
/// <param name="Problems">Files first, then faces in their order.</param>
public sealed record CheckReport(int Faces, int LandmarksOutside, IReadOnlyList<CheckProblem> Problems);

/// <summary>
/// Looks at everything in a packed set: the files' SHA-256, each face's checksum, pictures and parsing maps by
/// decoding them, landmarks, splits and counts.
/// </summary>
public static class PackedSetCheck
{
    // CelebAMask-HQ's background and 18 parts.
    private const int Classes = 19;

    // Of the picture's width and height. UTKFace's own crops cut faces by up to 0.14; beyond this no face was cut so.
    private const float FarOutside = 0.25f;

    /// <param name="progress">Faces done.</param>
    /// <returns>All that is wrong; a set that cannot be opened is a problem too, and no exception.</returns>
    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CheckReport Run(string folder, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var problems = new List<CheckProblem>();
        try
        {
            var manifest = SetManifest.Read(folder);
            problems.AddRange(manifest.Files.AsParallel().AsOrdered().WithCancellation(cancel).SelectMany(file => OfFile(folder, file, cancel)));
            if (File.Exists(Path.Combine(folder, PackIndex.PackName(manifest.Files.Count - 1))))
            {
                problems.Add(NotFinished(PackIndex.PackName(manifest.Files.Count - 1)));
            }

            using var set = PackedSet.Open(folder);
            problems.AddRange(OfRecords(set));
            var found = new CheckProblem[set.Faces.Count][];
            var done = 0;
            Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i =>
            {
                found[i] = [.. OfFace(set, i)];
                progress?.Report(Interlocked.Increment(ref done));
            });
            return new CheckReport(found.Length, set.Faces.Count(face => FirstOutside(face, 0) is not null), [.. problems, .. found.SelectMany(face => face)]);
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<MissingComponentException>().FirstOrDefault() is { } missing)
        {
            throw new MissingComponentException(missing.Message, e);
        }
        catch (RevisageException e)
        {
            problems.Add(new CheckProblem(folder, e.Message));
            return new CheckReport(0, 0, problems);
        }
    }

    private static IEnumerable<CheckProblem> OfFile(string folder, SetFile listed, CancellationToken cancel)
    {
        var problems = new List<CheckProblem>();
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, listed.Name), share: FileShare.ReadWrite);
            if (SetFile.Of(file, listed.Name, listed.Bytes, cancel) is var found && found != listed)
            {
                problems.Add(new CheckProblem(listed.Name, $"SHA-256 is {found.Sha256}, but {listed.Sha256} by the manifest."));
            }

            if (RandomAccess.GetLength(file) > listed.Bytes)
            {
                problems.Add(NotFinished(listed.Name));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new CheckProblem(listed.Name, e.Message));
        }

        return problems;
    }

    private static CheckProblem NotFinished(string file) =>
        new(file, "There is more than the manifest lists: faces were being added. Run 'revisage prepare' again; it goes on where it stopped.");

    private static IEnumerable<CheckProblem> OfRecords(PackedSet set)
    {
        if (!SetCounts.Of(set.Faces).SameAs(set.Manifest.Counts))
        {
            yield return new CheckProblem(SetManifest.FileName, "Its counts are not those of the faces.");
        }

        foreach (var missing in set.Faces.Select(face => face.Set).Distinct().Except(set.Manifest.Sources.Select(source => source.Set)))
        {
            yield return new CheckProblem(SetManifest.FileName, $"It does not say where '{missing}' comes from.");
        }

        foreach (var twice in set.Faces.GroupBy(face => (face.Set, face.Name)).Where(group => group.Skip(1).Any()))
        {
            yield return new CheckProblem(twice.Key.Name, $"It is in '{twice.Key.Set}' {twice.Count()} times.");
        }

        foreach (var person in set.Faces.Where(face => face.Identity is not null).GroupBy(face => face.Identity))
        {
            if (person.FirstOrDefault(face => face.Split != person.First().Split) is { } other)
            {
                yield return new CheckProblem(other.Name, $"'{person.Key}' is in {other.Split} here and in {person.First().Split} in '{person.First().Name}'.");
            }
        }
    }

    private static IEnumerable<CheckProblem> OfFace(PackedSet set, int index)
    {
        var face = set.Faces[index];
        if (Failure(() => set.ReadRgb(index)) is { } picture)
        {
            yield return new CheckProblem(face.Name, picture);
        }

        byte[]? classes = null;
        if (Failure(() => classes = set.ReadParsing(index)) is { } parsing)
        {
            yield return new CheckProblem(face.Name, parsing);
        }
        else if (classes is null != face.Parsing is ParsingSource.None)
        {
            yield return new CheckProblem(face.Name, $"It has {(classes is null ? "no" : "a")} parsing map, but its record says '{face.Parsing}'.");
        }
        else if (classes is not null && classes.Max() is >= Classes and var highest)
        {
            yield return new CheckProblem(face.Name, $"Its parsing map has a class {highest}, but the highest is {Classes - 1}.");
        }

        if (FirstOutside(face, FarOutside) is { } first)
        {
            var point = face.Landmarks![first];
            yield return new CheckProblem(face.Name, string.Create(CultureInfo.InvariantCulture, $"Landmark {first} is at ({point.X}, {point.Y}), far outside its {face.Width}x{face.Height} pixels."));
        }
    }

    /// <param name="beyond">Of the picture's width and height.</param>
    private static int? FirstOutside(FaceRecord face, float beyond)
    {
        // Pixels reach half a pixel around their centres. Hidden points are NaN, which is never outside.
        var size = new Vector2(face.Width, face.Height);
        var (min, max) = (-beyond * size - new Vector2(0.5f), (1 + beyond) * size - new Vector2(0.5f));
        for (var i = 0; face.Landmarks is { } landmarks && i < Landmarks.Count; i++)
        {
            var point = landmarks[i];
            if (point.X < min.X || point.Y < min.Y || point.X > max.X || point.Y > max.Y)
            {
                return i;
            }
        }

        return null;
    }

    private static string? Failure(Func<byte[]?> read)
    {
        try
        {
            read();
            return null;
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return e.Message;
        }
    }
}
