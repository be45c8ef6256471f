using System.CommandLine;
using System.Globalization;
using Revisage.Batch;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Photographs;
using Revisage.Photographs.Video;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class EnhanceCommand
{
    public static Command Create()
    {
        var defaults = new EnhanceOptions();
        var photographs = new Argument<string[]>("photo") { Description = "Photographs, videos, folders of them, or - for one photograph on standard input. Videos want ffmpeg.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o")
        {
            Description = "A folder, made if missing; for one photograph also a picture, or - for standard output; for one video also a video.",
            HelpName = "OUT",
            Required = true,
        };
        var scale = new Option<double>("--scale") { Description = "How many times as wide and high results are. At 1, what is no face stays as it is, to the bit.", HelpName = "S", DefaultValueFactory = _ => defaults.Scale }.Within(1, 8);
        var strength = new Option<double>("--strength") { Description = "How much of what the models make is blended in.", HelpName = "0..1", DefaultValueFactory = _ => defaults.Strength }.Within(0, 1);
        var faces = new Option<string>("--faces") { Description = "all; largest; so many, the largest; or the box x,y,w,h that their centres lie in.", HelpName = "all|largest|N|X,Y,W,H", DefaultValueFactory = _ => "all" };
        faces.Validators.Add(result =>
        {
            if (Choice(result.GetValueOrDefault<string>() ?? "") is null)
            {
                result.AddError($"--faces is '{result.Tokens[0].Value}', but takes all, largest, a number, or a box x,y,w,h.");
            }
        });
        var size = new Option<double>("--min-size") { Description = "Smaller faces are left as they are, in pixels of the photograph.", HelpName = "N", DefaultValueFactory = _ => defaults.Faces.LeastSize }.Within(0, 16384);
        var score = new Option<double>("--min-score") { Description = "Faces that the detector is less sure of are left as they are.", HelpName = "S", DefaultValueFactory = _ => defaults.Faces.LeastScore }.Within(0, 1);
        var yaw = new Option<double>("--max-yaw") { Description = "Faces that are turned further aside are left as they are, in degrees.", HelpName = "D", DefaultValueFactory = _ => defaults.Faces.GreatestYaw }.Within(0, 90);
        var small = new Option<bool>("--small-faces") { Description = "Look at large photographs in parts too, for small faces: slower." };
        var model = ModelChoice.Option("One model for all faces. Without it, each face gets the one for its size.");
        var quality = ModelChoice.Quality();
        var consistent = new Option<bool>("--consistent") { Description = "Change each restored face so that it shrinks to what was given." };
        var identity = new Option<double?>("--min-identity") { Description = "Blend in less where a face's identity similarity to its result would fall below.", HelpName = "C" }.Within(-1, 1);
        var force = new Option<bool>("--force") { Description = "Restore faces that no model was trained for too: too small, or large enough." };
        var format = new Option<string?>("--format") { Description = "Of photographs' results in a folder; each one's own by default.", HelpName = "jpg|png|webp|tif|avif" }.OneOf("jpg", "png", "webp", "tif", "avif");
        var strip = new Option<bool>("--strip-metadata") { Description = "Leave out EXIF, XMP and the like; the colour profile stays." };
        var resume = new Option<bool>("--resume") { Description = $"Go on where a run into the same folder ended; its {PhotoManifest.FileName} tells." };
        var report = new Option<string[]>(EnhanceReports.Option) { Description = "Write what became of every face to FILE.json, or to FILE.html with pictures before and after. May be given for both.", HelpName = "FILE.json|FILE.html" };
        var threads = ModelChoice.Threads();

        var command = new Command("enhance", "Restore every face of whole photographs and videos: find, choose a model by size, enlarge, put back.")
        {
            photographs, output, scale, strength, faces, size, score, yaw, small, model, quality, consistent, identity, force, format, strip, resume, report, threads,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var ending = parsed.GetValue(format);
            var reports = parsed.GetValue(report) ?? [];
            var target = parsed.GetRequiredValue(output);
            // Of folders, where there is what reads them.
            Func<string, bool>? also = Ffmpeg.IsInstalled ? VideoFile.IsVideo : null;
            var plan = OutputPlan.Create(
                parsed.GetRequiredValue(photographs), target, input => VideoFile.IsVideo(input) ? VideoFile.EndingOf(input) : ending is null ? EndingOf(input) : "." + ending,
                output => PhotoFile.CanSave(output) || VideoFile.CanSave(output), $"{PhotoFile.Writable}, {VideoFile.Writable}", also, cancel);
            CheckKinds(plan);
            var options = new EnhanceOptions
            {
                Scale = parsed.GetValue(scale),
                Strength = parsed.GetValue(strength),
                Faces = Choice(parsed.GetRequiredValue(faces))! with { LeastSize = parsed.GetValue(size), LeastScore = parsed.GetValue(score), GreatestYaw = parsed.GetValue(yaw) },
                SmallFaces = parsed.GetValue(small),
                Consistent = parsed.GetValue(consistent),
                MinIdentity = parsed.GetValue(identity),
                Force = parsed.GetValue(force),
                TellIdentity = reports.Length > 0,
            };
            var one = parsed.GetValue(model) is { } name ? ModelStore.Default.Find(name) : null;
            plan.Check(one is null ? [] : [one.Path, one.CardPath]);
            EnhanceReports.Check(reports, plan.Pictures.Select(picture => picture.Input));

            // Beside the networks, which take longer. Where it fails, the first photograph says so.
            _ = Task.Run(ImageFile.WarmUp, cancel);
            using var enhancer = PhotoEnhancer.Open(ModelStore.Default, one, new OnnxOptions { Threads = parsed.GetValue(threads) }, parsed.GetValue(quality));
            foreach (var used in enhancer.Models.Models)
            {
                FirstUse.Tell(used.Card, error);
            }

            var isFolder = target != OutputPlan.StandardStream && (plan.Pictures.Count != 1 || plan.Pictures[0].Output != target);
            using var frames = new FrameProgress(error);
            var batch = new PhotoBatch(enhancer, options)
            {
                VideoProgress = frames,
                Strip = parsed.GetValue(strip),
                Format = ending is null ? null : PhotoFile.FormatOf("." + ending),
                TakePictures = EnhanceReports.ShowPictures(reports),
                Manifest = isFolder ? PhotoManifest.Open(target, parsed.GetValue(resume)) : null,
            };
            return await Run(batch, plan, frames, reports, error, cancel).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> Run(PhotoBatch batch, OutputPlan plan, FrameProgress frames, IReadOnlyList<string> reports, TextWriter error, CancellationToken cancel)
    {
        foreach (var others in plan.Folders.Select(folder => folder.DescribeOthers()).OfType<string>())
        {
            error.WriteLine(others);
        }

        string[] empty = [.. plan.EmptyFolders];
        foreach (var folder in empty)
        {
            error.WriteLine($"'{folder}' holds no pictures. Name a folder that does.");
        }

        var (done, failed) = (0, empty.Length);
        var kind = plan.Pictures.Any(picture => VideoFile.IsVideo(picture.Input)) ? "photographs and videos" : "photographs";
        using var told = EnhanceReports.Begin(reports);
        using (var progress = new Progress("enhancing", kind, plan.Pictures.Count, error))
        {
            await foreach (var outcome in batch.RunAsync(plan, cancel).ConfigureAwait(false))
            {
                told.Add(outcome);
                (done, failed) = outcome.Failure is null ? (done + 1, failed) : (done, failed + 1);
                frames.Between(() =>
                {
                    progress.Advance();
                    progress.WriteLine((outcome.Failure ?? Describe(outcome)) + (outcome.Note is null ? "" : $"; {outcome.Note}"));
                });
            }
        }

        told.Complete();
        if (failed > 0 && plan.Pictures.Count > 1)
        {
            error.WriteLine($"{done} done, {failed} failed.");
        }

        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>One line: how many faces, and why some were left.</summary>
    private static string Describe(PhotoOutcome outcome)
    {
        var input = outcome.Picture.Input;
        if (outcome.Enhanced is not { } enhanced)
        {
            return $"{input}: done before";
        }

        // What the detector is not sure of is mostly no face.
        var left = enhanced.Faces.Where(face => face.Skipped is { Reason: not SkipReason.Unsure }).GroupBy(face => face.Skipped!.Reason).OrderBy(group => group.Key).Select(group => $"{group.Count()} {Words(group.Key)}").ToArray();
        var restored = enhanced.Restored == 1 ? "1 face" : $"{enhanced.Restored} faces";
        return enhanced.Restored + left.Length == 0 ? $"{input}: no face found"
            : $"{input}: {restored} restored{(left.Length == 0 ? "" : $"; left as they are: {string.Join(", ", left)}")}";
    }

    private static string Words(SkipReason reason) => reason switch
    {
        SkipReason.BelowSize => "below --min-size",
        SkipReason.Elsewhere or SkipReason.NotAmongLargest => "not among --faces",
        SkipReason.TurnedAside => "turned aside",
        SkipReason.TooSmall => "too small",
        SkipReason.LargeEnough => "large enough",
        _ => "of a size that no model takes",
    };

    /// <summary>A video becomes a video, and a photograph a photograph.</summary>
    private static void CheckKinds(OutputPlan plan)
    {
        var videos = plan.Pictures.Where(picture => VideoFile.IsVideo(picture.Input)).ToArray();
        if (Array.Find(videos, picture => !VideoFile.CanSave(picture.Output)) is { } still)
        {
            throw new UsageException(still.Output == OutputPlan.StandardStream
                ? $"'{still.Input}' is a video, which does not go to standard output. Name a file or folder with -o."
                : $"'{still.Input}' is a video, but '-o {still.Output}' is named as a picture. Choose one of {VideoFile.Writable}, or name a folder.");
        }

        if (plan.Pictures.FirstOrDefault(picture => !VideoFile.IsVideo(picture.Input) && VideoFile.CanSave(picture.Output)) is { } moving)
        {
            throw new UsageException($"'-o {moving.Output}' is named as a video, but '{moving.Input}' is a photograph. Choose one of {PhotoFile.Writable}, or name a folder.");
        }

        if (videos.Length > 0)
        {
            Ffmpeg.Require();
        }
    }

    /// <summary>A bar for each video. Videos are made beside the thread that tells of what is done.</summary>
    private sealed class FrameProgress(TextWriter error) : IProgress<VideoProgress>, IDisposable
    {
        private readonly Lock turn = new();
        private Progress? bar;
        private string? input;

        public void Report(VideoProgress value)
        {
            lock (turn)
            {
                if (input != value.Input)
                {
                    bar?.Dispose();
                    (bar, input) = (new Progress($"enhancing {value.Input}:", "frames", Math.Max(value.Total, value.Frames), error), value.Input);
                }

                bar!.Advance();
            }
        }

        /// <summary>Writes other lines than this one's.</summary>
        public void Between(Action write)
        {
            lock (turn)
            {
                bar?.Dispose();
                write();
            }
        }

        public void Dispose() => bar?.Dispose();
    }

    private static FaceChoice? Choice(string text)
    {
        if (text == "all")
        {
            return new FaceChoice();
        }

        if (text == "largest")
        {
            return new FaceChoice { Count = 1 };
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            return new FaceChoice { Count = count };
        }

        var numbers = text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : double.NaN).ToArray();
        return numbers.Length == 4 && numbers.All(double.IsFinite) && numbers[2] > 0 && numbers[3] > 0
            ? new FaceChoice { Within = new FaceBox(numbers[0], numbers[1], numbers[2], numbers[3]) }
            : null;
    }

    private static string EndingOf(string input) => Path.GetExtension(input).ToLowerInvariant() switch
    {
        // What is read and not written.
        ".heic" or ".heif" or ".jfif" or ".jpe" => PhotoFile.EndingOf(PhotoFormat.Jpeg),
        var known when PhotoFile.CanSave("photograph" + known) => Path.GetExtension(input),
        _ => PhotoFile.EndingOf(PhotoFormat.Png),
    };
}
