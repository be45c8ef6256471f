using System.Diagnostics;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;

namespace Revisage.Evaluation;

public sealed record EvaluationOptions
{
    /// <summary>Faces that are in memory, and given to an upscaler, at a time.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Resamplings of the faces behind each interval.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    public int Seed { get; init; } = 1;

    /// <summary>The networks that metrics look through, which stay the caller's; null to compare by pixels alone.</summary>
    public ComparingNetworks? Networks { get; init; }

    /// <summary>
    /// The faces that Frechet distances are to, as Bulat 2018 has its FID to good faces that are not those of the poor ones; null for
    /// the true faces.
    /// </summary>
    public FaceSet? Reference { get; init; }
}

public sealed record EvaluationProgress(int Done, int Total);

/// <summary>Compares upscalers on the same faces.</summary>
public static class Evaluator
{
    /// <summary>Looks at every picture, then makes each pair, lets every upscaler enlarge it, and compares. Memory does not grow with the faces' pictures.</summary>
    /// <exception cref="RevisageException">No faces, faces that make no pair (a line each, before anything is compared), or an upscaler whose output is not of the protocol's size.</exception>
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
        CheckCandidates(faces, protocol, upscalers);
        CheckPictures(faces, protocol, upscalers, cancel);
        using var none = options.Networks is null ? ComparingNetworks.None() : null;
        var networks = options.Networks ?? none!;

        var reference = options.Reference is null ? null : StatisticsOf(options.Reference, protocol, networks, options.BatchSize, cancel);
        var truths = reference ?? new SetStatistics(networks);
        var candidates = upscalers.Select(upscaler => new Candidate(upscaler, faces.Count, networks)).ToArray();
        for (var start = 0; start < faces.Count; start += options.BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            FaceImage[] batch = [.. faces.Skip(start).Take(options.BatchSize)];
            var pairs = InParallel(batch.Length, i => protocol.MakePair(batch[i]));
            Image[] small = [.. pairs.Select(pair => pair.Lr)];
            var guides = protocol.Guided ? InParallel(batch.Length, i => protocol.MakePair(batch[i].Guide!).Hr) : [];
            var truth = new LookedAt([.. pairs.Select(pair => pair.Hr)], protocol, networks, cancel);
            if (reference is null)
                truths.Add(truth);
            foreach (var candidate in candidates)
            {
                var large = candidate.Enlarge(batch, small, guides, first: start == 0);
                CheckSizes(candidate.Upscaler, large, batch, truth.Faces, protocol);
                candidate.Compare(start, batch, new LookedAt(large, protocol, networks, cancel), truth, small, protocol, networks, cancel);
            }

            progress?.Report(new EvaluationProgress(start + batch.Length, faces.Count));
        }

