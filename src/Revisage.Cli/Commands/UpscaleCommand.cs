using System.CommandLine;
using Revisage.Batch;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class UpscaleCommand
{
    public static Command Create()
    {
        var faces = new Argument<string[]>("face")
        {
            Description = "Face crops, folders of them, or - for a picture on standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "A folder, made if missing; for one face also a picture, or - for PNG on standard output.",
            HelpName = "OUT",
            Required = true,
        };
        var model = ModelChoice.Option("An installed model or an exported file. The default is the most faithful one installed, in int8 where that is faster.");
        var reference = new Option<string?>("--reference", "-r")
        {
            Description = "For a guided model: one photograph of the person that the faces show, cropped as they are.",
            HelpName = "PHOTO",
        };
        var format = new Option<string>("--format") { Description = "Of results in a folder.", HelpName = "png|jpg|webp|tif", DefaultValueFactory = _ => "png" }.OneOf("png", "jpg", "webp", "tif");
        // Pictures of a batch are in memory together.
        var batch = new Option<int>("--batch") { Description = "Faces that go through the network at a time.", HelpName = "N", DefaultValueFactory = _ => 16 }.Within(1, 1024);
        var threads = ModelChoice.Threads();
        var quality = ModelChoice.Quality();

        var command = new Command("upscale", "Enlarge aligned face crops by a model.") { faces, output, model, reference, quality, format, batch, threads };
        command.SetAction((parsed, cancel) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var photo = parsed.GetValue(reference);
            var plan = OutputPlan.Create(parsed.GetRequiredValue(faces), parsed.GetRequiredValue(output), "." + parsed.GetValue(format), cancel);
            var stored = ModelChoice.Find(parsed.GetValue(model), error);
            plan.Check([stored.Path, stored.CardPath, .. photo is null ? Array.Empty<string>() : [photo]]);
            // Beside the network, which takes longer. Where it fails, the first picture says so.
            _ = Task.Run(ImageFile.WarmUp, cancel);
            using var restorer = FaceRestorer.Open(stored, new OnnxOptions { Threads = parsed.GetValue(threads) }, parsed.GetValue(quality));
            CheckReference(photo, plan, restorer.Card);
            var guide = photo is null ? null : ReadReference(photo, restorer.Card.Output, error);
            FirstUse.Tell(restorer.Card, error);
            Tell(plan, restorer.Card, error);
            var upscaler = new BatchUpscaler(restorer) { BatchSize = parsed.GetValue(batch), Reference = guide };
            return Task.FromResult(Run(upscaler, plan, restorer.Card.Input, error, cancel));
        });
        return command;
    }

    private static void CheckReference(string? photo, OutputPlan plan, ModelCard card)
    {
        if (card.NeedsGuide != photo is not null)
        {
            throw new UsageException(card.NeedsGuide
                ? $"Model '{card.Name}' looks at another photograph of the same person. Name one with --reference PHOTO, or choose a model that needs none with --model."
                : $"Model '{card.Name}' looks at no other photograph, so --reference has no use. Leave it out, or choose a guided model with --model.");
        }

        if (photo is not null && plan.Pictures.FirstOrDefault(picture => picture.Input != OutputPlan.StandardStream && SameBytes(picture.Input, photo)) is { } itself)
        {
            throw new UsageException($"--reference '{photo}' is the face '{itself.Input}' itself, so it tells nothing more. Name another photograph of the person.");
        }
    }

    // Files of other lengths are not read.
    private static bool SameBytes(string face, string photo)
    {
        try
        {
            return RealPath.AreSame(face, photo)
                || (new FileInfo(face) is { Exists: true, Length: > 0 and var length } && new FileInfo(photo) is { Exists: true } other && other.Length == length
                    && File.ReadAllBytes(face).AsSpan().SequenceEqual(File.ReadAllBytes(photo)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be read is told by name where it is used.
            return false;
        }
    }

    private static Image ReadReference(string photo, PixelSize size, TextWriter error)
    {
        var image = ImageFile.Load(photo, out var rest);
        if (rest.Describe() is { } lost)
        {
            error.WriteLine($"'{photo}' {lost}.");
        }

        if (2 * image.Width < size.Width || 2 * image.Height < size.Height)
        {
            throw new UsageException($"--reference '{photo}' is {image.Width}x{image.Height}, too small to show a face at {size}. Name a photograph of {(size.Width + 1) / 2}x{(size.Height + 1) / 2} or more.");
        }

        if (image.Width != size.Width || image.Height != size.Height)
        {
            error.WriteLine($"'{photo}' is {image.Width}x{image.Height}; its centre was brought to the model's {size} by antialiased bicubic resizing.");
        }

        return BatchUpscaler.Fit(image, size);
    }

    /// <summary>What is known of the pictures before the first is enlarged: what was left out, and which are not of the model's size.</summary>
    private static void Tell(OutputPlan plan, ModelCard card, TextWriter error)
    {
        foreach (var others in plan.Folders.Select(folder => folder.DescribeOthers()).OfType<string>())
        {
            error.WriteLine(others);
        }

        var odd = plan.Pictures.Select(picture => (picture.Input, Size: SizeOf(picture.Input))).Where(picture => picture.Size is { } size && size != card.Input).ToArray();
        if (odd is [var first, ..])
        {
            var takes = ModelStore.Default.ListReadable(out _).FirstOrDefault(model => model.Card.Task == ModelTask.SuperResolution && model.Card.Input == first.Size);
            error.WriteLine(DescribeFit(first.Input, first.Size!.Value, card.Input, odd.Length - 1)
                + (takes is null ? " No installed model was trained for that size." : $" Model '{takes.Name}' takes that size as it is."));
        }
    }

    private static string DescribeFit(string input, PixelSize from, PixelSize to, int more) =>
        $"'{input}' is {from}; its centre is brought to the model's {to} by antialiased bicubic resizing{(more == 0 ? "" : $", and {more} more likewise")}.";

    // Null for what fails by name when its turn comes, and for standard input, whose turn it is only then.
    private static PixelSize? SizeOf(string input)
    {
        try
        {
            return input == OutputPlan.StandardStream ? null : ImageFile.SizeOf(input) is var (width, height) ? new PixelSize(width, height) : null;
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return null;
        }
    }

    private static int Run(BatchUpscaler upscaler, OutputPlan plan, PixelSize input, TextWriter error, CancellationToken cancel)
    {
        string[] empty = [.. plan.EmptyFolders];
        var failed = empty.Length;
        foreach (var folder in empty)
        {
            error.WriteLine($"'{folder}' holds no pictures. Name a folder that does.");
        }

        var left = new List<(string Input, string What)>();
        using (var progress = new Progress("upscaling", "faces", plan.Pictures.Count, error))
        {
            foreach (var picture in upscaler.Run(plan, cancel))
            {
                progress.Advance();
                if (picture.Rest.Describe() is { } what)
                {
                    left.Add((picture.Picture.Input, what));
                }

                if (picture.Failure is not null)
                {
                    failed++;
                    progress.WriteLine(picture.Failure);
                }
                else if (picture is { Picture.Input: OutputPlan.StandardStream, BroughtFrom: { } from })
                {
                    progress.WriteLine(DescribeFit("standard input", from, input, 0));
                }
            }
        }

        if (left is [var (odd, lost), ..])
        {
            error.WriteLine($"'{odd}' {lost}{(left.Count == 1 ? "" : $"; {left.Count - 1} more are not taken whole either")}.");
        }

        if (failed > 0 && plan.Pictures.Count > 1)
        {
            error.WriteLine($"{plan.Pictures.Count + empty.Length - failed} done, {failed} failed.");
        }

        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
