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
        var model = ModelChoice.Option("An installed model or an exported file. The default is the most faithful one installed.");
        var reference = new Option<string?>("--reference", "-r")
        {
            Description = "For a guided model: one photograph of the person that the faces show, cropped as they are.",
            HelpName = "PHOTO",
        };
        var format = new Option<string>("--format") { Description = "Of results in a folder.", DefaultValueFactory = _ => "png" };
        format.AcceptOnlyFromAmong("png", "jpg", "webp", "tif");
        var batch = new Option<int>("--batch") { Description = "Faces that go through the network at a time.", DefaultValueFactory = _ => 16 };
        batch.Validators.Add(result => ModelChoice.RequireAtLeastOne(result.GetValueOrDefault<int>(), "--batch", result.AddError));
        var threads = ModelChoice.Threads();

        var command = new Command("upscale", "Enlarge aligned face crops by a model.") { faces, output, model, reference, format, batch, threads };
        command.SetAction((parsed, cancel) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            OutputPlan plan;
            try
            {
                plan = OutputPlan.Create(parsed.GetRequiredValue(faces), parsed.GetRequiredValue(output), "." + parsed.GetValue(format));
            }
            catch (RevisageException e)
            {
                error.WriteLine(e.Message);
                return Task.FromResult(ExitCode.Usage);
            }

            // Beside the network, which takes longer. Where it fails, the first picture says so.
            _ = Task.Run(ImageFile.WarmUp, cancel);
            using var restorer = FaceRestorer.Open(ModelChoice.Find(parsed.GetValue(model)), new OnnxOptions { Threads = parsed.GetValue(threads) });
            var photo = parsed.GetValue(reference);
            if (restorer.Card.NeedsGuide != photo is not null)
            {
                error.WriteLine(restorer.Card.NeedsGuide
                    ? $"Model '{restorer.Card.Name}' looks at another photograph of the same person. Name one with --reference PHOTO, or choose a model that needs none with --model."
                    : $"Model '{restorer.Card.Name}' looks at no other photograph, so --reference has no use. Leave it out, or choose a guided model with --model.");
                return Task.FromResult(ExitCode.Usage);
            }

            FirstUse.Tell(restorer.Card, error);
            var upscaler = new BatchUpscaler(restorer) { BatchSize = parsed.GetValue(batch), Reference = photo is null ? null : ReadReference(photo, restorer.Card.Output, error) };
            return Task.FromResult(Run(upscaler, plan, restorer.Card.Input, error, cancel));
        });
        return command;
    }

    private static Image ReadReference(string photo, PixelSize size, TextWriter error)
    {
        var image = ImageFile.Load(photo);
        if (image.Width != size.Width || image.Height != size.Height)
        {
            error.WriteLine($"'{photo}' is {image.Width}x{image.Height}; its centre was brought to the model's {size} by antialiased bicubic resizing.");
        }

        return BatchUpscaler.Fit(image, size);
    }

    private static int Run(BatchUpscaler upscaler, OutputPlan plan, PixelSize input, TextWriter error, CancellationToken cancel)
    {
        var failed = plan.EmptyFolders.Count;
        foreach (var folder in plan.EmptyFolders)
        {
            error.WriteLine($"'{folder}' holds no pictures. Name a folder that does.");
        }

        var brought = new List<UpscaledPicture>();
        using (var progress = new Progress("upscaling", "faces", plan.Pictures.Count, error))
        {
            foreach (var picture in upscaler.Run(plan, cancel))
            {
                progress.Advance();
                if (picture.Failure is not null)
                {
                    failed++;
                    progress.WriteLine(picture.Failure);
                }
                else if (picture.BroughtFrom is not null)
                {
                    brought.Add(picture);
                }
            }
        }

        if (brought.Count > 0)
        {
            var others = brought.Count == 1 ? "" : $", and {brought.Count - 1} more likewise";
            error.WriteLine($"'{brought[0].Picture.Input}' is {brought[0].BroughtFrom}; its centre was brought to the model's {input} by antialiased bicubic resizing{others}.");
        }

        if (failed > 0 && plan.Pictures.Count > 1)
        {
            error.WriteLine($"{plan.Pictures.Count + plan.EmptyFolders.Count - failed} done, {failed} failed.");
        }

        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
