using System.CommandLine;
using System.Globalization;
using System.Text;
using Revisage.Cli;
using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Samples;

namespace Revisage.Training.Cli;

internal static class SamplesCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "A folder of aligned faces, with an index.csv or without; its split train is used.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "Where faces/, README.md and with --model large/ are written.", HelpName = "DIR", Required = true };
        var count = new Option<int>("--count") { Description = "Faces to draw.", DefaultValueFactory = _ => 12 };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"--count is {result.GetValueOrDefault<int>()}, but takes 1 or more.");
            }
        });
        var seed = new Option<int>("--seed") { Description = "The same seed and photographs give the same faces.", DefaultValueFactory = _ => 1 };
        var model = new Option<string?>("--model", "-m") { Description = "Also enlarge the faces by this model.", HelpName = "NAME|FILE.onnx" };
        var terms = new Option<string>("--terms") { Description = "On which terms the photographs may be used, for the README.", DefaultValueFactory = _ => "non-commercial research only" };

        var command = new Command("samples", LearningCommands.Describe("samples")) { data, output, count, seed, model, terms };
        command.SetAction((parsed, cancel) =>
        {
            using var restorer = parsed.GetValue(model) is { } name ? FaceRestorer.Open(ModelStore.Default.Find(name)) : null;
            if (restorer is not null && restorer.Card.Input != new PixelSize(SmallFaces.Side, SmallFaces.Side))
            {
                throw new RevisageException($"Model '{restorer.Card.Name}' takes faces of {restorer.Card.Input}, but samples are {SmallFaces.Side}x{SmallFaces.Side}. Choose another.");
            }

            var error = parsed.InvocationConfiguration.Error;
            var folder = parsed.GetRequiredValue(output);
            var set = FaceSet.Open(parsed.GetRequiredValue(data)).OfSplit("train");
            var sampler = Fit(set, error, cancel);
            var samples = sampler.Draw(parsed.GetValue(count), parsed.GetValue(seed));
            var report = Report(samples, sampler);
            Write(folder, "faces", samples.Select(sample => sample.Face));
            if (restorer is not null)
            {
                Write(folder, "large", restorer.Restore([.. samples.Select(sample => sample.Face)], cancel));
            }

            AtomicFile.WriteAllText(
                Path.Combine(folder, "README.md"), Readme(set, samples.Count, parsed.GetValue(seed), report, parsed.GetRequiredValue(terms), restorer?.Card));
            parsed.InvocationConfiguration.Output.WriteLine(report);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static FaceSampler Fit(FaceSet set, TextWriter error, CancellationToken cancel)
    {
        SmallFaces faces;
        using (var progress = new Progress("reading", "faces", set.Faces.Count, error))
        {
            faces = SmallFaces.Load(set, new Steps(progress), cancel);
        }

        return new FaceSampler(faces, FaceStatistics.Fit(faces));
    }

    private static void Write(string folder, string name, IEnumerable<Image> faces)
    {
        foreach (var (i, face) in faces.Index())
        {
            AtomicFile.WriteAllBytes(Path.Combine(folder, name, $"face-{i + 1:00}.png"), ImageFile.EncodePng(face));
        }
    }

    private static string Report(IReadOnlyList<SampleFace> samples, FaceSampler sampler) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {samples.Count} faces. From the training face that is most alike, mirrored or not, they are {samples.Min(sample => sample.Distance):0.0} grey levels or
        more away (root mean square over 16x16 pixels; median {Median(samples):0.0}). Different training faces are {sampler.Limit:0.0} (first
        percentile) to {sampler.Median:0.0} (median) from the nearest other one. {sampler.Refused} draws below that first percentile were refused.
        """);

    private static double Median(IReadOnlyList<SampleFace> samples) => samples.Select(sample => sample.Distance).Order().ElementAt(samples.Count / 2);

    private static string Readme(FaceSet set, int count, int seed, string report, string terms, ModelCard? card)
    {
        var sets = string.Join(", ", set.Faces.GroupBy(face => face.Set).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} {group.Count():N0}")));
        var readme = new StringBuilder();
        readme.Append(CultureInfo.InvariantCulture, $"""
            # Samples

            Faces that show no real person. Each was drawn at random from statistics of {set.Faces.Count:N0} training photographs
            ({sets}): how 16x16 pixels vary together, by principal components
            and a mixture of Gaussians. `faces/` holds them as drawn: 16x16 pixels, 8-bit RGB, as PNG.

            {report}

            Made by

                ./revisage samples --data DIR -o samples --count {count} --seed {seed}{(card is null ? "" : $" --model {card.Name}")}

            where DIR is the folder of those photographs.

            """);
        if (card is not null)
        {
            readme.Append(CultureInfo.InvariantCulture, $"""

                `large/` holds the same faces at {card.Output}, enlarged by the model `{card.Name}`, which was trained on
                {card.Data.Name} ({card.Data.Licence}).

                """);
        }

        readme.Append(CultureInfo.InvariantCulture, $"""

            ## Terms

            The photographs may be used for {terms}. None of them is here, in whole or in part: these
            pictures are derived from statistics over all of them. They come under the licence of this repository, as far
            as its authors hold rights in them.

            """);
        return readme.ToString();
    }

    /// <summary>Counts for several threads.</summary>
    private sealed class Steps(Progress progress) : IProgress<int>
    {
        private readonly Lock gate = new();

        public void Report(int value)
        {
            lock (gate)
            {
                progress.Advance(value);
            }
        }
    }
}
