using System.Numerics;
using Revisage.Data.GroundTruth;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Prepare;

/// <summary>
/// A picture to judge a set by: faces spread over its sources, each as it is, and below each other, as far as the set
/// has them, with its landmarks, with their heatmaps, and with its parsing map drawn over it.
/// </summary>
public static class ContactSheet
{
    private const int Tile = 160;
    private const int Layers = 4;

    private static readonly Vector3 Dot = new(0, 255, 0);
    private static readonly Vector3 Hot = new(255, 60, 0);

    /// <summary>One for each class of CelebAMask-HQ: that of its own palette. Background shows the picture.</summary>
    internal static IReadOnlyList<Vector3> Palette { get; } =
    [
        new(0, 0, 0), new(204, 0, 0), new(76, 153, 0), new(204, 204, 0), new(51, 51, 255), new(204, 0, 204), new(0, 255, 255), new(255, 204, 204),
        new(102, 51, 0), new(255, 0, 0), new(102, 204, 0), new(255, 255, 0), new(0, 0, 153), new(0, 0, 204), new(255, 51, 153), new(0, 204, 204),
        new(0, 51, 0), new(255, 153, 51), new(0, 204, 0),
    ];

    /// <param name="columns">Faces side by side.</param>
    /// <param name="bands">Rows of faces, each of up to four pictures.</param>
    /// <exception cref="RevisageException">The source has no faces, or one of them is damaged.</exception>
    public static Image Draw(IFaceSource source, int columns = 12, int bands = 2)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Faces.Count == 0)
        {
            throw new RevisageException($"'{source.Name}' has no faces to draw. Prepare some first.");
        }

        var chosen = Choose(source.Faces, columns * bands);
        bands = (chosen.Count + columns - 1) / columns;
        columns = Math.Min(columns, chosen.Count);
        int[] shown =
        [
            0,
            .. chosen.Any(index => source.Faces[index].Landmarks is not null) ? (int[])[1, 2] : [],
            .. chosen.Any(index => source.Faces[index].Parsing != ParsingSource.None) ? (int[])[3] : [],
        ];
        var (width, height) = (columns * Tile, bands * shown.Length * Tile);
        var sheet = new byte[3 * width * height];
        for (var i = 0; i < chosen.Count; i++)
        {
            var (band, column) = Math.DivRem(i, columns);
            var layers = DrawFace(source, chosen[i]);
            for (var row = 0; row < shown.Length; row++)
            {
                for (var y = 0; y < Tile; y++)
                {
                    var at = 3 * (((band * shown.Length + row) * Tile + y) * width + column * Tile);
                    layers[shown[row]].AsSpan(3 * y * Tile, 3 * Tile).CopyTo(sheet.AsSpan(at));
                }
            }
        }

        return Image.FromRgb24(width, height, sheet);
    }

    /// <summary>As many of each source as there are, evenly spread over its faces.</summary>
    internal static IReadOnlyList<int> Choose(IReadOnlyList<FaceRecord> faces, int count)
    {
        var sets = Enumerable.Range(0, faces.Count).GroupBy(i => faces[i].Set).OrderBy(set => set.Count()).Select(set => set.ToArray()).ToArray();
        var chosen = new List<int>();
        for (var i = 0; i < sets.Length; i++)
        {
            // Small sources come first, and leave what they lack to the others.
            var share = Math.Min(sets[i].Length, (count - chosen.Count) / (sets.Length - i));
            for (var k = 0; k < share; k++)
            {
                chosen.Add(sets[i][(int)((k + 0.5) * sets[i].Length / share)]);
            }
        }

        chosen.Sort();
        return chosen;
    }

    private static byte[][] DrawFace(IFaceSource source, int index)
    {
        var face = source.Faces[index];
        var scale = (double)Tile / Math.Max(face.Width, face.Height);
        var (width, height) = (Math.Max(1, (int)Math.Round(face.Width * scale)), Math.Max(1, (int)Math.Round(face.Height * scale)));
        var crop = new RgbPicture(source.ReadRgb(index), face.Width, face.Height).Resized(width, height, ResampleFilter.Bicubic);
        var plain = new byte[3 * Tile * Tile];
        for (var y = 0; y < height; y++)
        {
            crop.Rgb.AsSpan(3 * y * width, 3 * width).CopyTo(plain.AsSpan(3 * y * Tile));
        }

        var layers = Enumerable.Range(0, Layers).Select(_ => (byte[])plain.Clone()).ToArray();
        if (face.Landmarks is { } landmarks)
        {
            DrawPoints(layers[1], landmarks, scale);
            DrawHeatmaps(layers[2], landmarks, scale);
        }

        if (source.ReadParsing(index) is { } parsing)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var value = parsing[(int)((y + 0.5) * face.Height / height) * face.Width + (int)((x + 0.5) * face.Width / width)];
                    Blend(layers[3], x, y, Palette[Math.Min(value, Palette.Count - 1)], value == 0 ? 0 : 0.5f);
                }
            }
        }

        return layers;
    }

    private static void DrawPoints(byte[] tile, Landmarks landmarks, double scale)
    {
        for (var i = 0; i < Landmarks.Count; i++)
        {
            if (landmarks.IsVisible(i))
            {
                var (x, y) = ((landmarks[i].X + 0.5) * scale - 0.5, (landmarks[i].Y + 0.5) * scale - 0.5);
                for (var dot = 0; dot < 4; dot++)
                {
                    Blend(tile, (int)Math.Floor(x) + dot % 2, (int)Math.Floor(y) + dot / 2, Dot, 1);
                }
            }
        }
    }

    private static void DrawHeatmaps(byte[] tile, Landmarks landmarks, double scale)
    {
        var maps = new float[Landmarks.Count * Tile * Tile];
        LandmarkHeatmaps.Draw(landmarks, scale, Tile, LandmarkHeatmaps.FanSigma * Tile / 64, maps);
        for (var i = 0; i < Tile * Tile; i++)
        {
            var height = 0f;
            for (var map = 0; map < Landmarks.Count; map++)
            {
                height = Math.Max(height, maps[map * Tile * Tile + i]);
            }

            Blend(tile, i % Tile, i / Tile, Hot, 0.8f * height);
        }
    }

    private static void Blend(byte[] tile, int x, int y, Vector3 colour, float share)
    {
        if (x is < 0 or >= Tile || y is < 0 or >= Tile)
        {
            return;
        }

        for (var c = 0; c < 3; c++)
        {
            ref var value = ref tile[3 * (y * Tile + x) + c];
            value = (byte)(value + share * (colour[c] - value) + 0.5f);
        }
    }
}
