using System.CommandLine;
using System.Globalization;
using System.Text;
using Revisage.Batch;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Data.Samples;
using Revisage.Data.Samples.Photographs;
using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Data.Cli;

internal static class SamplesCommand
{
    // Of JPEG, as cameras and chat programs write it.
    private const int PhotographQuality = 85;

    public static Command Create()
    {
        var syntax = new SamplesSyntax();
        syntax.Command.SetAction((parsed, cancel) =>
        {
            using var restorer = parsed.GetValue(syntax.Model) is { } name ? FaceRestorer.Open(ModelStore.Default.Find(name)) : null;
            if (restorer is not null && restorer.Card.Input != new PixelSize(SmallFaces.Side, SmallFaces.Side))
            {
                throw new RevisageException($"Model '{restorer.Card.Name}' takes faces of {restorer.Card.Input}, but samples are {SmallFaces.Side}x{SmallFaces.Side}. Choose another.");
            }

            var error = parsed.InvocationConfiguration.Error;
            var folder = parsed.GetRequiredValue(syntax.Output);
            if (parsed.GetValue(syntax.Photographs) is { } faces)
            {
                PaintPhotographs(faces, folder, restorer, parsed.GetValue(syntax.Data), parsed.InvocationConfiguration.Output, cancel);
                return Task.FromResult(ExitCode.Done);
            }

            var data = parsed.GetValue(syntax.Data) ?? throw new UsageException("Faces are drawn from statistics of photographs. Name a folder of aligned faces with --data DIR, or one of samples with --photographs DIR.");
            var set = FaceSet.Open(data, cancel).OfSplit("train");
            OutputFiles.Check(
                set.Faces.Select(face => face.Path),
                [new("-o", Path.Combine(folder, "README.md")), .. Enumerable.Range(1, parsed.GetValue(syntax.Count)).Select(i => new OutputFile("-o", FileOf(folder, "faces", i)))]);
            var sampler = Fit(set, error, cancel);
            var samples = sampler.Draw(parsed.GetValue(syntax.Count), parsed.GetValue(syntax.Seed));
            var report = Report(samples, sampler);
            Write(folder, "faces", samples.Select(sample => sample.Face));
            if (restorer is not null)
            {
                Write(folder, "large", restorer.Restore([.. samples.Select(sample => sample.Face)], cancel));
            }

            AtomicFile.WriteAllText(
                Path.Combine(folder, "README.md"), Readme(set, samples.Count, parsed.GetValue(syntax.Seed), report, parsed.GetRequiredValue(syntax.Terms), restorer?.Card));
            parsed.InvocationConfiguration.Output.WriteLine(report);
            return Task.FromResult(ExitCode.Done);
        });
        return syntax.Command;
    }

    private static void PaintPhotographs(string faces, string folder, FaceRestorer? restorer, string? data, TextWriter output, CancellationToken cancel)
    {
        if (data is not null)
        {
            throw new UsageException("--photographs takes faces that are drawn already. Leave out --data.");
        }

        var pictures = PictureListing.Of(faces, cancel: cancel).Pictures;
        if (pictures.Count == 0)
        {
            throw new RevisageException($"'{faces}' holds no pictures. Name a folder of faces as 'revisage samples' writes it.");
        }

        Image[] small = [.. pictures.Select(ImageFile.Load)];
        foreach (var (path, face) in pictures.Zip(small))
        {
            if (face.Width != SmallFaces.Side || face.Height != SmallFaces.Side)
            {
                throw new RevisageException($"'{path}' is {face.Width}x{face.Height}, but samples are {SmallFaces.Side}x{SmallFaces.Side}. Name a folder of faces as 'revisage samples' writes it.");
            }
        }

        string PathOf(string name) => Path.Combine(folder, name + ".jpg");
        OutputFiles.Check(pictures, [.. SamplePhotographs.Names.Select(name => new OutputFile("-o", PathOf(name)))]);
        var side = Protocol.Revisage8x.Hr;
        var large = restorer?.Restore(small, cancel) ?? [.. small.Select(face => PillowResize.Resize(face, side, side, ResampleFilter.Bicubic))];
        foreach (var photograph in SamplePhotographs.Paint(large))
        {
            cancel.ThrowIfCancellationRequested();
            var path = PathOf(photograph.Name);
            AtomicFile.WriteAllBytes(path, JpegOrientation.Encode(photograph.Upright, photograph.Orientation, PhotographQuality));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {photograph.Upright.Width}x{photograph.Upright.Height}, {photograph.Faces.Count} faces of {photograph.Faces.Min(face => face.Size):0} to {photograph.Faces.Max(face => face.Size):0} pixels"));
        }
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
            AtomicFile.WriteAllBytes(FileOf(folder, name, i + 1), ImageFile.EncodePng(face));
        }
    }

    private static string FileOf(string folder, string name, int number) => Path.Combine(folder, name, $"face-{number:00}.png");

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
