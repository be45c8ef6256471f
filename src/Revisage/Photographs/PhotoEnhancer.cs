using System.Diagnostics;
using System.Runtime.CompilerServices;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Photographs;

/// <summary>
/// Restores every face of whole photographs: finds them, chooses a model by each face's own size, enlarges, and puts back inside of the face alone.
/// May be used by many threads at once.
/// </summary>
public sealed class PhotoEnhancer : IDisposable
{
    /// <summary>The model that says how alike a face and its result are.</summary>
    public const string IdentityModel = "inet";

    /// <summary>The model by whose points faces are framed.</summary>
    public const string LandmarkModel = "landmarks";

    /// <summary>The model that tells a head from what is around it.</summary>
    public const string ParserModel = "face-parser";

    // Of what was asked for, in the order in which it is tried.
    private static readonly double[] Milder = [1, 0.75, 0.5, 0.25, 0];

    private readonly FaceDetector detector;
    private readonly FaceModels models;
    private readonly LandmarkDetector landmarks;
    private readonly FaceParser parser;
    private readonly Lazy<IdentityEncoder> identity;

    private PhotoEnhancer(FaceDetector detector, LandmarkDetector landmarks, FaceModels models, FaceParser parser, Lazy<IdentityEncoder> identity) =>
        (this.detector, this.landmarks, this.models, this.parser, this.identity) = (detector, landmarks, models, parser, identity);

    /// <summary>With the models of a store.</summary>
    /// <param name="model">The one for all faces; null for one by each face's size.</param>
    /// <exception cref="MissingComponentException">A model, or a native library, is not installed.</exception>
    /// <exception cref="RevisageException">A model is damaged, or does something else.</exception>
    public static PhotoEnhancer Open(ModelStore? store = null, StoredModel? model = null, OnnxOptions? options = null, RestoreQuality quality = RestoreQuality.Normal)
    {
        store ??= ModelStore.Default;
        var models = model is null ? FaceModels.Installed(store, options, quality) : FaceModels.Only(model, options, quality);
        FaceDetector? detector = null;
        LandmarkDetector? landmarks = null;
        try
        {
            detector = FaceDetector.Open(store.Find(FaceDetector.ModelName), onnx: options);
            landmarks = LandmarkDetector.Open(store.Find(LandmarkModel), options);
            var parser = FaceParser.Open(store.Find(ParserModel), options);
            return new PhotoEnhancer(detector, landmarks, models, parser, new Lazy<IdentityEncoder>(() => IdentityEncoder.Open(store.Find(IdentityModel), options)));
        }
        catch
        {
            landmarks?.Dispose();
            detector?.Dispose();
            models.Dispose();
            throw;
        }
    }

    /// <summary>The super-resolvers that it chooses among.</summary>
    public FaceModels Models => models;

    /// <param name="photo">Stays as it is.</param>
    /// <returns>The result with every face that was found, those among them that were left as they are and why.</returns>
    /// <exception cref="RevisageException">An option is out of its range, or a network fails.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EnhancedPhoto Enhance(Photo photo, EnhanceOptions? options = null, IProgress<EnhanceProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        options = (options ?? new EnhanceOptions()).Checked();
        var (width, height) = SizeOf(photo, options);
        using var activity = PhotoTelemetry.Begin(photo, options);
        var clock = Stopwatch.StartNew();
        progress?.Report(new EnhanceProgress(EnhanceStage.Detect, 0));
        var chosen = Frame(photo, options.Faces.Choose([.. Find(photo, options, cancel).Select(FaceTemplate.Align)]), options, cancel);
        var detected = clock.Elapsed;

        progress?.Report(new EnhanceProgress(EnhanceStage.Restore, chosen.Count(face => face.Skipped is null)));
        var restored = Restore(photo, chosen, options, cancel);
        var made = clock.Elapsed;

        var faces = restored.Count(face => face.Face is not null);
        progress?.Report(new EnhanceProgress(EnhanceStage.Background, faces));
        cancel.ThrowIfCancellationRequested();
        var result = photo.Resized(width, height);
        var enlarged = clock.Elapsed;

        progress?.Report(new EnhanceProgress(EnhanceStage.Blend, faces));
        var outcomes = new List<FaceOutcome>();
        foreach (var (aligned, face, skipped) in restored)
        {
            cancel.ThrowIfCancellationRequested();
            outcomes.Add(face is null ? new FaceOutcome(aligned, null, skipped) : Blend(result, face, options, cancel));
        }

