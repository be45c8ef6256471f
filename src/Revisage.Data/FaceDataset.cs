using System.Numerics;
using Revisage.Data.Augmentation;
using Revisage.Degradations;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Data;

/// <summary>
/// Faces of one split as training sees them: cut, varied, made small. A sample is a function of its number and the
/// seed alone, whichever thread makes it.
/// </summary>
/// <remarks>
/// Pictures are kept decoded, 8 bits a value, at the recipe's size with the margin that variation needs, as long as
/// <see cref="DataOptions.CacheMegabytes"/> hold them; beyond that they are decoded for each sample.
/// </remarks>
public sealed class FaceDataset
{
    private readonly IFaceSource source;
    private readonly IReadOnlyList<int> chosen;
    private readonly Dictionary<int, Face>? cached;
    private readonly SampleOrder? order;
    private readonly DataOptions options;
    private readonly int seed;
    private readonly GuideChooser? guides;
    private readonly FaceDataset? poor;
    private readonly FaceAugmentation augmentation;
    private readonly DegradationChain degradation;
    private readonly Shrink target;

    private FaceDataset(
        IFaceSource source, IReadOnlyList<int> chosen, Dictionary<int, Face>? cached, SampleOrder? order, DataOptions options, int seed, GuideChooser? guides, FaceDataset? poor)
    {
        (this.source, this.chosen, this.cached, this.order, this.options, this.seed) = (source, chosen, cached, order, options, seed);
        (this.guides, this.poor) = (guides, poor);
        augmentation = new FaceAugmentation(options.Augmentation);
        degradation = options.Degradation.ToChain(options.LowRes, options.LowRes);
        target = new Shrink(options.HighRes, options.HighRes, options.Degradation.Shrink);
    }

    public int Count => chosen.Count;

    /// <summary>Chooses the faces of a split that the recipe asks for and decodes what memory may hold, on as many threads as there are cores.</summary>
    /// <param name="lowQuality">Where the recipe's poor faces are; null where it wants none.</param>
    /// <exception cref="RevisageException">There are none, or a picture cannot be read.</exception>
    public static FaceDataset Load(
        IFaceSource source, string split, DataOptions options, int seed, IProgress<int>? progress = null, IFaceSource? lowQuality = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        var chosen = Choose(source, split, options);
        var guides = options.Guides == GuideChoice.None ? null : new GuideChooser(source, chosen, options.Guides, cancel);
        // Who has no guide may still be another's, where strangers are.
        var loaded = chosen;
        chosen = guides?.Guided ?? chosen;
        var order = new SampleOrder([.. chosen.Select(index => source.Faces[index])], options, seed);
        var poor = Poor(options, lowQuality) is { } asked ? Load(lowQuality!, split, asked, seed, cancel: cancel) : null;
        if (loaded.Sum(index => Face.BytesOf(source.Faces[index], options)) > (long)options.CacheMegabytes << 20)
        {
            return new FaceDataset(source, chosen, null, order, options, seed, guides, poor);
        }

        var faces = new Face[loaded.Count];
        var done = 0;
        AllCores.For(faces.Length, i =>
        {
            faces[i] = Face.Load(source, loaded[i], options);
            progress?.Report(Interlocked.Increment(ref done));
        }, cancel);
        return new FaceDataset(source, chosen, loaded.Zip(faces).ToDictionary(face => face.First, face => face.Second), order, options, seed, guides, poor);
    }

    /// <summary>The chosen faces in their order, from 0 on, decoded as they are asked for.</summary>
    /// <param name="guides">Whoever may be shown beside them; null for nobody.</param>
    internal static FaceDataset InOrder(IFaceSource source, IReadOnlyList<int> chosen, DataOptions options, GuideChooser? guides = null) =>
        new(source, chosen, null, null, options, 0, guides, null);

    /// <summary>The faces of a split that the options ask for, by their numbers in the source.</summary>
    /// <exception cref="RevisageException">There are none.</exception>
    public static IReadOnlyList<int> Choose(IFaceSource source, string split, DataOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        int[] ofSplit = [.. Enumerable.Range(0, source.Faces.Count).Where(i => source.Faces[i].Split == split)];
        if (ofSplit.Length == 0)
        {
            throw new RevisageException(
                $"{source.Name} has no face in the split '{split}', only in {string.Join(", ", source.Faces.Select(face => $"'{face.Split}'").Distinct())}. Prepare the set with one.");
        }

        int[] chosen = [.. ofSplit.Where(i => options.Takes(source.Faces[i]))];
        return chosen.Length > 0 ? chosen : throw new RevisageException(
            $"None of the {ofSplit.Length} faces of {source.Name}, split '{split}', is what the recipe asks for ({options.Asked}). Its sets are {string.Join(", ", source.Faces.Select(face => $"'{face.Set}'").Distinct())}.");
    }

