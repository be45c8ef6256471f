using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data;

/// <summary>A decoded face with its margin, at a recipe's size.</summary>
/// <param name="Picture">A square, of which the central <see cref="DataOptions.CutSide"/> pixels are the face.</param>
/// <param name="Landmarks">In its pixels.</param>
/// <param name="Parsing">[Height, Width].</param>
internal sealed record Face(RgbPicture Picture, Landmarks? Landmarks, byte[]? Parsing)
{
    /// <exception cref="RevisageException">The picture is damaged, or smaller than its face.</exception>
    public static Face Load(IFaceSource source, int index, DataOptions options)
    {
        var record = source.Faces[index];
        var square = Math.Min(record.Width, record.Height);
        if (options.ShownSide(record) > square)
        {
            throw new RevisageException($"'{record.Name}' of {source.Name} has {square} pixels, but its face is said to have {options.ShownSide(record)}. Correct the index or replace the picture.");
        }

        var (left, top) = ((record.Width - square) / 2, (record.Height - square) / 2);
        var side = SideOf(record, options);
        var picture = Cut(source.ReadRgb(index), record.Width, left, top, square, 3);
        var rgb = new byte[3 * side * side];
        PillowResize.Resize(picture, square, square, rgb, side, side, ResampleFilter.Bicubic);
        var parsing = options.Parsing && source.ReadParsing(index) is { } classes ? Shrunk(Cut(classes, record.Width, left, top, square, 1), square, side) : null;
        var scale = (float)side / square;
        // Centres of pixels are at whole numbers: the border of both pictures is at -0.5.
        var landmarks = record.Landmarks?.Transformed(new(scale, 0, 0, scale, scale * (0.5f - left) - 0.5f, scale * (0.5f - top) - 0.5f));
        return new Face(new RgbPicture(rgb, side, side), landmarks, parsing);
    }

    /// <summary>Memory that it takes.</summary>
    public static long BytesOf(FaceRecord record, DataOptions options) =>
        (options.Parsing && record.Parsing != ParsingSource.None ? 4L : 3) * SideOf(record, options) * SideOf(record, options);

    // The margin keeps its share of the face at whatever size the recipe trains.
    private static int SideOf(FaceRecord record, DataOptions options) =>
        options.CutSide + 2 * ((Math.Min(record.Width, record.Height) - options.ShownSide(record)) / 2 * options.CutSide / options.ShownSide(record));

    private static byte[] Cut(byte[] pixels, int width, int left, int top, int square, int channels)
    {
        if (pixels.Length == channels * square * square)
        {
            return pixels;
        }

        var cut = new byte[channels * square * square];
        for (var y = 0; y < square; y++)
        {
            pixels.AsSpan(channels * ((top + y) * width + left), channels * square).CopyTo(cut.AsSpan(channels * y * square));
        }

        return cut;
    }

    // Classes cannot be averaged.
    public static void ShrinkClasses(ReadOnlySpan<byte> classes, int from, Span<byte> shrunk, int to)
    {
        for (var y = 0; y < to; y++)
        {
            for (var x = 0; x < to; x++)
            {
                shrunk[y * to + x] = classes[(2 * y + 1) * from / (2 * to) * from + (2 * x + 1) * from / (2 * to)];
            }
        }
    }

    private static byte[] Shrunk(byte[] classes, int from, int to)
    {
        var shrunk = new byte[to * to];
        ShrinkClasses(classes, from, shrunk, to);
        return shrunk;
    }
}
