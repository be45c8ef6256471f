using System.CommandLine;
using System.Globalization;
using Revisage.Evaluation;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class EvaluateCommand
{
    // The columns of the table; what else was measured is in the files.
    private static readonly Metric[] Columns =
    [
        Metric.MsSsim, Metric.Lpips, Metric.LpipsVgg, Metric.PerceptualResnet18, Metric.Identity, Metric.Nme, Metric.DataConsistency, Metric.Fid, Metric.FrechetResnet18,
        Metric.FrechetIdentity,
    ];

    private static string GroupingNames => string.Join(", ", Enum.GetValues<Grouping>().Select(NameOf));

    public static Command Create()
    {
        var data = new Option<string?>("--data") { Description = "A folder of aligned faces, with an index.csv or without.", HelpName = "DIR" };
        var models = new Option<string?>("--model", "-m") { Description = "Models and interpolations to compare, divided by commas. The default is all that are installed and fit.", HelpName = "A,B" }
            .CompletedBy(() => CandidateChoice.Names, several: true);
        var results = new Option<string[]>("--sr") { Description = "A folder of results to compare too, named as the faces of --data are. May be given again.", HelpName = "DIR", AllowMultipleArgumentsPerToken = false };
        var protocol = new Option<string?>("--protocol")
        {
            Description = $"How pairs are made and compared, one or several divided by commas: {string.Join(", ", Protocol.All.Select(known => known.Name))}. The default is {Protocol.Revisage8x.Name}, with --sr alone {Protocol.Files.Name}.",
            HelpName = "A,B",
        };
        protocol.CompletedBy(() => Protocol.All.Select(known => known.Name), several: true);
        var split = new Option<string?>("--split") { Description = "Of a folder whose index tells splits apart. The default is test where there is one, and val otherwise.", HelpName = "NAME" };
        var reference = new Option<string?>("--reference-set") { Description = "Faces that the Frechet distances are to, in the place of the true ones: good faces of other people. Of an index's splits the one that is reported on.", HelpName = "DIR" };
        var limit = new Option<int?>("--limit") { Description = "Take this many faces, spread evenly over the folder.", HelpName = "N" };
        limit.AtLeastOne();
        var by = new Option<Grouping[]>("--by")
        {
            Description = $"Also print a table by {GroupingNames}, or several divided by commas, as the faces' source labelled them.",
            HelpName = "A,B",
            CustomParser = ParseGroupings,
        }.CompletedBy(() => Enum.GetValues<Grouping>().Select(NameOf), several: true);
        var against = new Option<string>("--against") { Description = "The model that the others are compared with face by face.", HelpName = "NAME", DefaultValueFactory = _ => "bicubic" }
            .CompletedBy(() => CandidateChoice.Names);
        var csv = new Option<string?>("--csv") { Description = "Also write every number of every face as CSV.", HelpName = "FILE" };
        var html = new Option<string?>("--html") { Description = "Also write one page with pictures, tables and distributions, which needs no network.", HelpName = "FILE" };
        var mos = new Option<string?>("--mos") { Description = "Also write a page on which people rate the pictures without knowing whose they are, and beside it FILE.key.json.", HelpName = "FILE.html" };
        var mosFaces = new Option<int>("--mos-faces") { Description = "Faces on the rating page.", HelpName = "N", DefaultValueFactory = _ => new MosOptions().Faces };
        mosFaces.AtLeastOne();
        var mosResults = new Option<string[]?>("--mos-results") { Description = "Compare nothing, but read what raters saved: the page's key, then a file of each rater.", HelpName = "KEY ANSWERS...", AllowMultipleArgumentsPerToken = true };
        var threads = ModelChoice.Threads();
        var quality = ModelChoice.Quality();
        var json = new JsonOption();
        var command = new Command("evaluate", "Compare models with interpolation on real faces, in the papers' terms: how good, on which faces, measured how.")
        {
            data, models, results, protocol, split, reference, limit, by, against, json.Option, csv, html, mos, mosFaces, mosResults, quality, threads,
        };
        command.Validators.Add(result =>
        {
            if (!result.Given(data) && !result.Given(mosResults))
                result.AddError("Name the faces to compare on, with --data DIR.");
        });
        command.SetAction((parsed, cancel) =>
        {
            if (parsed.GetValue(mosResults) is [var key, .. var answers])
            {
                OutputFiles.Check([key, .. answers], json.File(parsed));
                var opinions = MosResults.Read(key, answers);
                json.Write(parsed, opinions.ToJson, output => Print(opinions, output));
                return Task.FromResult(ExitCode.Done);
            }

            var error = parsed.InvocationConfiguration.Error;
            var folders = parsed.GetValue(results) ?? [];
            var protocols = Protocols(parsed.GetValue(protocol), folders.Length > 0 && parsed.GetValue(models) is null);
            var all = FaceSet.Open(parsed.GetValue(data)!, cancel);
            if (all.LeftOut is { } others)
                error.WriteLine(others);
            var set = parsed.GetValue(split) is { } named ? all.OfSplit(named) : all.ToReportOn();
            if (parsed.GetValue(mos) is not null && protocols.Count > 1)
                throw new UsageException($"A rating page is of one protocol, but --protocol names {protocols.Count}. Name one.");

            var chosen = new CandidateChoice(parsed.GetValue(models), folders, set.Folder, new OnnxOptions { Threads = parsed.GetValue(threads) }, parsed.GetValue(quality));
            chosen.Check(protocols, error);
            var groupings = parsed.GetValue(by) ?? [];
            Labelled(set, groupings);
            var other = parsed.GetRequiredValue(against);
            Known(other, chosen.NamesBy(protocols), given: parsed.GetResult(against) is { Implicit: false });
            OutputFiles.Check(
                [Path.Combine(set.Folder, "index.csv"), .. set.Faces.Select(face => face.Path), .. chosen.Files],
                new("--csv", parsed.GetValue(csv)), new("--html", parsed.GetValue(html)), new("--mos", parsed.GetValue(mos)), new("--mos", KeyOf(parsed.GetValue(mos))), json.File(parsed));
            var good = parsed.GetValue(reference) is { } folder ? FaceSet.Open(folder, cancel).ToReportOn() : null;
            using var networks = ComparingNetworks.Open(ModelStore.Default, chosen.Options);
            var reports = new List<EvaluationReport>();
            var sections = new List<(EvaluationReport, IReadOnlyList<GridRow>)>();
            foreach (var rules in protocols)
            {
                var faces = Spread(Taken(set, rules, error), parsed.GetValue(limit));
                using var candidates = chosen.Open(rules, faces, error, cancel);
                using var progress = new Progress($"comparing by {rules.Name}", "faces", faces.Count, error);
                var report = Evaluator.Evaluate(faces, rules, candidates.Upscalers, new EvaluationOptions { Networks = networks, Reference = good }, new Steps(progress), cancel);
                reports.Add(report);
                if (parsed.GetValue(html) is not null)
                    sections.Add((report, FaceGrid.Of(report, candidates.Upscalers)));
                if (parsed.GetValue(mos) is { } rating)
                    WriteRatingPage(rating, report, candidates.Upscalers, new MosOptions { Faces = parsed.GetValue(mosFaces) }, error);
            }

            if (parsed.GetValue(csv) is { } file)
                AtomicFile.WriteAllText(file, EvaluationCsv.Of(reports));
            if (parsed.GetValue(html) is { } page)
                AtomicFile.WriteAllText(page, EvaluationPage.Of(sections, other));

            json.Write(parsed, () => EvaluationJson.Of(reports, other), output => reports.ForEach(report => Print(report, other, groupings, output)));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static List<Protocol> Protocols(string? names, bool resultsAlone) =>
        names is null
            ? [resultsAlone ? Protocol.Files : Protocol.Revisage8x]
            : [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().Select(Protocol.Named)];

    private static IReadOnlyList<FaceImage> Taken(FaceSet set, Protocol rules, TextWriter error)
    {
        var taken = set.Taken(rules);
        if (taken.Faces.Count < set.Faces.Count)
        {
            error.WriteLine($"{rules.Name}: {set.Faces.Count - taken.Faces.Count} of {set.Faces.Count} faces are left out, which are smaller than {rules.Hr} pixels{(rules.Guided ? " or without another photograph of the same person" : "")}.");
        }

        return taken.Faces;
    }

    private static IReadOnlyList<FaceImage> Spread(IReadOnlyList<FaceImage> faces, int? limit) =>
        limit is { } count && count < faces.Count ? [.. Enumerable.Range(0, count).Select(i => faces[(int)((long)i * faces.Count / count)])] : faces;

    private static Grouping[] ParseGroupings(System.CommandLine.Parsing.ArgumentResult result)
    {
        var groupings = new List<Grouping>();
        foreach (var name in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (char.IsLetter(name[0]) && Enum.TryParse<Grouping>(name, ignoreCase: true, out var grouping))
                groupings.Add(grouping);
            else
                result.AddError($"--by is '{name}', but takes {GroupingNames}.{Spelling.Hint(name, Enum.GetValues<Grouping>().Select(NameOf))}");
        }

        return [.. groupings.Distinct()];
    }

    private static void Labelled(FaceSet set, Grouping[] groupings)
    {
        foreach (var name in groupings.Where(grouping => FaceGroup.Of(set.Faces, grouping).Count == 0).Select(NameOf))
            throw new RevisageException($"--by {name} wants labelled faces, but none of {set.Faces.Count} of '{set.Folder}' has a label. Name a set whose index.csv has a column '{name}' that is filled.");
    }

    private static string NameOf(Grouping grouping) => grouping.ToString().ToLowerInvariant();

    private static void Known(string against, IReadOnlyList<string> names, bool given)
    {
        if (given && !names.Contains(against))
            throw new UsageException($"--against names '{against}', but compared are {string.Join(", ", names)}. Choose one of these.{Spelling.Hint(against, names)}");
    }

    private static void Print(EvaluationReport report, string against, Grouping[] groupings, TextWriter output)
    {
        var headline = report.Protocol.HeadlineMetric;
        var luma = headline == Metric.PsnrY;
        var (psnr, ssim) = luma ? (Metric.PsnrY, Metric.SsimY) : (Metric.Psnr, Metric.Ssim);
        Metric[] measured = [.. new[] { luma ? Metric.Psnr : Metric.PsnrY }.Concat(Columns).Where(report.Metrics.Contains)];
        var other = report.Find(against);
        output.WriteLine($"{report.Protocol.Name}: {report.DescribeFaces()}; {report.Protocol.Describe()}; {report.Protocol.Source}");
        output.WriteLine("means over faces; 95 % bootstrap intervals in brackets" + (other is null ? "" : $"; gain: {headline.Title} face by face against {other.Name}"));
        var table = new Table(
        [
            "model", psnr.Title, "", ssim.Title, "", .. measured.Select(metric => metric.Title), .. other is null ? Array.Empty<string>() : ["gain", ""], "faces/s",
        ]);
        foreach (var model in report.Models)
        {
            table.Add(
            [
                model.Name, .. WithInterval(model, psnr), .. WithInterval(model, ssim), .. measured.Select(metric => Number(model.Mean(metric), metric.Format)),
                .. other is null ? [] : Gain(report, model, other, headline), Number(model.FacesPerSecond, "0.0"),
            ]);
        }

        table.Write(output);
        foreach (var grouping in groupings.Where(grouping => report.By(grouping).Count > 0))
        {
            PrintGroups(report, grouping, headline, output);
        }

        foreach (var footnote in report.Footnotes)
        {
            output.WriteLine(footnote);
        }

        output.WriteLine();
    }

    private static void WriteRatingPage(string path, EvaluationReport report, IReadOnlyList<Upscaler> upscalers, MosOptions options, TextWriter error)
    {
        var (page, key) = MosPage.Create(report, upscalers, options);
        var keyPath = KeyOf(path)!;
        // The key first: a page without it is of no use.
        AtomicFile.WriteAllText(keyPath, key);
        AtomicFile.WriteAllText(path, page);
        error.WriteLine($"'{path}' is for the raters; '{keyPath}' says whose picture is which, and is not. Then: revisage evaluate --mos-results {keyPath} ANSWERS...");
    }

    private static string? KeyOf(string? page) => Path.ChangeExtension(page, ".key.json");

    private static void Print(MosResults opinions, TextWriter output)
    {
        output.WriteLine($"{opinions.Title} {opinions.Protocol}, {opinions.Raters.Count} raters, from 1, bad, to 5, excellent; 95 % bootstrap intervals in brackets");
        var table = new Table("model", "MOS", "", "ratings", "raters");
        foreach (var model in opinions.Models)
        {
            table.Add(
                model.Name, Number(model.Mean, "0.00"), Bracketed(model.Interval, "0.00"), model.Ratings.ToString(CultureInfo.InvariantCulture),
                model.Raters.ToString(CultureInfo.InvariantCulture));
        }

        table.Write(output);
        foreach (var note in opinions.Notes)
            output.WriteLine(note);
    }

    private static void PrintGroups(EvaluationReport report, Grouping grouping, Metric metric, TextWriter output)
    {
        var groups = report.By(grouping);
        output.WriteLine();
        output.WriteLine($"{metric.Title} by {NameOf(grouping)}, as the source labelled it; the worst of the groups of {EvaluationReport.SmallestGroup} faces or more is named");
        var table = new Table(["model", .. groups.Select(group => $"{group.Name} ({group.Faces.Count})"), "worst"]);
        foreach (var model in report.Models)
        {
            table.Add([model.Name, .. groups.Select(group => Number(model.Mean(metric, group), metric.Format)), report.Worst(model, grouping, metric)?.Name ?? ""]);
        }

        table.Write(output);
    }

    private static string[] WithInterval(ModelScores model, Metric metric) => [Number(model.Mean(metric), metric.Format), Bracketed(model.IntervalOf(metric), metric.Format)];

    private static string[] Gain(EvaluationReport report, ModelScores model, ModelScores other, Metric metric) =>
        model != other && report.Compare(model, other, metric) is { } comparison
            ? [Signed(comparison.Gain), comparison.Interval is { } bounds ? $"[{Signed(bounds.Low)}, {Signed(bounds.High)}]" : ""]
            : ["", ""];

    // Of a number that rounds to 0 a format of two sections makes "-+0.00".
    internal static string Signed(double value)
    {
        var size = Number(Math.Abs(value), "0.00");
        return (value < 0 && size != "0.00" ? "-" : "+") + size;
    }

    private static string Bracketed(Interval? interval, string format) => interval is { } bounds ? $"[{Number(bounds.Low, format)}, {Number(bounds.High, format)}]" : "";

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

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
