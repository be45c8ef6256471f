using System.Diagnostics;
using Revisage.Imaging;
using Revisage.Metrics;

namespace Revisage.Evaluation;

public sealed record EvaluationOptions
{
    /// <summary>Faces that are in memory, and given to an upscaler, at a time.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Resamplings of the faces behind each interval.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    public int Seed { get; init; } = 1;
}

public sealed record EvaluationProgress(int Done, int Total);

/// <summary>Compares upscalers on the same faces.</summary>
public static class Evaluator
{
    // A mean cannot hold infinity, and JSON cannot write it.
    private const double PsnrOfEqualImages = 100;

    /// <summary>Makes each pair once, lets every upscaler enlarge it, and compares. Memory does not grow with the faces.</summary>
    /// <exception cref="RevisageException">No faces, a face that makes no pair, or an upscaler whose output is not of the protocol's size.</exception>
    /// <exception cref="OperationCanceledException">Between two batches.</exception>
    public static EvaluationReport Evaluate(
        IReadOnlyList<FaceImage> faces,
        Protocol protocol,
        IReadOnlyList<Upscaler> upscalers,
        EvaluationOptions? options = null,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(upscalers);
        options ??= new EvaluationOptions();
        if (faces.Count == 0)
            throw new RevisageException("There are no faces to compare on. Name a folder that holds some, with --data.");

        if (!protocol.Guided && upscalers.FirstOrDefault(upscaler => upscaler.EnlargeGuided is not null) is { } wanting)
        {
            throw new RevisageException(
                $"'{wanting.Name}' looks at another photograph of the same person, and {protocol.Name} has none. Compare by '{Protocol.Revisage8xGuided.Name}', or leave it out.");
        }

        if (protocol.Guided && faces.FirstOrDefault(face => face.Guide is null) is { } alone)
        {
            throw new ArgumentException($"'{alone.Path}' has no guide, and {protocol.Name} compares faces that have one.", nameof(faces));
        }

        var scores = upscalers.Select(_ => new Scores[faces.Count]).ToArray();
        var seconds = new double[upscalers.Count];
        var timed = 0;
        for (var start = 0; start < faces.Count; start += options.BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            var pairs = InParallel(Math.Min(options.BatchSize, faces.Count - start), i => protocol.MakePair(faces[start + i]));
            Image[] small = [.. pairs.Select(pair => pair.Lr)];
            var guides = protocol.Guided ? InParallel(pairs.Length, i => protocol.MakePair(faces[start + i].Guide!).Hr) : [];
            var truth = InParallel(pairs.Length, i => ToCompare(pairs[i].Hr, protocol));
            for (var u = 0; u < upscalers.Count; u++)
            {
                // The first batch also pays for compiling and for the first allocations; it is not what a rate means.
                if (start == 0)
                    Enlarge(upscalers[u], small, guides, protocol);
                var clock = Stopwatch.GetTimestamp();
                var large = Enlarge(upscalers[u], small, guides, protocol);
                seconds[u] += Stopwatch.GetElapsedTime(clock).TotalSeconds;
                InParallel(pairs.Length, i => scores[u][start + i] = Scores.Of(ToCompare(large[i], protocol), truth[i]));
            }

            timed += pairs.Length;
            progress?.Report(new EvaluationProgress(timed, faces.Count));
        }

        var intervals = Bootstrap(scores, options);
        var models = upscalers.Select((upscaler, u) => Summarise(upscaler.Name, faces, scores[u], timed / seconds[u], intervals[u]));
        var facts = new ProtocolFacts(
            protocol.Name, protocol.Scale, protocol.Hr, protocol.Degradation.ToString().ToLowerInvariant(), protocol.Border, faces.Count);
        return new EvaluationReport(facts, [.. models]);
    }

    private static T[] InParallel<T>(int count, Func<int, T> make)
    {
        var made = new T[count];
        try
        {
            Parallel.For(0, count, i => made[i] = make(i));
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<RevisageException>().FirstOrDefault() is { } first)
        {
            throw first;
        }

        return made;
    }

