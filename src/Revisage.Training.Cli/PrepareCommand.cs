using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Data.Crops;
using Revisage.Training.Data.Packed;
using Revisage.Training.Data.Prepare;
using Revisage.Training.Data.Sources;
using Revisage.Training.Detection;

namespace Revisage.Training.Cli;

internal static class PrepareCommand
{
    // Further ones are in the report.
    private const int FailuresShown = 20;

    private const int NamesShown = 3;

    public static Command Create()
    {
        var folders = new Argument<string[]>("folder") { Description = "Photographs, or datasets as they are downloaded.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--output", "-o") { Description = "The packed set's folder. One that holds a set is added to; a run that was stopped goes on.", HelpName = "OUT" };
        var layout = new Option<string?>("--layout") { Description = $"Of the folders: {string.Join(", ", DatasetCatalog.Layouts.Select(one => one.Id))}. The default is what each looks like.", HelpName = "ID" };
        var crop = new Option<string>("--crop") { Description = "aligned: this project's; celeba, gwainet: the centre of CelebA's aligned pictures; box: the face's box; openface: around the landmarks.", DefaultValueFactory = _ => "aligned" };
        crop.AcceptOnlyFromAmong("aligned", "celeba", "gwainet", "box", "openface");
        var size = new Option<int>("--size") { Description = "Pixels of the face's side: 128 or 256.", DefaultValueFactory = _ => 128 };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is not (128 or 256))
            {
                result.AddError($"--size is {result.GetValueOrDefault<int>()}, but takes 128 or 256.");
            }
        });
        var extent = new Option<double?>("--extent")
        {
            Description = FormattableString.Invariant($"Side of the square of --crop aligned or openface over the landmarks' larger extent. The default is {new AlignedCrop().Extent}, with --low-quality {PrepareOptions.PoorExtent}."),
            HelpName = "X",
        };
        extent.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } given and not (>= 1 and <= 4))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--extent is {given}, but takes 1 to 4."));
        });
        var faces = new Option<string>("--faces") { Description = "Of a photograph with several: largest or all.", DefaultValueFactory = _ => "largest" };
        faces.AcceptOnlyFromAmong("largest", "all");
        var parser = new Option<string?>("--parser") { Description = "A face parser, such as face-parser, that draws the parsing maps which a dataset lacks. The default draws polygons between the landmarks.", HelpName = "NAME|FILE.onnx" };
        var lowQuality = new Option<bool>("--low-quality") { Description = "The set of small real faces for High-to-Low, of crops and of photographs (faces of 18 to 64 pixels): cut by the model 'landmarks' as --crop says, in their own pixels." };
        var minSharpness = new Option<double?>("--min-sharpness") { Description = "Reject faces whose Laplacian varies less (try 50).", HelpName = "X" };
        var sheet = new Option<string?>("--sheet") { Description = "Also draw faces of the set with landmarks, heatmaps and parsing maps.", HelpName = "FILE.png" };
        var check = new Option<bool>("--check") { Description = "Verify the packed sets FOLDER instead of making one." };
        var seed = new Option<int>("--seed") { Description = "Decides which identities validate where a dataset has no partition.", DefaultValueFactory = _ => 1 };
        var command = new Command("prepare", LearningCommands.Describe("prepare")) { folders, output, layout, crop, size, extent, faces, parser, lowQuality, minSharpness, sheet, check, seed };
        command.Validators.Add(result =>
        {
            if (result.GetValue(check) == (result.GetValue(output) is not null))
            {
                result.AddError("Name the packed set's folder by -o, or with --check the sets to verify and no -o.");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(lowQuality) && result.GetValue(crop) is { } other and not ("aligned" or "openface"))
                result.AddError($"--low-quality cuts faces by their landmarks, as aligned or openface do, but --crop is {other}.");
        });
        command.SetAction((parsed, cancel) =>
        {
            var (target, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var sources = parsed.GetRequiredValue(folders);
            if (parsed.GetValue(check))
            {
                var faulty = sources.Where(folder => !Check(folder, target, error, cancel)).ToArray();
                return Task.FromResult(faulty.Length == 0 ? ExitCode.Done : ExitCode.Failed);
            }

            var options = new PrepareOptions
            {
                Crop = CropOf(parsed.GetRequiredValue(crop), parsed.GetValue(size), parsed.GetValue(extent) ?? new AlignedCrop().Extent),
                PoorCrop = CropOf(parsed.GetRequiredValue(crop), parsed.GetValue(size), parsed.GetValue(extent) ?? PrepareOptions.PoorExtent),
                Faces = parsed.GetValue(faces) == "all" ? FaceChoice.All : FaceChoice.Largest,
                LowQuality = parsed.GetValue(lowQuality),
                MinSharpness = parsed.GetValue(minSharpness),
                Seed = parsed.GetValue(seed),
            };
            var inputs = sources.SelectMany(folder => Read(folder, parsed.GetValue(layout))).ToArray();
            var set = parsed.GetValue(output)!;
            // One thread a picture: pictures are worked on side by side.
            using var parsing = parsed.GetValue(parser) is { } model ? FaceParser.Open(ModelStore.Default.Find(model), new OnnxOptions { Threads = 1 }) : null;
            using var landmarks = options.LowQuality ? LandmarkDetector.Open(ModelStore.Default.Find("landmarks"), new OnnxOptions { Threads = 1 }) : null;
            var report = Prepare(inputs, set, options, parsing, landmarks, error, cancel);
            Tell(report, set, target, error);
            var gaveFaces = report.Kept + report.AlreadyThere > 0;
            if (parsed.GetValue(sheet) is { } file && gaveFaces)
            {
                using var packed = PackedSet.Open(set);
                ImageFile.Save(ContactSheet.Draw(packed), file);
            }

            return Task.FromResult(report.Rejected.Count == 0 && gaveFaces ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    private static FaceCrop CropOf(string name, int size, double extent) => name switch
    {
        "aligned" => new AlignedCrop { Size = size, Extent = extent },
        "celeba" => new CelebACrop { Size = size },
        "gwainet" => new GwaInetCrop(),
        "box" => new BoxCrop { Size = size },
        _ => new OpenFaceCrop { Size = size, Extent = extent },
    };

    private static IReadOnlyList<PrepareInput> Read(string folder, string? layout) =>
        PrepareInput.Read(folder, layout is null ? DatasetCatalog.Recognise(folder) : DatasetCatalog.Find(layout));

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