    /// <summary>Refuses a set that would show a face twice in one batch.</summary>
    /// <param name="faces">That the recipe takes of the set.</param>
    /// <param name="phase">Whose batches they are.</param>
    /// <exception cref="RevisageException">The faces do not fill a batch.</exception>
    public static void MustFill(int batch, int faces, IFaceSource source, string phase)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (faces < batch)
        {
            throw new RevisageException(
                $"A batch of the phase '{phase}' has {batch} faces, but {source.Name} has {faces} that the recipe learns from. Prepare more, or lower the phase's batch to {faces} or less.");
        }
    }

    /// <summary>The batch of samples <paramref name="first"/> to <paramref name="first"/> + <paramref name="size"/> - 1.</summary>
    /// <param name="spent">A batch of that size that nobody reads any more; its memory is used again.</param>
    public FaceBatch Batch(long first, int size, FaceBatch? spent = null)
    {
        var (large, small) = (3 * options.HighRes * options.HighRes, 3 * options.LowRes * options.LowRes);
        var batch = spent is not null ? spent with { First = first } : NewBatch(first, size);
        for (var i = 0; i < size; i++)
        {
            var index = chosen[order?[first + i] ?? (int)(first + i)];
            var face = FaceOf(index);
            var random = new SampleRandom(seed, first + i);
            var geometry = augmentation.Draw(face.Picture.Width, face.Picture.Height, options.CutSide, ref random);
            var margin = options.Unaligned?.Outside == UnalignedOutside.Margin ? (face.Picture.Width - options.CutSide) / 2 : 0;
            var cut = Soften(augmentation.Recolour(geometry.WithMargin(margin).Apply(face.Picture), ref random), ref random);
            var hr = margin == 0 ? cut : cut.Part(margin, margin, options.CutSide, options.CutSide);
            batch.Records[i] = source.Faces[index];
            ToPlanes(target.Apply(hr, ref random).Rgb, options.Range, batch.HighRes.AsSpan(i * large, large));
            if (small > 0)
            {
                var placed = options.Unaligned is { } unaligned ? UnalignedPlacement.Draw(ref random, unaligned).Apply(cut, options.CutSide, unaligned.Outside) : hr;
                ToPlanes(degradation.Apply(placed, ref random).Rgb, options.Range, batch.LowRes.AsSpan(i * small, small));
            }

            WriteLandmarks(face.Landmarks is null ? null : geometry.Apply(face.Landmarks), batch.Landmarks.AsSpan(i * Landmarks.Count * 2, Landmarks.Count * 2));
            if (options.Parsing)
            {
                WriteParsing(face, geometry, batch.Parsing.AsSpan(i * large / 3, large / 3));
            }

            if (guides is not null)
            {
                Guide(guides, index, i, geometry, batch, ref random);
            }
        }

        poor?.Batch(first, size).HighRes.CopyTo(batch.Poor, 0);
        return batch;
    }

    private void Guide(GuideChooser chooser, int index, int place, FaceGeometry geometry, FaceBatch batch, ref SampleRandom random)
    {
        var (large, small) = (options.HighRes * options.HighRes, options.LowRes * options.LowRes);
        var chosen = chooser.Of(index, ref random);
        var guide = FaceOf(chosen ?? index);
        // Mirrored as the face is: a face lit from the left is so in both, and nobody looks like their own mirror image.
        var own = augmentation.Draw(guide.Picture.Width, guide.Picture.Height, options.CutSide, ref random) with { Mirrored = geometry.Mirrored };
        var shown = own.Apply(guide.Picture);
        ToPlanes(target.Apply(shown, ref random).Rgb, options.Range, batch.Guides.AsSpan(place * 3 * large, 3 * large));
        if (batch.Laid is not { } laid)
        {
            return;
        }

        ToPlanes(degradation.Apply(shown, ref random).Rgb, options.Range, laid.LowRes.AsSpan(place * 3 * small, 3 * small));
        var flow = laid.Flow.AsSpan(place * 2 * large, 2 * large);
        var coverage = laid.Coverage.AsSpan(place * large, large);
        if (chosen is null || guide.Landmarks is null || FaceOf(index).Landmarks is not { } landmarks)
        {
            flow.Clear();
            coverage.Clear();
            return;
        }

        GuideWarp.Write(Shrunk(Astray(geometry.Apply(landmarks), ref random)), Shrunk(Astray(own.Apply(guide.Landmarks), ref random)), options.HighRes, flow, coverage);
    }

    /// <summary>As far off as points are that were found on an enlarged face.</summary>
    private Landmarks Astray(Landmarks landmarks, ref SampleRandom random)
    {
        var noise = new float[2 * Landmarks.Count];
        NormalNumbers.Fill(ref random, noise);
        return new Landmarks([.. landmarks.Points.ToArray().Index().Select(point => point.Item + (float)options.GuideJitter * new Vector2(noise[2 * point.Index], noise[2 * point.Index + 1]))]);
    }

    /// <summary>From pixels of what is cut to pixels of the large face.</summary>
    private Landmarks Shrunk(Landmarks landmarks)
    {
        var shrunk = (float)options.HighRes / options.CutSide;
        return landmarks.Transformed(Matrix3x2.CreateScale(shrunk) * Matrix3x2.CreateTranslation(0.5f * shrunk - 0.5f, 0.5f * shrunk - 0.5f));
    }

    /// <summary>How poor faces are taken from their set; null where the recipe wants none.</summary>
    /// <exception cref="RevisageException">It wants some, and no set is named.</exception>
    internal static DataOptions? Poor(DataOptions options, IFaceSource? lowQuality) => !options.LowQuality ? null : lowQuality is not null ? OfPoor(options)
        : throw new RevisageException("The recipe learns from real poor faces. Prepare some with 'revisage prepare FOLDER -o SET --low-quality' and name them with --low-quality SET.");

    /// <summary>At the small face's size, mirrored or not, and otherwise as they are.</summary>
    internal static DataOptions OfPoor(DataOptions options) => new()
    {
        HighRes = options.LowRes,
        LowRes = 0,
        LeastSide = options.LowRes,
        Range = options.Range,
        CacheMegabytes = options.CacheMegabytes,
        Augmentation = new AugmentationOptions { Flip = options.Augmentation.Flip },
    };

    private FaceBatch NewBatch(long first, int size)
    {
        var (large, small) = (options.HighRes * options.HighRes, options.LowRes * options.LowRes);
        return new FaceBatch(
            first, size, new float[size * 3 * small], options.LowRes, new float[size * 3 * large], options.HighRes,
            new float[size * Landmarks.Count * 2], options.Parsing ? new byte[size * large] : [],
            guides is null ? [] : new float[size * 3 * large], poor is null ? [] : new float[size * 3 * small], new FaceRecord[size])
        {
            Laid = guides is null || !options.LayGuides ? null : new LaidGuides(new float[size * 3 * small], new float[size * 2 * large], new float[size * large]),
        };
    }

    private Face FaceOf(int index) => cached is not null ? cached[index] : Face.Load(source, index, options);

    private RgbPicture Soften(RgbPicture picture, ref SampleRandom random)
    {
        if (options.Softened is not { } range || random.Next(0, 1) == 0)
        {
            return picture;
        }

        var side = Math.Min(range.DrawWhole(ref random), options.CutSide) * picture.Width / options.CutSide;
        var small = new byte[3 * side * side];
        var soft = new byte[picture.Rgb.Length];
        PillowResize.Resize(picture.Rgb, picture.Width, picture.Height, small, side, side, ResampleFilter.Bicubic);
        PillowResize.Resize(small, side, side, soft, picture.Width, picture.Height, ResampleFilter.Bicubic);
        return new RgbPicture(soft, picture.Width, picture.Height);
    }

    private void WriteLandmarks(Landmarks? landmarks, Span<float> values)
    {
        var shrunk = landmarks is null ? null : Shrunk(landmarks);
        for (var i = 0; i < Landmarks.Count; i++)
        {
            (values[2 * i], values[2 * i + 1]) = shrunk is null ? (float.NaN, float.NaN) : (shrunk[i].X, shrunk[i].Y);
        }
    }

    private void WriteParsing(Face face, FaceGeometry geometry, Span<byte> map)
    {
        if (face.Parsing is null)
        {
            map.Fill(FaceBatch.Unlabelled);
        }
        else if (options.CutSide == options.HighRes)
        {
            geometry.Apply(face.Parsing, face.Picture.Width, face.Picture.Height, map);
        }
        else
        {
            var cut = new byte[options.CutSide * options.CutSide];
            geometry.Apply(face.Parsing, face.Picture.Width, face.Picture.Height, cut);
            Face.ShrinkClasses(cut, options.CutSide, map, options.HighRes);
        }
    }

    private static void ToPlanes(ReadOnlySpan<byte> rgb, ValueRange range, Span<float> planes)
    {
        var (low, width) = range.Bounds();
        var plane = rgb.Length / 3;
        for (var i = 0; i < plane; i++)
        {
            planes[i] = low + width * (rgb[3 * i] / 255f);
            planes[plane + i] = low + width * (rgb[3 * i + 1] / 255f);
            planes[2 * plane + i] = low + width * (rgb[3 * i + 2] / 255f);
        }
    }
}
