using Revisage.Photographs;
using Revisage.Photographs.Video;

namespace Revisage.Tests.Photographs.Video;

/// <summary>Clips of a few frames, made by ffmpeg, and what ffprobe says of results.</summary>
internal static class TestClips
{
    /// <summary>A clip of 192 by 96 with a bright face in the cell from (64, 32), a tone and a line of subtitles.</summary>
    /// <param name="times">Of its frames, in thousandths of a second.</param>
    /// <param name="more">ffmpeg's further options of the output.</param>
    public static async Task<string> Write(string path, int[] times, params string[] more)
    {
        var folder = Path.GetDirectoryName(path)!;
        var (picture, words) = (Path.Combine(folder, "face.ppm"), Path.Combine(folder, "words.srt"));
        var photo = PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), new PixelBox(64, 32, StandInPhotoModels.Face, StandInPhotoModels.Face));
        await File.WriteAllBytesAsync(picture, [.. "P6 192 96 255\n"u8, .. photo.Samples.Span]);
        await File.WriteAllTextAsync(words, "1\n00:00:00,000 --> 00:00:00,500\nHello\n");
        // Of one picture, as often as there are times.
        var selected = string.Join('+', times.Select(time => $"eq(n,{time / 10})"));
        await Run("ffmpeg", ["-y", "-v", "error", "-loop", "1", "-framerate", "100", "-t", "0.5", "-i", picture, "-f", "lavfi", "-i", "sine=duration=0.5", "-i", words,
            "-filter_complex", $"[0:v]select='{selected}'[v]", "-map", "[v]", "-map", "1:a", "-map", "2:s", "-fps_mode", "passthrough", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac",
            "-c:s", Path.GetExtension(path) == ".mkv" ? "subrip" : "mov_text", .. more, path]);
        File.Delete(picture);
        File.Delete(words);
        return path;
    }

    /// <summary>The times of a clip's frames after the first, in thousandths of a second: Matroska has none before 0, and begins later for sound that does.</summary>
    public static async Task<int[]> Times(string path)
    {
        int[] times = [.. (await Probe(path, "-select_streams", "v:0", "-show_entries", "frame=pts_time")).Select(line => (int)Math.Round(1000 * double.Parse(line.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)))];
        return [.. times.Select(time => time - times[0])];
    }

    /// <summary>Lines of what is asked for, values by commas.</summary>
    public static async Task<string[]> Probe(string path, params string[] what) => (await Run("ffprobe", ["-v", "error", .. what, "-of", "csv=p=0", path])).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A clip's frames: RGB, one after another.</summary>
    public static async Task<byte[]> Frames(string path)
    {
        var decoder = FfmpegProcess.Start("ffmpeg", ["-nostdin", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"]);
        await using var _ = decoder;
        using var frames = new MemoryStream();
        await decoder.Output.CopyToAsync(frames);
        (await decoder.EndAsync(default)).ShouldBeNull();
        return frames.ToArray();
    }

    public static async Task<string> Run(string program, params string[] arguments)
    {
        var process = FfmpegProcess.Start(program, arguments);
        await using var _ = process;
        process.Input.Close();
        using var output = new StreamReader(process.Output);
        var text = await output.ReadToEndAsync();
        (await process.EndAsync(default)).ShouldBeNull();
        return text;
    }
}
