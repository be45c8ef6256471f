using System.Diagnostics;
using Revisage.Data.Detection;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Prepare;

/// <summary>
/// Turns listings of photographs into prepared faces: decode, find the face and its landmarks where nobody annotated
/// them, cut, reject what is no good, and hand over. Pictures are worked on by many threads and handed over split by split,
/// test before val before train, and in each in the order of the listings, so the set does not depend on the threads. A face
/// whose photograph is in another split already, mirrored or not, is left out, or, where nothing else says where it belongs,
/// goes there too: so it is the training face that gives way. What the sink holds already is passed over.
/// </summary>
/// <param name="openFinder">Called once a thread, and only if a picture needs it.</param>
/// <param name="parser">Draws the parsing maps that no dataset has; null for polygons of the landmarks.</param>
/// <param name="landmarks">Finds the 68 points of faces that are cut by landmarks; wanted for <see cref="PrepareOptions.LowQuality"/>.</param>
public sealed class PrepareRun(PrepareOptions options, Func<IFaceFinder> openFinder, FaceParser? parser = null, Func<Image, Landmarks>? landmarks = null)
{
    // Pictures a thread may be ahead of the one that is handed over next.
    private const int Ahead = 16;

    /// <param name="existing">Faces that the sink holds from before; their identities stay in their splits.</param>
    /// <param name="progress">Pictures done, called in order by the calling thread.</param>
    /// <exception cref="RevisageException">The sink cannot be written to. A picture's own faults are in the report.</exception>
    /// <exception cref="MissingComponentException">A native library is not installed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a later run goes on with what the sink then holds.</exception>
    public PrepareReport Run(
        IReadOnlyList<PrepareInput> inputs, IFaceSink sink, IEnumerable<FaceRecord> existing, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(sink);
        var poor = !options.LowQuality ? null : new PoorFaceAligner(
            landmarks ?? throw new InvalidOperationException("Poor faces are cut by landmarks, and nothing was given that finds them."));
        var start = Stopwatch.GetTimestamp();
        var tally = new Tally(inputs);
        FaceRecord[] before = [.. existing];
        var splits = new SplitAssignment(inputs, before, options);
        var twins = TwinsAmong(before, sink, cancel);
        var pictures = inputs.SelectMany(input => Pictures(input, sink, tally))
            .OrderByDescending(picture => picture.Faces.Max(face => SplitAssignment.StrictnessOf(splits.Of(picture.Set, face)))).ToArray();
        var opened = 0;
        foreach (var result in OrderedWork.Run(
            pictures.Length,
            Math.Max(1, options.Threads),
            Ahead,
            () => new FacePreparer(options, splits, openFinder, parser, poor),
            (preparer, i) => preparer.Prepare(pictures[i].Set, pictures[i].Faces),
            cancel))
        {
            Take(pictures[opened].Set, result, sink, twins, tally);
            progress?.Report(++opened);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        return new PrepareReport
        {
            Crop = options.CropDescription,
            Seed = options.Seed,
            Sets = tally.Sets(),
            Rejected = tally.Rejected,
            Notes = tally.Notes,
            Seconds = Math.Round(seconds, 3),
            PicturesPerSecond = Math.Round(opened / Math.Max(seconds, 1e-6), 1),
            PeakMemoryBytes = process.PeakWorkingSet64,
        };
    }

    /// <summary>The files of a listing with the faces that are still to be made of each.</summary>
    private static List<(string Set, List<SourceFace> Faces)> Pictures(PrepareInput input, IFaceSink sink, Tally tally)
    {
        var pictures = new List<(string Set, List<SourceFace> Faces)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        string? path = null;
        foreach (var face in input.Listing.Faces)
        {
            if (face.Path != path)
            {
                tally.CountPicture(input.Set);
                pictures.Add((input.Set, []));
                path = face.Path;
            }

            if (!tally.IsNew(input.Set, face.Name))
            {
                tally.Reject(input.Set, new SourceProblem(face.Name, ProblemKind.DuplicateName, $"'{face.Path}' has the name of a face before it"));
            }
            else if (sink.Contains(input.Set, face.Name))
            {
                tally.CountAlreadyThere(input.Set);
            }
            else
            {
                pictures[^1].Faces.Add(face);
            }
        }

        foreach (var problem in input.Listing.Problems)
        {
            tally.Reject(input.Set, problem);
        }

        pictures.RemoveAll(picture => picture.Faces.Count == 0);
        return pictures;
    }

    private static Twins TwinsAmong(FaceRecord[] faces, IFaceSink sink, CancellationToken cancel)
    {
        var thumbnails = new byte[faces.Length][];
        AllCores.For(faces.Length, i =>
        {
            var (width, height, rgb) = ImageFile.DecodeRgb24(sink.ReadPicture(faces[i].Set, faces[i].Name), faces[i].Name);
            thumbnails[i] = FacePreparer.ThumbnailOf(faces[i], new RgbPicture(rgb, width, height));
        }, cancel);
        var twins = new Twins();
        for (var i = 0; i < faces.Length; i++)
        {
            twins.Add(faces[i].Split, Called(faces[i]), thumbnails[i]);
        }

        return twins;
    }

    /// <summary>Its record, in the split of its twin if need be; null where it has a twin in another split and may not go there.</summary>
    private static FaceRecord? Placed(PreparedFace face, Twins twins, Tally tally)
    {
        var record = face.Record;
        if (twins.FindOutside(face.Thumbnail, record.Split) is not { } twin)
        {
            return record;
        }

        var shows = $"the photograph of '{twin.Name}', which is in {twin.Split}";
        // What is in train from before has perhaps been learned from already.
        if (face.IsFree && twins.FindOutside(face.Thumbnail, twin.Split) is null)
        {
            tally.Notes.Add(new ReportedProblem(record.Set, record.Name, ProblemKind.SplitOfTwin, shows));
            return record with { Split = twin.Split };
        }

        tally.Reject(record.Set, new SourceProblem(record.Name, ProblemKind.Twin, $"to be in {record.Split}, it shows {shows}"));
        return null;
    }

    private static string Called(FaceRecord face) => face.Name.StartsWith($"{face.Set}/", StringComparison.Ordinal) ? face.Name : $"{face.Set}: {face.Name}";

    private static void Take(string set, PreparedPicture result, IFaceSink sink, Twins twins, Tally tally)
    {
        foreach (var face in result.Faces)
        {
            // Of a picture with several faces, some may have been written before a kill.
            if (sink.Contains(set, face.Record.Name))
            {
                tally.CountAlreadyThere(set);
            }
            else if (Placed(face, twins, tally) is { } record)
            {
                // Not the array itself: null would become an empty memory.
                sink.Add(record, face.Picture, face.Parsing is { } map ? map : default(ReadOnlyMemory<byte>?));
                twins.Add(record.Split, Called(record), face.Thumbnail);
                tally.CountKept(set);
            }
        }

        result.Rejected.ForEach(problem => tally.Reject(set, problem));
        result.Notes.ForEach(problem => tally.Notes.Add(new ReportedProblem(set, problem.Name, problem.Kind, problem.Detail)));
    }

    private sealed class Tally(IReadOnlyList<PrepareInput> inputs)
    {
        private readonly string[] sets = [.. inputs.Select(input => input.Set).Distinct()];
        private readonly HashSet<(string Set, string Name)> names = [];
        private readonly Dictionary<string, int> pictures = [];
        private readonly Dictionary<string, int> kept = [];
        private readonly Dictionary<string, int> alreadyThere = [];

        public List<ReportedProblem> Rejected { get; } = [];

        public List<ReportedProblem> Notes { get; } = [];

        public bool IsNew(string set, string name) => names.Add((set, name));

        public void CountPicture(string set) => pictures[set] = pictures.GetValueOrDefault(set) + 1;

        public void CountKept(string set) => kept[set] = kept.GetValueOrDefault(set) + 1;

        public void CountAlreadyThere(string set) => alreadyThere[set] = alreadyThere.GetValueOrDefault(set) + 1;

        public void Reject(string set, SourceProblem problem) => Rejected.Add(new ReportedProblem(set, problem.Name, problem.Kind, problem.Detail));

        public IReadOnlyList<PreparedSet> Sets() =>
        [
            .. sets.Select(set => new PreparedSet(
                set, pictures.GetValueOrDefault(set), kept.GetValueOrDefault(set), alreadyThere.GetValueOrDefault(set), Rejected.Count(problem => problem.Set == set))),
        ];
    }
}
