using System.CommandLine;
using System.Globalization;
using Revisage.Batch;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Data.Crops;
using Revisage.Data.Detection;
using Revisage.Data.Packed;
using Revisage.Data.Prepare;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Data.Cli;

internal static class PrepareCommand
{
    // Further ones are in the report.
    private const int FailuresShown = 20;

    private const int NamesShown = 3;

    public static Command Create()
    {
        var syntax = new PrepareSyntax();
        syntax.Command.SetAction((parsed, cancel) =>
        {
            var (target, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var sources = parsed.GetRequiredValue(syntax.Folders);
            if (parsed.GetValue(syntax.Check))
            {
                var faulty = sources.Where(folder => !Check(folder, target, error, cancel)).ToArray();
                return Task.FromResult(faulty.Length == 0 ? ExitCode.Done : ExitCode.Failed);
            }

            var options = new PrepareOptions
            {
                Crop = CropOf(parsed.GetRequiredValue(syntax.Crop), parsed.GetValue(syntax.Size), parsed.GetValue(syntax.Extent) ?? new AlignedCrop().Extent),
                PoorCrop = CropOf(parsed.GetRequiredValue(syntax.Crop), parsed.GetValue(syntax.Size), parsed.GetValue(syntax.Extent) ?? PrepareOptions.PoorExtent),
                Faces = parsed.GetValue(syntax.Faces) == "all" ? FaceChoice.All : FaceChoice.Largest,
                LowQuality = parsed.GetValue(syntax.LowQuality),
                MinSharpness = parsed.GetValue(syntax.MinSharpness),
                Seed = parsed.GetValue(syntax.Seed),
            };
            var set = parsed.GetValue(syntax.Output)!;
            if (sources.FirstOrDefault(folder => RealPath.AreSame(folder, set)) is { } itself)
            {
                throw new UsageException($"-o '{set}' is the folder '{itself}' that is read. Name another for the set.");
            }

            var inputs = Read(sources, parsed.GetValue(syntax.Layout), set, error, cancel);
            CheckSheet(parsed.GetValue(syntax.Sheet), inputs);
            // One thread a picture: pictures are worked on side by side.
            using var parsing = parsed.GetValue(syntax.Parser) is { } model ? FaceParser.Open(ModelStore.Default.Find(model), new OnnxOptions { Threads = 1 }) : null;
            using var landmarks = options.LowQuality ? LandmarkDetector.Open(ModelStore.Default.Find("landmarks"), new OnnxOptions { Threads = 1 }) : null;
            var report = Prepare(inputs, set, options, parsing, landmarks, error, cancel);
            Tell(report, set, target, error);
            var gaveFaces = report.Kept + report.AlreadyThere > 0;
            if (parsed.GetValue(syntax.Sheet) is { } file && gaveFaces)
            {
                using var packed = PackedSet.Open(set);
                ImageFile.Save(ContactSheet.Draw(packed), file);
            }

            return Task.FromResult(report.Rejected.Count == 0 && gaveFaces ? ExitCode.Done : ExitCode.Failed);
        });
        return syntax.Command;
    }

    private static FaceCrop CropOf(string name, int size, double extent) => name switch
    {
        "aligned" => new AlignedCrop { Size = size, Extent = extent },
        "celeba" => new CelebACrop { Size = size },
        "gwainet" => new GwaInetCrop(),
        "box" => new BoxCrop { Size = size },
        _ => new OpenFaceCrop { Size = size, Extent = extent },
    };

    // Readers look at no token, but reading changes nothing, so one that is stopped may be left to the process's end.
    private static PrepareInput[] Read(string[] folders, string? layout, string set, TextWriter error, CancellationToken cancel) =>
        Task.Run(() => folders.SelectMany(folder => Read(folder, layout, set, error, cancel)).ToArray(), cancel).WaitAsync(cancel).GetAwaiter().GetResult();

    private static IReadOnlyList<PrepareInput> Read(string folder, string? layout, string set, TextWriter error, CancellationToken cancel)
    {
        var reader = layout is null ? DatasetCatalog.Recognise(folder) : DatasetCatalog.Find(layout);
        // Datasets have files of their own beside their pictures; of a plain folder it is worth a word.
        if (reader is PlainFolder && Directory.Exists(folder) && PictureListing.Of(folder, except: set, cancel: cancel).DescribeOthers() is { } others)
        {
            error.WriteLine(others);
        }

        return PrepareInput.Read(folder, reader);
    }

    private static void CheckSheet(string? sheet, PrepareInput[] inputs)
    {
        if (sheet is not null && !ImageFile.CanSave(sheet))
        {
            throw new UsageException($"--sheet is '{sheet}', but takes a picture that is written here. Choose one of {ImageFile.Writable}.");
        }

        OutputFiles.Check(inputs.SelectMany(input => input.Listing.Faces).Select(face => face.Path).Distinct(), new OutputFile("--sheet", sheet));
    }

    private static PrepareReport Prepare(IReadOnlyList<PrepareInput> inputs, string set, PrepareOptions options, FaceParser? parser, LandmarkDetector? landmarks, TextWriter error, CancellationToken cancel)
    {
        using var writer = PackedSetWriter.Open(set);
        PrepareReport report;
        using (var progress = new Progress("preparing", "pictures", inputs.Sum(input => input.Listing.Faces.DistinctBy(face => face.Path).Count()), error))
        {
            report = new PrepareRun(options, () => new DlibFaceFinder(), parser, landmarks is null ? null : face => landmarks.Detect([face], cancel)[0]).Run(inputs, writer, writer.Faces, new Steps(progress), cancel);
        }

        if (writer.Count > 0)
        {
            writer.Complete(report.Sources(inputs), cancel);
        }

        report.Write(set);
        return report;
    }

    private static void Tell(PrepareReport report, string set, TextWriter output, TextWriter error)
    {
        foreach (var problem in report.Rejected.Take(FailuresShown))
        {
            error.WriteLine($"{problem.Set}: '{problem.Name}': {problem.Kind} ({problem.Detail})");
        }

        if (report.Rejected.Count > FailuresShown)
        {
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Rejected.Count - FailuresShown:N0} more are in '{PrepareReport.PathIn(set)}'."));
        }

        var sets = new Table("set", "pictures", "faces", "from before", "rejected");
        foreach (var one in report.Sets)
        {
            sets.Add(one.Set, Number(one.Pictures), Number(one.Kept), Number(one.AlreadyThere), Number(one.Rejected));
        }

        sets.Write(output);
        Count(output, "rejected", report.Rejected);
        Count(output, "noted", report.Notes);
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Pictures:N0} pictures, {report.Kept:N0} faces kept, {report.AlreadyThere:N0} from before, {report.Rejected.Count:N0} rejected; {report.PicturesPerSecond:N0} pictures/s, {report.Seconds:N0} s, peak memory {report.PeakMemoryBytes / 1e6:N0} MB"));
        if (report.Kept + report.AlreadyThere > 0)
        {
            output.WriteLine($"'{set}' is written; '{PrepareReport.PathIn(set)}' says what was left out.");
        }
        else
        {
            error.WriteLine($"No picture gave a face; '{PrepareReport.PathIn(set)}' says why. Name a folder that holds faces, or another --layout or --crop.");
        }
    }

    private static void Count(TextWriter output, string title, IReadOnlyList<ReportedProblem> problems)
    {
        if (problems.Count == 0)
        {
            return;
        }

        output.WriteLine();
        var table = new Table(title, "count", "first");
        foreach (var (kind, count, first) in PrepareReport.ByKind(problems, NamesShown))
        {
            table.Add(kind, Number(count), string.Join(", ", first));
        }

        table.Write(output);
    }

    private static bool Check(string folder, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var faces = SetManifest.Read(folder).Counts;
        CheckReport report;
        using (var progress = new Progress("checking", "faces", faces.Faces.Values.Sum(splits => splits.Values.Sum()), error))
        {
            report = PackedSetCheck.Run(folder, new Steps(progress), cancel);
        }

        foreach (var problem in report.Problems)
        {
            error.WriteLine($"{folder}: '{problem.Name}': {problem.Problem}");
        }

        output.WriteLine(report.Problems.Count == 0
            ? $"'{folder}' is whole: {Number(report.Faces)} faces{(report.LandmarksOutside > 0 ? $", {Number(report.LandmarksOutside)} with a landmark just outside" : "")}."
            : $"'{folder}' has {Number(report.Problems.Count)} faults. Prepare it again, or restore it from a copy.");
        return report.Problems.Count == 0;
    }

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Counts of what is done in all, as steps.</summary>
    private sealed class Steps(Progress progress) : IProgress<int>
    {
        private readonly Lock gate = new();
        private int last;

        public void Report(int value)
        {
            lock (gate)
            {
                progress.Advance(Math.Max(0, value - last));
                last = Math.Max(last, value);
            }
        }
    }
}
