using System.CommandLine;
using System.Globalization;
using System.Text;
using Revisage.Evaluation;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "A folder of aligned faces, with an index.csv or without.", HelpName = "DIR", Required = true };
        var models = ModelChoice.Option("Models to compare, divided by commas. The default is all that are installed.");
        models.HelpName = "A,B";
        var protocol = new Option<string>("--protocol") { Description = "How pairs are made and compared.", DefaultValueFactory = _ => Protocol.Revisage8x.Name };
        protocol.AcceptOnlyFromAmong([.. Protocol.All.Select(known => known.Name)]);
        var split = new Option<string>("--split") { Description = "Of a folder whose index tells splits apart.", DefaultValueFactory = _ => "val" };
        var limit = new Option<int?>("--limit") { Description = "Take this many faces, spread evenly over the folder.", HelpName = "N" };
        limit.Validators.Add(result => ModelChoice.RequireAtLeastOne(result.GetValueOrDefault<int?>() ?? 1, "--limit", result.AddError));
        var csv = new Option<string?>("--csv") { Description = "Also write the table, by set of faces, as CSV.", HelpName = "FILE" };
        var threads = ModelChoice.Threads();
        var json = new JsonOption();
        var command = new Command("evaluate", "Compare models with bicubic interpolation on real faces: PSNR, SSIM, faces/s.")
        {
            data, models, protocol, split, limit, json.Option, csv, threads,
        };
        command.SetAction((parsed, cancel) =>
        {
            var rules = Protocol.Named(parsed.GetRequiredValue(protocol));
            var set = FaceSet.Open(parsed.GetRequiredValue(data)).OfSplit(parsed.GetRequiredValue(split));
            var faces = Spread((rules.Guided ? set.Guided() : set).Faces, parsed.GetValue(limit));
            var restorers = Open(parsed.GetValue(models), rules, new OnnxOptions { Threads = parsed.GetValue(threads) }, parsed.InvocationConfiguration.Error);
            try
            {
                var report = Evaluate(faces, rules, restorers, parsed.InvocationConfiguration.Error, cancel);
                if (parsed.GetValue(csv) is { } file)
                {
                    AtomicFile.WriteAllText(file, Csv(report));
                }

                json.Write(parsed, report.ToJson, output => Print(report, output));
                return Task.FromResult(ExitCode.Done);
            }
            finally
            {
                restorers.ForEach(restorer => restorer.Dispose());
            }
        });
        return command;
    }

    private static List<FaceRestorer> Open(string? names, Protocol protocol, OnnxOptions options, TextWriter error)
    {
        var stored = names is not null
            ? names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ModelStore.Default.Find)
            : ModelStore.Default.List().Where(model => model.Card.Task == ModelTask.SuperResolution && model.Card.Input == new PixelSize(protocol.Lr, protocol.Lr) && model.Card.Scale == protocol.Scale);
        if (names is null && !protocol.Guided)
        {
            string[] guided = [.. stored.Where(model => model.Card.NeedsGuide).Select(model => model.Name)];
            stored = stored.Where(model => !model.Card.NeedsGuide);
            if (guided.Length > 0)
            {
                error.WriteLine($"Left out, since they look at another photograph of the same person: {string.Join(", ", guided)}. They compare by --protocol {Protocol.Revisage8xGuided.Name}.");
            }
        }

        var open = new List<FaceRestorer>();
        try
        {
            foreach (var model in stored)
            {
                var restorer = FaceRestorer.Open(model, options);
                open.Add(restorer);
                if (restorer.Card.Input != new PixelSize(protocol.Lr, protocol.Lr))
                {
                    throw new RevisageException($"Model '{model.Name}' takes faces of {restorer.Card.Input}, but {protocol.Name} gives {protocol.Lr}x{protocol.Lr}. Leave it out.");
                }
            }

            return open;
        }
        catch
        {
            open.ForEach(restorer => restorer.Dispose());
            throw;
        }
    }

    private static EvaluationReport Evaluate(IReadOnlyList<FaceImage> faces, Protocol protocol, List<FaceRestorer> restorers, TextWriter error, CancellationToken cancel)
    {
        using var progress = new Progress("comparing", "faces", faces.Count, error);
        var upscalers = restorers.Select(restorer => Upscaler.Of(restorer, cancel));
        return Evaluator.Evaluate(
            faces, protocol, [.. Upscaler.Baselines(protocol.Scale), .. upscalers], progress: new Steps(progress), cancel: cancel);
    }

    private static IReadOnlyList<FaceImage> Spread(IReadOnlyList<FaceImage> faces, int? limit) =>
        limit is { } count && count < faces.Count ? [.. Enumerable.Range(0, count).Select(i => faces[(int)((long)i * faces.Count / count)])] : faces;

    private static void Print(EvaluationReport report, TextWriter output)
    {
        output.WriteLine($"{report.Protocol.Name}: {report.Protocol.Images} faces, {report.Protocol.Scale}x to {report.Protocol.Hr} pixels; 95 % intervals in brackets");
        var table = new Table("model", "PSNR", "", "PSNR-Y", "SSIM", "", "faces/s");
        foreach (var model in report.Models)
        {
            table.Add(
                model.Name, Number(model.Psnr, "0.00"), Interval(model, "psnr", "0.00"), Number(model.PsnrY, "0.00"),
                Number(model.Ssim, "0.0000"), Interval(model, "ssim", "0.0000"), Number(model.FacesPerSecond, "0.0"));
        }

        table.Write(output);
    }

    private static string Csv(EvaluationReport report)
    {
        var csv = new StringBuilder("model,set,images,psnr,psnr_y,ssim\n");
        foreach (var model in report.Models)
        {
            foreach (var set in model.Sets.Prepend(new SetScores("all", report.Protocol.Images, model.Psnr, model.PsnrY, model.Ssim)))
            {
                csv.Append(CultureInfo.InvariantCulture, $"{model.Name},{set.Set},{set.Images},{set.Psnr:0.0000},{set.PsnrY:0.0000},{set.Ssim:0.00000}\n");
            }
        }

        return csv.ToString();
    }

    private static string Interval(ModelScores model, string metric, string format) =>
        model.Intervals.TryGetValue(metric, out var bounds) ? $"[{Number(bounds[0], format)}, {Number(bounds[1], format)}]" : "";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Unlike the framework's Progress of T, reports where it is called, in order.</summary>
    private sealed class Steps(Progress progress) : IProgress<EvaluationProgress>
    {
        private int done;

        public void Report(EvaluationProgress value)
        {
            progress.Advance(value.Done - done);
            done = value.Done;
        }
    }
}
