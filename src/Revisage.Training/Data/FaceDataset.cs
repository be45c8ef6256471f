using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Training;

namespace Revisage.Training.Data;

/// <summary>
/// Aligned faces decoded into memory, 8 bits a value, with the margin that augmentation needs. A sample is a
/// function of its number and the seed alone, whichever thread makes it.
/// </summary>
public sealed class FaceDataset
{
    private readonly IReadOnlyList<Face> faces;
    private readonly DataOptions options;
    private readonly int seed;
    private volatile Epoch last = new(-1, []);

    private FaceDataset(IReadOnlyList<Face> faces, DataOptions options, int seed)
    {
        this.faces = faces;
        this.options = options;
        this.seed = seed;
    }

    public int Count => faces.Count;

    /// <summary>Decodes every face of a split, on as many threads as there are cores.</summary>
    /// <exception cref="RevisageException">There is no such split, or a picture cannot be read.</exception>
    public static FaceDataset Load(FaceSet set, string split, DataOptions options, int seed, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        var listed = set.OfSplit(split).Faces;
        var faces = new Face[listed.Count];
        var done = 0;
        try
        {
            Parallel.For(0, listed.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i =>
            {
                faces[i] = Face.Load(listed[i], options.HighRes);
                progress?.Report(Interlocked.Increment(ref done));
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<RevisageException>().FirstOrDefault() is { } first)
        {
            throw new RevisageException(first.Message, e);
        }

        return new FaceDataset(faces, options, seed);
    }

    /// <summary>The batch of samples <paramref name="first"/> to <paramref name="first"/> + <paramref name="size"/> - 1.</summary>
    /// <param name="spent">A batch of that size that nobody reads any more; its memory is used again.</param>
    public FaceBatch Batch(long first, int size, FaceBatch? spent = null)
    {
        var (large, small) = (options.HighRes, options.LowRes);
        var batch = spent is not null
            ? spent with { First = first }
            : new FaceBatch(first, size, new float[size * 3 * small * small], small, new float[size * 3 * large * large], large);
        var hr = new byte[3 * large * large];
        var lr = new byte[3 * small * small];
        for (var i = 0; i < size; i++)
        {
            Draw(first + i, hr);
            PillowResize.Resize(hr, large, large, lr, small, small, ResampleFilter.Bicubic);
            ToPlanes(hr, options.Range, batch.HighRes.AsSpan(i * hr.Length, hr.Length));
            ToPlanes(lr, options.Range, batch.LowRes.AsSpan(i * lr.Length, lr.Length));
        }

        return batch;
    }

    /// <summary>A face cut, moved and mirrored as its sample number says: [HighRes, HighRes, 3].</summary>
    private void Draw(long sample, Span<byte> hr)
    {
        var (epoch, position) = Math.DivRem(sample, faces.Count);
        var face = faces[Order(epoch)[position]];
        var draw = new SampleRandom(seed, sample);
        var margin = Math.Min(options.Shift, face.Margin);
        var left = face.Margin + draw.Next(-margin, margin);
        var top = face.Margin + draw.Next(-margin, margin);
        var mirrored = options.Flip && draw.Next(0, 1) == 1;
        var side = options.HighRes;
        for (var y = 0; y < side; y++)
        {
            var from = face.Rgb.AsSpan(3 * ((top + y) * face.Side + left), 3 * side);
            var to = hr.Slice(3 * y * side, 3 * side);
            if (!mirrored)
            {
                from.CopyTo(to);
                continue;
            }

            for (var x = 0; x < side; x++)
            {
                from.Slice(3 * x, 3).CopyTo(to[(3 * (side - 1 - x))..]);
            }
        }
    }

    /// <summary>Every face once an epoch, in an order that follows from seed and epoch.</summary>
    private int[] Order(long epoch)
    {
        var known = last;
        if (known.Number != epoch)
        {
            var order = Enumerable.Range(0, faces.Count).ToArray();
            var draw = new SampleRandom(seed, -1 - epoch);
            for (var i = order.Length - 1; i > 0; i--)
            {
                var j = draw.Next(0, i);
                (order[i], order[j]) = (order[j], order[i]);
            }

            last = known = new Epoch(epoch, order);
        }

        return known.Order;
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

    private sealed record Epoch(long Number, int[] Order);

    /// <param name="Rgb">[Side, Side, 3].</param>
    /// <param name="Margin">Pixels on each side around the HR square.</param>
    private sealed record Face(byte[] Rgb, int Side, int Margin)
    {
        public static Face Load(FaceImage listed, int highRes)
        {
            var image = ImageFile.Load(listed.Path).CentralSquare();
            var hr = listed.Hr ?? image.Width;
            if (hr > image.Width)
            {
                throw new RevisageException($"'{listed.Path}' has {image.Width} pixels, but its index says {hr}. Correct the index or replace the picture.");
            }

            // The margin keeps its share of the face at whatever size the recipe trains.
            var side = highRes + 2 * ((image.Width - hr) / 2 * highRes / hr);
            return new Face(PillowResize.Resize(image, side, side, ResampleFilter.Bicubic).ToRgb24(), side, (side - highRes) / 2);
        }
    }
}
