using Revisage.Imaging;

namespace Revisage.Data.Prepare;

/// <summary>
/// Faces by their thumbnails, so that one photograph in two splits is found, mirrored or not. Of 20,000 faces each is
/// compared with a few hundred.
/// </summary>
internal sealed class Twins
{
    private readonly Dictionary<(string Split, int Level), List<Entry>> entries = [];
    private readonly HashSet<string> splits = new(StringComparer.Ordinal);

    /// <param name="name">What reports call the face.</param>
    /// <param name="thumbnail">By <see cref="PhotoThumbnail"/>, of the face without its margin.</param>
    public void Add(string split, string name, byte[] thumbnail)
    {
        splits.Add(split);
        var sketch = SketchOf(thumbnail);
        var key = (split, LevelOf(sketch));
        if (!entries.TryGetValue(key, out var level))
        {
            entries[key] = level = [];
        }

        level.Add(new Entry(name, thumbnail, sketch));
    }

    /// <summary>A face of the same photograph in a split other than those named.</summary>
    public (string Split, string Name)? FindOutside(byte[] thumbnail, params ReadOnlySpan<string> without)
    {
        var sketch = SketchOf(thumbnail);
        var level = LevelOf(sketch);
        foreach (var split in splits)
        {
            if (without.Contains(split))
            {
                continue;
            }

            // Of two thumbnails that are alike the means differ by no more than a level's height.
            for (var at = level - 1; at <= level + 1; at++)
            {
                foreach (var entry in entries.GetValueOrDefault((split, at), []))
                {
                    if (MayBeAlike(sketch, entry.Sketch) && PhotoThumbnail.Alike(thumbnail, entry.Thumbnail))
                    {
                        return (split, entry.Name);
                    }
                }
            }
        }

        return null;
    }

    // The mean of each row, which a mirror leaves as it is, and whose differences are no larger in the mean than those of the pixels.
    private static float[] SketchOf(byte[] thumbnail)
    {
        var sketch = new float[3 * PhotoThumbnail.Side];
        for (var i = 0; i < thumbnail.Length; i++)
        {
            sketch[i / (3 * PhotoThumbnail.Side) * 3 + i % 3] += thumbnail[i] / (float)PhotoThumbnail.Side;
        }

        return sketch;
    }

    private static bool MayBeAlike(float[] a, float[] b)
    {
        const float most = PhotoThumbnail.SamePhotograph * PhotoThumbnail.SamePhotograph * 3 * PhotoThumbnail.Side;
        var sum = 0f;
        for (var i = 0; i < a.Length && sum <= most; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum <= most;
    }

    private static int LevelOf(float[] sketch) => (int)(sketch.Average() / PhotoThumbnail.SamePhotograph);

    private sealed record Entry(string Name, byte[] Thumbnail, float[] Sketch);
}