    private static IReadOnlyList<Image> Enlarge(Upscaler upscaler, Image[] small, Image[] guides, Protocol protocol)
    {
        var large = upscaler.EnlargeGuided?.Invoke(small, guides) ?? upscaler.Enlarge(small);
        if (large.Count != small.Length)
            throw new RevisageException($"'{upscaler.Name}' made {large.Count} faces of {small.Length}. Compare models that enlarge one face into one.");
        return large.FirstOrDefault(face => face.Width != protocol.Hr || face.Height != protocol.Hr) is { } odd
            ? throw new RevisageException(
                $"'{upscaler.Name}' enlarged {protocol.Lr}x{protocol.Lr} to {odd.Width}x{odd.Height}, but {protocol.Name} compares at {protocol.Hr}x{protocol.Hr}. Choose a model of scale {protocol.Scale}.")
            : large;
    }

    private static Planes ToCompare(Image image, Protocol protocol) =>
        Planes.Of(image.CentralSquare(protocol.Hr - 2 * protocol.Border));

    private static ModelScores Summarise(
        string name, IReadOnlyList<FaceImage> faces, Scores[] scores, double facesPerSecond, IReadOnlyDictionary<string, double[]> intervals)
    {
        var all = Scores.Mean(scores);
        var sets = faces.Zip(scores).GroupBy(pair => pair.First.Set, pair => pair.Second).Select(group =>
        {
            var mean = Scores.Mean([.. group]);
            return new SetScores(group.Key, group.Count(), mean.Psnr, mean.PsnrY, mean.Ssim);
        });
        return new ModelScores(
            name, all.Psnr, all.PsnrY, all.Ssim, MsSsim: null, Lpips: null, Identity: null, Nme: null, Fid: null, FrechetIdentity: null,
            DataConsistency: null, facesPerSecond, intervals, [.. sets]);
    }

    // Every model sees the same resampled faces, so that what makes one face hard moves all intervals alike.
    private static IReadOnlyDictionary<string, double[]>[] Bootstrap(Scores[][] scores, EvaluationOptions options)
    {
        var random = new Random(options.Seed);
        var count = scores.Length == 0 ? 0 : scores[0].Length;
        var drawn = new int[count];
        var means = scores.Select(_ => new Scores[options.BootstrapSamples]).ToArray();
        for (var sample = 0; sample < options.BootstrapSamples; sample++)
        {
            for (var i = 0; i < count; i++)
                drawn[i] = random.Next(count);
            for (var u = 0; u < scores.Length; u++)
                means[u][sample] = Scores.Mean(scores[u], drawn);
        }

        return [.. means.Select(of => new Dictionary<string, double[]>
        {
            ["psnr"] = Interval(of.Select(score => score.Psnr)),
            ["psnr_y"] = Interval(of.Select(score => score.PsnrY)),
            ["ssim"] = Interval(of.Select(score => score.Ssim)),
        })];
    }

    private static double[] Interval(IEnumerable<double> means)
    {
        double[] sorted = [.. means.Order()];
        double Quantile(double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
        return [Quantile(0.025), Quantile(0.975)];
    }

    private readonly record struct Scores(double Psnr, double PsnrY, double Ssim)
    {
        public static Scores Of(Planes sr, Planes hr) => new(
            Math.Min(Metrics.Psnr.OfRgb(sr, hr), PsnrOfEqualImages),
            Math.Min(Metrics.Psnr.OfLuma(sr, hr), PsnrOfEqualImages),
            Metrics.Ssim.OfRgb(sr, hr));

        public static Scores Mean(Scores[] scores) => Mean(scores, [.. Enumerable.Range(0, scores.Length)]);

        public static Scores Mean(Scores[] scores, int[] chosen)
        {
            var (psnr, psnrY, ssim) = (0.0, 0.0, 0.0);
            foreach (var i in chosen)
            {
                psnr += scores[i].Psnr;
                psnrY += scores[i].PsnrY;
                ssim += scores[i].Ssim;
            }

            return new Scores(psnr / chosen.Length, psnrY / chosen.Length, ssim / chosen.Length);
        }
    }
}
