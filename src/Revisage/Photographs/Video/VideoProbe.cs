using System.Globalization;
using System.Text.Json;

namespace Revisage.Photographs.Video;

/// <summary>Asks ffprobe what is in a video.</summary>
internal static class VideoProbe
{
    // Larger frames are of no camera, and would not fit into H.264 either.
    private const int MostSide = 16384;
    private const long MostPixels = 1L << 26;

    /// <exception cref="RevisageException">The file is missing, damaged or no video.</exception>
    /// <exception cref="MissingComponentException">ffprobe is not installed.</exception>
    public static async Task<VideoInfo> ReadAsync(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            throw new RevisageException($"'{path}' does not exist. Check the name.");
        }

        var probe = FfmpegProcess.Start("ffprobe", ["-v", "error", .. VideoReader.FromFile(path), "-show_streams", "-print_format", "json"]);
        await using var _ = probe.ConfigureAwait(false);
        using var text = new MemoryStream();
        await probe.Output.CopyToAsync(text, cancel).ConfigureAwait(false);
        if (await probe.EndAsync(cancel).ConfigureAwait(false) is { } complaint)
        {
            throw Unreadable(path, complaint);
        }

        using var json = JsonDocument.Parse(text.ToArray());
        return Of(json.RootElement, path);
    }

    internal static VideoInfo Of(JsonElement probed, string path)
    {
        JsonElement[] streams = probed.TryGetProperty("streams", out var all) ? [.. all.EnumerateArray()] : [];
        // A cover is a video of one picture.
        var pictures = Array.Find(streams, stream => Text(stream, "codec_type") == "video" && !(stream.TryGetProperty("disposition", out var how) && Whole(how, "attached_pic") == 1));
        if (pictures.ValueKind == JsonValueKind.Undefined)
        {
            throw new RevisageException($"'{path}' is no video: it holds no moving pictures. Leave it out.");
        }

        var (width, height) = (Whole(pictures, "width"), Whole(pictures, "height"));
        if (width < 1 || height < 1 || width > MostSide || height > MostSide || (long)width * height > MostPixels)
        {
            throw Unreadable(path, $"its frames are said to be {width}x{height}");
        }

        var onItsSide = Math.Abs(Rotation(pictures)) % 180 == 90;
        var aspect = Fraction.Parse(Text(pictures, "sample_aspect_ratio")) ?? new Fraction(1, 1);
        var rate = Fraction.Parse(Text(pictures, "avg_frame_rate")) ?? Fraction.Parse(Text(pictures, "r_frame_rate")) ?? new Fraction(25, 1);
        var frames = Number(pictures, "nb_frames") is > 0 and var counted ? counted : Number(pictures, "duration") * rate.Value;
        return new VideoInfo(
            Whole(pictures, "index"),
            onItsSide ? height : width,
            onItsSide ? width : height,
            Fraction.Parse(Text(pictures, "time_base")) ?? new Fraction(1, 90000),
            rate,
            Number(pictures, "start_time"),
            (long)Math.Round(frames),
            onItsSide ? new Fraction(aspect.Under, aspect.Over) : aspect,
            new VideoColours(Named(pictures, "color_space"), Named(pictures, "color_primaries"), Named(pictures, "color_transfer")),
            Tracks("audio"),
            Tracks("subtitle"));

        VideoTrack[] Tracks(string kind) =>
            [.. streams.Where(stream => Text(stream, "codec_type") == kind).Select(stream => new VideoTrack(Whole(stream, "index"), Text(stream, "codec_name") ?? "unknown"))];
    }

    /// <param name="why">ffmpeg's own words, or ours.</param>
    public static RevisageException Unreadable(string path, string why) => new($"'{path}' cannot be read as a video: {why.TrimEnd('.')}. Leave it out, or mend it.");

    private static int Rotation(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out var sides))
        {
            foreach (var side in sides.EnumerateArray())
            {
                if (side.TryGetProperty("rotation", out _))
                {
                    return Whole(side, "rotation");
                }
            }
        }

        return stream.TryGetProperty("tags", out var tags) ? Whole(tags, "rotate") : 0;
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Named(JsonElement of, string name) => Text(of, name) is { } text && text is not ("unknown" or "reserved" or "unspecified") ? text : null;

    // Some numbers are written as text.
    private static double Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && double.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static int Whole(JsonElement of, string name) => (int)Math.Clamp(Number(of, name), int.MinValue, int.MaxValue);
}
