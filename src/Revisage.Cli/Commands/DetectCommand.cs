using System.CommandLine;
using System.Globalization;
using Revisage.Batch;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class DetectCommand
{
    private const double LeastScore = 0.01;
    private const double HighestScore = 0.99;

    public static Command Create()
    {
        var defaults = new FaceDetectorOptions();
        var photographs = new Argument<string[]>("photo") { Description = "Photographs, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var model = ModelChoice.Option($"An installed detector or an exported file. The default is {FaceDetector.ModelName}.");
        var score = new Option<double>("--min-score") { Description = "Faces of a lower score are left out.", HelpName = "S", DefaultValueFactory = _ => defaults.LeastScore }
            .Within(LeastScore, HighestScore);
        var side = new Option<int>("--working-side") { Description = "Larger photographs are shrunk to so many pixels before they are looked at.", HelpName = "N", DefaultValueFactory = _ => defaults.WorkingSide }
            .Within(FaceDetector.Coarsest, 16384);
        var threads = ModelChoice.Threads();
        var json = new JsonOption();
        var command = new Command("detect", "Find the faces of photographs: boxes, scores, five landmarks each.") { photographs, model, score, side, threads, json.Option };
        command.SetAction((parsed, cancel) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var stored = ModelStore.Default.Find(parsed.GetValue(model) ?? FaceDetector.ModelName);
            var (files, failed) = Files(parsed.GetRequiredValue(photographs), error, cancel);
            OutputFiles.Check([stored.Path, stored.CardPath, .. files], json.File(parsed));
            using var detector = FaceDetector.Open(
                stored,
                new FaceDetectorOptions { LeastScore = parsed.GetValue(score), WorkingSide = parsed.GetValue(side) },
                new OnnxOptions { Threads = parsed.GetValue(threads) });
            var found = new List<DetectedFaces>();
            using (var progress = new Progress("looking for faces", "photographs", files.Count, error))
            {
                foreach (var file in files)
                {
                    progress.Advance();
                    try
                    {
                        var picture = ImageFile.Load(file);
                        found.Add(new DetectedFaces(file, picture.Width, picture.Height, detector.Detect(picture, cancel)));
                    }
                    catch (RevisageException e) when (e is not MissingComponentException)
                    {
                        failed++;
                        progress.WriteLine(e.Message);
                    }
                }
            }

            json.Write(parsed, () => DetectionJson.Of(found), output => Print(found, output));
            return Task.FromResult(failed == 0 ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    /// <summary>In the order of the arguments; folders without a picture are told and count as failed.</summary>
    private static (IReadOnlyList<string> Files, int Failed) Files(string[] inputs, TextWriter error, CancellationToken cancel)
    {
        var (files, failed) = (new List<string>(), 0);
        foreach (var input in inputs)
        {
            if (!Directory.Exists(input))
            {
                files.Add(input);
                continue;
            }

            var listing = PictureListing.Of(input, cancel: cancel);
            files.AddRange(listing.Pictures);
            if (listing.DescribeOthers() is { } others)
            {
                error.WriteLine(others);
            }

            if (listing.Pictures.Count == 0)
            {
                failed++;
                error.WriteLine($"'{input}' holds no pictures. Name a folder that does.");
            }
        }

        return (files, failed);
    }

    private static void Print(List<DetectedFaces> found, TextWriter output)
    {
        foreach (var photograph in found)
        {
            output.WriteLine($"{photograph.File}: {photograph.Width}x{photograph.Height}, {(photograph.Faces.Count == 1 ? "1 face" : $"{photograph.Faces.Count} faces")}");
            foreach (var (box, score, _) in photograph.Faces)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {score:0.00}  {box.Width:0}x{box.Height:0} at ({box.Left:0}, {box.Top:0})"));
            }
        }
    }
}