        var bootstrap = new Bootstrap(options.BootstrapSamples, options.Seed);
        var scores = Summarise(candidates, truths, bootstrap);
        return new EvaluationReport(protocol, faces, scores, [.. Footnotes(candidates, protocol, networks, faces.Count, options.Reference)], bootstrap) { Reference = options.Reference };
    }

    private static void CheckCandidates(IReadOnlyList<FaceImage> faces, Protocol protocol, IReadOnlyList<Upscaler> upscalers)
    {
        if (faces.Count == 0)
            throw new RevisageException("There are no faces to compare on. Name a folder that holds some, with --data.");

        if (!protocol.Guided && upscalers.FirstOrDefault(upscaler => upscaler.EnlargeGuided is not null) is { } wanting)
        {
            throw new RevisageException(
                $"'{wanting.Name}' looks at another photograph of the same person, and {protocol.Name} has none. Compare by '{Protocol.Revisage8xGuided.Name}', or leave it out.");
        }

        if (protocol.Guided && faces.FirstOrDefault(face => face.Guide is null) is { } alone)
            throw new ArgumentException($"'{alone.Path}' has no guide, and {protocol.Name} compares faces that have one.", nameof(faces));

        if (upscalers.GroupBy(upscaler => upscaler.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new RevisageException($"Two candidates are called '{twice.Key}'. Rename one's folder or file.");
    }

    // Reading them twice costs little beside what is measured; a picture that is of no use would else show itself after an hour.
    private static void CheckPictures(IReadOnlyList<FaceImage> faces, Protocol protocol, IReadOnlyList<Upscaler> upscalers, CancellationToken cancel)
    {
        var guides = protocol.Guided ? faces.Select(face => face.Guide!).Except(faces) : [];
        _ = EveryFault.Of([.. faces.Concat(guides)], face => protocol.MakePair(face).Hr.Width, cancel);
        foreach (var find in upscalers.Select(upscaler => upscaler.Find).OfType<Func<FaceImage, Image>>())
        {
            _ = EveryFault.Of(faces, face => find(face).Width, cancel);
        }
    }

    private static void CheckSizes(Upscaler upscaler, IReadOnlyList<Image> large, FaceImage[] batch, IReadOnlyList<Image> truth, Protocol protocol)
    {
        if (large.Count != batch.Length)
            throw new RevisageException($"'{upscaler.Name}' made {large.Count} faces of {batch.Length}. Compare models that enlarge one face into one.");

        for (var i = 0; i < large.Count; i++)
        {
            var (sr, hr) = (large[i], truth[i]);
            if (sr.Width == hr.Width && sr.Height == hr.Height)
                continue;

            throw upscaler.Find is null
                ? new RevisageException(
                    $"'{upscaler.Name}' enlarged {protocol.Lr}x{protocol.Lr} to {sr.Width}x{sr.Height}, but {protocol.Name} compares at {protocol.Hr}x{protocol.Hr}. Choose a model of scale {protocol.Scale}.")
                : new RevisageException(
                    $"'{upscaler.Name}' has {sr.Width}x{sr.Height} for '{batch[i].Path}', which is {hr.Width}x{hr.Height} in {protocol.Name}. Compare pictures of one size.");
        }
    }

    private static SetStatistics StatisticsOf(FaceSet set, Protocol protocol, ComparingNetworks networks, int batchSize, CancellationToken cancel)
    {
        FaceImage[] taken = [.. set.Faces.Where(protocol.Takes)];
        if (taken.Length < 2)
            throw new RevisageException($"Frechet distances are to two faces or more, but of {set.Faces.Count} in '{set.Folder}' {taken.Length} have the {protocol.Hr} pixels of {protocol.Name}. Name a larger set with --reference-set.");

        var statistics = new SetStatistics(networks);
        foreach (var batch in taken.Chunk(batchSize))
        {
            cancel.ThrowIfCancellationRequested();
            var large = InParallel(batch.Length, i => protocol.MakeLarge(batch[i]));
            statistics.Add(networks.Identity?.Embed(large, cancel), networks.Inception?.Describe(large, cancel), networks.Resnet18?.Describe(large, cancel));
        }

        return statistics;
    }

    private static ModelScores[] Summarise(Candidate[] candidates, SetStatistics truths, Bootstrap bootstrap)
    {
        var rows = candidates.SelectMany(candidate => candidate.Values.Values).ToArray();
        var intervals = bootstrap.IntervalsOf(rows);
        var at = 0;
        return
        [
            .. candidates.Select(candidate =>
            {
                var own = candidate.Values.Keys.ToDictionary(metric => metric, _ => intervals?[at++]);
                return new ModelScores(
                    candidate.Upscaler.Name, candidate.FacesPerSecond, candidate.Values, candidate.OfSet(truths),
                    own.Where(interval => interval.Value is not null).ToDictionary(interval => interval.Key, interval => interval.Value!.Value));
            }),
        ];
    }

    private static IEnumerable<string> Footnotes(Candidate[] candidates, Protocol protocol, ComparingNetworks networks, int faces, FaceSet? reference)
    {
        if (reference is not null)
            yield return $"{Metric.Fid.Title}, {Metric.FrechetResnet18.Title}, {Metric.FrechetIdentity.Title}: to {reference.Describe()}, and not to these faces.";

        foreach (var reason in networks.Absent.GroupBy(absent => absent.Reason, absent => absent.Metric.Title))
            yield return $"{string.Join(", ", reason)}: absent, {reason.Key}.";

        foreach (var (metric, size) in new[] { (Metric.Lpips, networks.Lpips?.Size), (Metric.LpipsVgg, networks.LpipsVgg?.Size), (Metric.PerceptualResnet18, networks.Resnet18?.Size) })
        {
            if (size is not null && candidates.Any(candidate => !candidate.Values.ContainsKey(metric)))
                yield return $"{metric.Title}: absent, its network was imported for faces of {size}.";
        }

        if (protocol.ComparesFiles)
            yield return $"{Metric.DataConsistency.Title}: absent, nothing was made small.";
        if (faces < 2)
            yield return "One face alone has no intervals, and no distances between sets.";
        foreach (var candidate in candidates.Where(candidate => candidate.Equal > 0))
            yield return $"{candidate.Equal} of {faces} faces of '{candidate.Upscaler.Name}' equal the true ones in every bit; their PSNR, which is infinite, counts as {Candidate.PsnrOfEqualImages} dB.";
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

    /// <summary>Some faces, 8 bits a value, and what metrics and networks see in them.</summary>
    private sealed class LookedAt
    {
        public LookedAt(IReadOnlyList<Image> faces, Protocol protocol, ComparingNetworks networks, CancellationToken cancel)
        {
            Faces = InParallel(faces.Count, i => Image.FromRgb24(faces[i].Width, faces[i].Height, faces[i].ToRgb24()));
            Cut = protocol.Border == 0 ? Faces : InParallel(faces.Count, i => CutBorder(Faces[i], protocol.Border));
            Planes = InParallel(faces.Count, i => Metrics.Planes.Of(Cut[i]));
            Landmarks = networks.Landmarks?.Detect(Faces, cancel);
            Identities = networks.Identity?.Embed(Faces, cancel);
            Features = networks.Inception?.Describe(Faces, cancel);
            Stages = networks.Resnet18?.Describe(Faces, cancel);
        }

        public IReadOnlyList<Image> Faces { get; }

        /// <summary>Without the protocol's border, which is cut for PSNR and SSIM; networks look at whole faces, as those that they learned from.</summary>
        public IReadOnlyList<Image> Cut { get; }

        public IReadOnlyList<Planes> Planes { get; }

        public IReadOnlyList<Landmarks>? Landmarks { get; }

        public IReadOnlyList<float[]>? Identities { get; }

        public IReadOnlyList<float[]>? Features { get; }

        /// <summary>By ResNet-18, of whole faces.</summary>
        public IReadOnlyList<SeenFeatures>? Stages { get; }

        private static Image CutBorder(Image face, int border) => face.Crop(border, border, face.Width - 2 * border, face.Height - 2 * border);
    }

    /// <summary>What Frechet distances want to know of a set of faces.</summary>
    private sealed class SetStatistics(ComparingNetworks networks)
    {
        public FeatureStatistics? Identities { get; private set; }

        public FeatureStatistics? Features { get; private set; }

        public FeatureStatistics? Pooled { get; private set; }

        public void Add(LookedAt faces) => Add(faces.Identities, faces.Features, faces.Stages);

        public void Add(IReadOnlyList<float[]>? identities, IReadOnlyList<float[]>? features, IReadOnlyList<SeenFeatures>? stages)
        {
            Pooled = Add(Pooled, networks.Resnet18 is null ? null : stages?.Select(seen => seen.Pooled));
            Identities = Add(Identities, networks.Identity is null ? null : identities);
            Features = Add(Features, networks.Inception is null ? null : features);
        }

        private static FeatureStatistics? Add(FeatureStatistics? statistics, IEnumerable<float[]>? rows)
        {
            foreach (var row in rows ?? [])
            {
                statistics ??= new FeatureStatistics(row.Length);
                statistics.Add(row);
            }

            return statistics;
        }
    }

    /// <summary>One upscaler, and what was measured of it so far.</summary>
    private sealed class Candidate(Upscaler upscaler, int count, ComparingNetworks networks)
    {
        // A mean cannot hold infinity, and JSON cannot write it.
        public const int PsnrOfEqualImages = 100;

        private const int PsnrBatch = 16;

        private readonly SetStatistics statistics = new(networks);
        private readonly double[] errors = new double[count];
        private readonly HashSet<Metric> otherSizes = [];
        private double seconds;
        private int timed;

        public Upscaler Upscaler => upscaler;

        public Dictionary<Metric, double[]> Values { get; } = [];

        /// <summary>Faces that equal the true ones in every bit.</summary>
        public int Equal { get; private set; }

        public double? FacesPerSecond => upscaler.Find is null ? timed / seconds : null;

        public IReadOnlyList<Image> Enlarge(FaceImage[] batch, Image[] small, Image[] guides, bool first)
        {
            if (upscaler.Find is { } find)
                return InParallel(batch.Length, i => find(batch[i]));

            // The first batch also pays for compiling and for the first allocations; it is not what a rate means.
            if (first)
                Enlarge(small, guides);
            var clock = Stopwatch.GetTimestamp();
            var large = Enlarge(small, guides);
            seconds += Stopwatch.GetElapsedTime(clock).TotalSeconds;
            timed += small.Length;
            return large;
        }

        public void Compare(int start, FaceImage[] batch, LookedAt sr, LookedAt hr, Image[] small, Protocol protocol, ComparingNetworks looks, CancellationToken cancel)
        {
            InParallel(sr.Planes.Count, i => errors[start + i] = Psnr.MeanSquaredError(sr.Planes[i], hr.Planes[i]));
            Equal += errors.AsSpan(start, sr.Planes.Count).Count(0.0);
            ByFace(Metric.Psnr, i => Finite(Psnr.FromMse(errors[start + i])));
            ByFace(Metric.PsnrY, i => Finite(Psnr.OfLuma(sr.Planes[i], hr.Planes[i])));
            ByFace(Metric.Ssim, i => Ssim.OfRgb(sr.Planes[i], hr.Planes[i]));
            ByFace(Metric.SsimY, i => Ssim.OfLuma(sr.Planes[i], hr.Planes[i]));
            ByFace(Metric.MsSsim, i => MsSsim.OfRgb(sr.Planes[i], hr.Planes[i]));
            ByFace(Metric.MsSsimProgressive, i => MsSsim.OfRgbAsProgressive(sr.Planes[i], hr.Planes[i]));
            if (!protocol.ComparesFiles)
                ByFace(Metric.DataConsistency, i => Finite(Psnr.OfRgb(Planes.Of(protocol.MakeSmall(sr.Faces[i], batch[i])), Planes.Of(small[i]))));
            if (looks.Landmarks is not null)
            {
                ByFace(Metric.Nme, i => 100 * LandmarkError.Normalized(sr.Landmarks![i], hr.Landmarks![i], sr.Faces[i].Width));
                ByFace(Metric.LandmarkDistance, i => LandmarkError.Distance(sr.Landmarks![i], hr.Landmarks![i]));
            }

            if (looks.Identity is not null)
                ByFace(Metric.Identity, i => CosineSimilarity.Cosine(sr.Identities![i], hr.Identities![i]));
            if (looks.Lpips is { } lpips)
                ByDistance(Metric.Lpips, lpips.Size, sr.Faces, () => lpips.Between(sr.Faces, hr.Faces, cancel));
            if (looks.LpipsVgg is { } lpipsVgg)
                ByDistance(Metric.LpipsVgg, lpipsVgg.Size, sr.Faces, () => lpipsVgg.Between(sr.Faces, hr.Faces, cancel));
            if (looks.Resnet18 is { } resnet18)
                ByDistance(Metric.PerceptualResnet18, resnet18.Size, sr.Faces, () => InParallel(sr.Faces.Count, i => FeatureMapDistance.Between(sr.Stages![i].Maps, hr.Stages![i].Maps)));
            statistics.Add(sr);

            void ByFace(Metric metric, Func<int, double> measure)
            {
                var row = RowOf(metric);
                InParallel(sr.Planes.Count, i => row[start + i] = measure(i));
            }

            // Distances of other sizes are another metric.
            void ByDistance(Metric metric, PixelSize size, IReadOnlyList<Image> faces, Func<IReadOnlyList<double>> measure)
            {
                if (otherSizes.Contains(metric))
                    return;

                if (faces.All(face => face.Width == size.Width && face.Height == size.Height))
                {
                    measure().ToArray().CopyTo(RowOf(metric), start);
                }
                else
                {
                    Values.Remove(metric);
                    otherSizes.Add(metric);
                }
            }
        }

        public IReadOnlyDictionary<Metric, double> OfSet(SetStatistics truths)
        {
            var measured = new Dictionary<Metric, double>
            {
                [Metric.PsnrBatch] = errors.Chunk(PsnrBatch).Average(batch => Finite(Psnr.FromMse(batch.Average()))),
            };
            if (count > 1)
            {
                Add(Metric.FrechetIdentity, truths.Identities, statistics.Identities);
                Add(Metric.Fid, truths.Features, statistics.Features);
                Add(Metric.FrechetResnet18, truths.Pooled, statistics.Pooled);
            }

            return measured;

            void Add(Metric metric, FeatureStatistics? a, FeatureStatistics? b)
            {
                if (a is not null && b is not null)
                    measured[metric] = FrechetDistance.Between(a, b);
            }
        }

        private double[] RowOf(Metric metric)
        {
            if (!Values.TryGetValue(metric, out var row))
                Values[metric] = row = new double[count];
            return row;
        }

        private IReadOnlyList<Image> Enlarge(Image[] small, Image[] guides) => upscaler.EnlargeGuided?.Invoke(small, guides) ?? upscaler.Enlarge(small);

        private static double Finite(double psnr) => Math.Min(psnr, PsnrOfEqualImages);
    }
}
