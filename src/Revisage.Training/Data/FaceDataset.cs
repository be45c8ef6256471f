using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Data.Augmentation;
using Revisage.Training.Data.Degradations;
using Revisage.Training.Training;

namespace Revisage.Training.Data;

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
    private readonly Face[]? cached;
    private readonly SampleOrder? order;
    private readonly DataOptions options;
    private readonly int seed;
    private readonly FaceAugmentation augmentation;
    private readonly DegradationChain degradation;

    private FaceDataset(IFaceSource source, IReadOnlyList<int> chosen, Face[]? cached, SampleOrder? order, DataOptions options, int seed)
    {
        (this.source, this.chosen, this.cached, this.order, this.options, this.seed) = (source, chosen, cached, order, options, seed);
        augmentation = new FaceAugmentation(options.Augmentation);
        degradation = options.Degradation.ToChain(options.LowRes, options.LowRes);
    }

    public int Count => chosen.Count;

    /// <summary>Chooses the faces of a split that the recipe asks for and decodes what memory may hold, on as many threads as there are cores.</summary>
    /// <exception cref="RevisageException">There are none, or a picture cannot be read.</exception>
    public static FaceDataset Load(IFaceSource source, string split, DataOptions options, int seed, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        var chosen = Choose(source, split, options);
        var order = new SampleOrder([.. chosen.Select(index => source.Faces[index])], options, seed);
        if (chosen.Sum(index => Face.BytesOf(source.Faces[index], options)) > (long)options.CacheMegabytes << 20)
        {
            return new FaceDataset(source, chosen, null, order, options, seed);
        }

        var faces = new Face[chosen.Count];
        var done = 0;
        AllCores.For(faces.Length, i =>
        {
            faces[i] = Face.Load(source, chosen[i], options);
            progress?.Report(Interlocked.Increment(ref done));
        }, cancel);
        return new FaceDataset(source, chosen, faces, order, options, seed);
    }

    /// <summary>The chosen faces in their order, from 0 on, decoded as they are asked for.</summary>
    public static FaceDataset InOrder(IFaceSource source, IReadOnlyList<int> chosen, DataOptions options) => new(source, chosen, null, null, options, 0);

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

    /// <summary>The batch of samples <paramref name="first"/> to <paramref name="first"/> + <paramref name="size"/> - 1.</summary>
    /// <param name="spent">A batch of that size that nobody reads any more; its memory is used again.</param>
    public FaceBatch Batch(long first, int size, FaceBatch? spent = null)
    {
        var (large, small) = (options.HighRes, options.LowRes);
        var batch = spent is not null
            ? spent with { First = first }
            : new FaceBatch(
                first, size, new float[size * 3 * small * small], small, new float[size * 3 * large * large], large,
                new float[size * Landmarks.Count * 2], options.Parsing ? new byte[size * large * large] : [], new FaceRecord[size]);
        for (var i = 0; i < size; i++)
        {
            var index = order?[first + i] ?? (int)(first + i);
            var face = cached is not null ? cached[index] : Face.Load(source, chosen[index], options);
            var random = new SampleRandom(seed, first + i);
            var geometry = augmentation.Draw(face.Picture.Width, face.Picture.Height, large, ref random);
            var hr = Soften(augmentation.Recolour(geometry.Apply(face.Picture), ref random), ref random);
            batch.Records[i] = source.Faces[chosen[index]];
            ToPlanes(hr.Rgb, options.Range, batch.HighRes.AsSpan(i * 3 * large * large, 3 * large * large));
            if (small > 0)
            {
                ToPlanes(degradation.Apply(hr, ref random).Rgb, options.Range, batch.LowRes.AsSpan(i * 3 * small * small, 3 * small * small));
            }

            Write(face.Landmarks is null ? null : geometry.Apply(face.Landmarks), batch.Landmarks.AsSpan(i * Landmarks.Count * 2, Landmarks.Count * 2));
            if (options.Parsing)
            {
                var map = batch.Parsing.AsSpan(i * large * large, large * large);
                if (face.Parsing is null)
                {
                    map.Fill(FaceBatch.Unlabelled);
                }
                else
                {
                    geometry.Apply(face.Parsing, face.Picture.Width, face.Picture.Height, map);
                }
            }
        }

        return batch;
    }

    private RgbPicture Soften(RgbPicture picture, ref SampleRandom random)
    {
        if (options.Softened is not { } range || random.Next(0, 1) == 0)
        {
            return picture;
        }

        var side = Math.Min(range.DrawWhole(ref random), picture.Width);
        var small = new byte[3 * side * side];
        var soft = new byte[picture.Rgb.Length];
        PillowResize.Resize(picture.Rgb, picture.Width, picture.Height, small, side, side, ResampleFilter.Bicubic);
        PillowResize.Resize(small, side, side, soft, picture.Width, picture.Height, ResampleFilter.Bicubic);
        return new RgbPicture(soft, picture.Width, picture.Height);
    }

    private static void Write(Landmarks? landmarks, Span<float> values)
    {
        for (var i = 0; i < Landmarks.Count; i++)
        {
            (values[2 * i], values[2 * i + 1]) = landmarks is null ? (float.NaN, float.NaN) : (landmarks[i].X, landmarks[i].Y);
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
