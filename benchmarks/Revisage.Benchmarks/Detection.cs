using System.Diagnostics;
using System.Globalization;
using Revisage.Data.Detection;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Priors.FaceDetection;

namespace Revisage.Benchmarks;

/// <summary>
/// Detectors beside each other. What one found is a file with a photograph a line, parted by tabs: its path, megapixels, milliseconds, then
/// x, y, w, h and score of each face.
/// </summary>
internal static class Detection
{
    // Low: the curve of precision over recall wants the poor finds too.
    private const double LeastScore = 0.05, LeastDlibScore = -0.5;

    /// <param name="detector">A model's name or file, or dlib, or dlib:N with N doublings of the photograph's size before.</param>
    /// <param name="list">A file with a photograph a line.</param>
    public static IEnumerable<string> Find(string detector, string list)
    {
        var photographs = File.ReadAllLines(list);
        if (detector.Split(':') is ["dlib", .. var doublings])
        {
            using var dlib = new DlibDetector();
            var times = doublings is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
            foreach (var line in Find(photographs, RgbPicture.Of, picture => dlib.Detect(picture, times, LeastDlibScore).Select(face => (face.Box, face.Score))))
            {
                yield return line;
            }

            yield break;
        }

        using var own = FaceDetector.Open(ModelStore.Default.Find(detector), new FaceDetectorOptions { LeastScore = LeastScore });
        foreach (var line in Find(photographs, picture => picture, picture => own.Detect(picture).Select(face => (face.Box, face.Score))))
        {
            yield return line;
        }
    }

    /// <param name="folder">As <see cref="BoxedPhotographs"/> reads it.</param>
    /// <param name="finds">Files of finds, whose names are the detectors'.</param>
    /// <returns>A table in Markdown: recall and precision by size at the lowest threshold at which nine of ten finds are faces.</returns>
    public static IEnumerable<string> Compare(string folder, IEnumerable<string> finds)
    {
        var truth = BoxedPhotographs.Read(folder).ToDictionary(photograph => Path.GetFileName(photograph.Path));
        var begun = false;
        foreach (var file in finds)
        {
            var lines = File.ReadAllLines(file).Select(line => line.Split('\t')).ToArray();
            var scores = DetectionScores.Of(lines.Select(line => (truth[Path.GetFileName(line[0])], FacesOf(line))));
            var perMegapixel = lines.Select(line => Number(line[2]) / Number(line[1])).Order().ElementAt(lines.Length / 2);
            if (!begun)
            {
                begun = true;
                yield return $"| detector | {string.Join(" | ", scores.Bands.Select(band => $"{Name(band)} ({band.Faces} faces)"))} | average precision | threshold | ms a megapixel |";
                yield return $"|---|{string.Concat(scores.Bands.Select(_ => "---|"))}---|---|---|";
            }

            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileNameWithoutExtension(file)} | {string.Join(" | ", scores.Bands.Select(Cell))} | {scores.AveragePrecision:F3} | {scores.Threshold:F2} | {perMegapixel:F0} |");
        }

        static string Name(SizeBand band) => double.IsFinite(band.To) ? $"{band.From} to {band.To}" : $"from {band.From}";

        static string Cell(SizeBand band) => $"{Share(band.Recall)} / {Share(band.Precision)}";

        static string Share(double share) => double.IsNaN(share) ? "-" : share.ToString("F3", CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Find<TPicture>(
        string[] photographs, Func<Image, TPicture> prepare, Func<TPicture, IEnumerable<(FaceBox Box, double Score)>> find)
    {
        var warm = false;
        foreach (var photograph in photographs)
        {
            var image = ImageFile.Load(photograph);
            var picture = prepare(image);
            if (!warm)
            {
                _ = find(picture).Count();
                warm = true;
            }

            var clock = Stopwatch.StartNew();
            var faces = find(picture).ToArray();
            var taken = clock.Elapsed.TotalMilliseconds;
            yield return string.Join('\t', [
                photograph, Text(image.Width * (double)image.Height / 1e6), Text(taken),
                .. faces.SelectMany(face => new[] { face.Box.Left, face.Box.Top, face.Box.Width, face.Box.Height, face.Score }.Select(Text))]);
        }

        static string Text(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
    }

    private static IReadOnlyList<DetectedFace> FacesOf(string[] line) =>
        [.. line.Skip(3).Select(Number).Chunk(5).Select(face => new DetectedFace(new FaceBox(face[0], face[1], face[2], face[3]), face[4], [])).OrderByDescending(face => face.Score)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