        var enhanced = new EnhancedPhoto(result, outcomes, new EnhanceTimes(detected, made - detected, enlarged - made, clock.Elapsed - enlarged));
        PhotoTelemetry.End(activity, enhanced);
        return enhanced;
    }

    /// <summary>The same on another thread.</summary>
    /// <inheritdoc cref="Enhance"/>
    public Task<EnhancedPhoto> EnhanceAsync(Photo photo, EnhanceOptions? options = null, IProgress<EnhanceProgress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => Enhance(photo, options, progress, cancel), cancel);

    /// <summary>One photograph after another, as they come; each result when it is ready.</summary>
    /// <inheritdoc cref="Enhance"/>
    public async IAsyncEnumerable<EnhancedPhoto> EnhanceAsync(IAsyncEnumerable<Photo> photos, EnhanceOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(photos);
        await foreach (var photo in photos.WithCancellation(cancel).ConfigureAwait(false))
        {
            yield return await EnhanceAsync(photo, options, cancel: cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        detector.Dispose();
        landmarks.Dispose();
        models.Dispose();
        parser.Dispose();
        if (identity.IsValueCreated)
        {
            identity.Value.Dispose();
        }
    }

    /// <exception cref="RevisageException">The result has more samples than an array holds.</exception>
    private static (int Width, int Height) SizeOf(Photo photo, EnhanceOptions options)
    {
        var (width, height) = ((int)Math.Round(photo.Width * options.Scale), (int)Math.Round(photo.Height * options.Scale));
        return (long)width * height * photo.Layout.Bands * photo.Layout.BytesPerSample <= Array.MaxLength
            ? (width, height)
            : throw new RevisageException($"The photograph is {photo.Width}x{photo.Height}, and would become {width}x{height}, more than is held in memory. Choose a smaller scale.");
    }

    /// <summary>The faces that a model restores, in the squares that their 68 landmarks want; the others as they are.</summary>
    private IReadOnlyList<(AlignedFace Face, SkippedFace? Skipped)> Frame(Photo photo, IReadOnlyList<(AlignedFace Face, SkippedFace? Skipped)> chosen, EnhanceOptions options, CancellationToken cancel)
    {
        AlignedFace[] faces = [.. chosen.Where(IsRestored).Select(face => face.Face)];
        var framed = new Queue<AlignedFace>(faces.Zip(landmarks.Detect([.. faces.Select(face => face.Cut(photo))], cancel), FaceFraming.Refine));
        return [.. chosen.Select(face => IsRestored(face) ? (framed.Dequeue(), null) : face)];

        bool IsRestored((AlignedFace Face, SkippedFace? Skipped) face) => face.Skipped is null && models.For(face.Face.OwnSide, options.Force).Model is not null;
    }

    /// <summary>In pixels of the photograph, best first.</summary>
    internal IReadOnlyList<DetectedFace> Find(Photo photo, EnhanceOptions options, CancellationToken cancel) =>
        PhotoFaces.Find(photo, detector, options.WorkingSide, options.SmallFaces, cancel);

    /// <summary>Faces of one model go through it together.</summary>
    /// <param name="sizes">The side by which each face's model is chosen; null for its square's own.</param>
    internal IReadOnlyList<(AlignedFace Aligned, RestoredFace? Face, SkippedFace? Skipped)> Restore(
        Photo photo, IReadOnlyList<(AlignedFace Face, SkippedFace? Skipped)> chosen, EnhanceOptions options, CancellationToken cancel, IReadOnlyList<int>? sizes = null)
    {
        var restored = chosen.Select(face => (Aligned: face.Face, Face: (RestoredFace?)null, face.Skipped)).ToArray();
        var wanted = new List<(int Index, FaceRestorer Model, Image Own)>();
        for (var i = 0; i < restored.Length; i++)
        {
            if (restored[i].Skipped is not null)
            {
                continue;
            }

            var (model, why) = models.For(sizes?[i] ?? restored[i].Aligned.OwnSide, options.Force);
            if (model is null)
            {
                restored[i].Skipped = why;
            }
            else
            {
                wanted.Add((i, model, restored[i].Aligned.Cut(photo)));
            }
        }

        foreach (var group in wanted.GroupBy(face => face.Model))
        {
            var (model, faces) = (group.Key, group.ToArray());
            var side = model.Card.Input.Width;
            Image[] small = [.. faces.Select(face => face.Own.Width == side ? face.Own : PillowResize.Resize(face.Own, side, side, ResampleFilter.Bicubic))];
            var made = model.Restore(small, cancel);
            for (var i = 0; i < faces.Length; i++)
            {
                var face = options.Consistent ? BackProjection.Apply(made[i], small[i]) : made[i];
                restored[faces[i].Index].Face = new RestoredFace(restored[faces[i].Index].Aligned, faces[i].Own, RestoredFace.Join(faces[i].Own, side, face), model.Card.Name);
            }
        }

        return restored;
    }

    private FaceOutcome Blend(Photo result, RestoredFace face, EnhanceOptions options, CancellationToken cancel)
    {
        var (strength, similarity) = StrengthOf(face, options, cancel);
        FacePaste.Into(result, options.Scale, face, MaskOf(face, cancel), strength);
        return new FaceOutcome(face.Aligned, face.Model, null) { Strength = strength, Identity = similarity };
    }

    internal FaceMask MaskOf(RestoredFace face, CancellationToken cancel) => FaceMask.Of(face.Restored.Width, parser.Parse(face.Restored, cancel));

    /// <summary>How much of a face is blended in, and how alike it then is, where that is asked for.</summary>
    internal (double Strength, double? Similarity) StrengthOf(RestoredFace face, EnhanceOptions options, CancellationToken cancel) =>
        options.MinIdentity is null && !options.TellIdentity ? (options.Strength, null) : Mild(face, options, cancel);

    /// <summary>The strength at which the person is still the same, and how alike face and result then are.</summary>
    private (double Strength, double? Similarity) Mild(RestoredFace face, EnhanceOptions options, CancellationToken cancel)
    {
        var before = SmoothResize.To(face.Own, face.Restored.Width);
        var tried = options.MinIdentity is null ? Milder.AsSpan(0, 1) : Milder.AsSpan();
        var own = identity.Value.Embed([before], cancel)[0];
        var (strength, similarity) = (options.Strength, 1.0);
        foreach (var share in tried)
        {
            strength = share * options.Strength;
            similarity = Metrics.CosineSimilarity.Cosine(own, identity.Value.Embed([Mixed(before, face.Restored, (float)strength)], cancel)[0]);
            if (!(similarity < options.MinIdentity))
            {
                break;
            }
        }

        return (strength, similarity);
    }

    private static Image Mixed(Image before, Image after, float share)
    {
        var pixels = new float[before.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Math.Clamp(before.Pixels[i] + share * (after.Pixels[i] - before.Pixels[i]), 0, 1);
        }

        return new Image(before.Width, before.Height, pixels);
    }
}
