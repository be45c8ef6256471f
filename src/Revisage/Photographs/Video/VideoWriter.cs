using System.Globalization;

namespace Revisage.Photographs.Video;

/// <summary>Encodes frames as they come, each at its time, and puts sound, subtitles, chapters and tags of the input beside them.</summary>
internal sealed class VideoWriter : IAsyncDisposable
{
    private readonly FfmpegProcess encoder;
    private readonly MatroskaFrames frames;
    private readonly string output;
    private readonly double unit;
    private readonly double shift;

    private VideoWriter(FfmpegProcess encoder, VideoInfo info, string output)
    {
        (this.encoder, this.output, frames) = (encoder, output, new MatroskaFrames(encoder.Input));
        (unit, shift) = (info.TimeBase.Value, Shift(info));
    }

    /// <param name="input">What sound and the rest are taken from.</param>
    /// <param name="path">The file that ffmpeg writes.</param>
    /// <param name="output">What errors call it.</param>
    /// <param name="strip">Leaves out the tags.</param>
    public static async Task<VideoWriter> BeginAsync(string input, VideoInfo info, VideoContainer container, string path, string output, int width, int height, bool strip, CancellationToken cancel)
    {
        var writer = new VideoWriter(FfmpegProcess.Start("ffmpeg", Arguments(input, info, container, path, width, height, strip)), info, output);
        try
        {
            await writer.Try(() => writer.frames.BeginAsync(width, height, info.Rate.Value, cancel), cancel).ConfigureAwait(false);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <exception cref="RevisageException">ffmpeg gave up: the disk is full, or it has no such encoder.</exception>
    public Task WriteAsync(VideoFrame frame, CancellationToken cancel) =>
        Try(() => frames.WriteAsync(frame.Photo.Samples, Math.Max(0, (long)Math.Round((frame.Time * unit + shift) * (1e9 / MatroskaFrames.Tick))), cancel), cancel);

    /// <summary>Waits until all is written.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public async Task EndAsync(CancellationToken cancel)
    {
        await Try(async () => await encoder.Input.DisposeAsync().ConfigureAwait(false), cancel).ConfigureAwait(false);
        if (await encoder.EndAsync(cancel).ConfigureAwait(false) is { } complaint)
        {
            throw CannotWrite(complaint);
        }
    }

    public ValueTask DisposeAsync() => encoder.DisposeAsync();

    private async Task Try(Func<Task> write, CancellationToken cancel)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It reads no longer, and says why.
            throw CannotWrite(await encoder.EndAsync(cancel).ConfigureAwait(false) ?? "ffmpeg ended too early");
        }
    }

    private RevisageException CannotWrite(string complaint) => new($"Cannot write '{output}': {complaint.TrimEnd('.')}. Choose another folder or ending with -o.");

    // Matroska has no times before 0.
    private static double Shift(VideoInfo info) => Math.Max(0, Math.Ceiling(-info.Start));

    private static string[] Arguments(string input, VideoInfo info, VideoContainer container, string path, int width, int height, bool strip)
    {
        var unit = info.TimeBase;
        return
        [
            "-v", "error", "-y", "-copyts",
            "-itsoffset", (-Shift(info)).ToString(CultureInfo.InvariantCulture), "-f", "matroska", "-i", "pipe:0",
            .. VideoReader.FromFile(input),
            "-map", "0:v:0", "-vf", Filter(info, width, height), .. container.Pictures,
            "-fps_mode", "passthrough", "-enc_time_base", $"{unit.Over}/{unit.Under}", .. container.IsMp4 ? ["-video_track_timescale", $"{unit.Under}"] : Array.Empty<string>(),
            .. info.Sound.SelectMany((track, i) => Streams(track, $"-c:a:{i}", container.SoundAs(track.Codec))),
            .. info.Subtitles.Where(track => container.SubtitlesAs(track.Codec) is not null).SelectMany((track, i) => Streams(track, $"-c:s:{i}", container.SubtitlesAs(track.Codec)!)),
            // Fonts of subtitles.
            .. container.IsMatroska ? ["-map", "1:t?", "-c:t", "copy"] : Array.Empty<string>(),
            "-map_metadata", strip ? "-1" : "1", "-map_chapters", "1",
            "-f", container.Muxer, "file:" + Path.GetFullPath(path),
        ];

        static string[] Streams(VideoTrack track, string option, string codec) => ["-map", $"1:{track.Index}", option, codec];
    }

    // Back into the colours that the frames were decoded from. An odd side has no half: its colours stay whole.
    private static string Filter(VideoInfo info, int width, int height)
    {
        var (matrix, primaries, transfer) = info.Colours;
        // Of RGB itself, which the encoder is not given.
        var known = matrix is "bt709" or "smpte170m" or "bt470bg" or "bt2020nc" or "smpte240m" or "fcc" ? matrix : null;
        var scaler = known switch { null => "", "bt2020nc" => ":out_color_matrix=bt2020", _ => $":out_color_matrix={known}" };
        string?[] tags = ["range=tv", known is null ? null : $"colorspace={known}", primaries is null ? null : $"color_primaries={primaries}", transfer is null ? null : $"color_trc={transfer}"];
        return $"scale=flags=bicubic+accurate_rnd+full_chroma_int:out_range=tv{scaler},format={(width % 2 == 0 && height % 2 == 0 ? "yuv420p" : "yuv444p")}"
            + $",setparams={string.Join(':', tags.Where(tag => tag is not null))},setsar={info.PixelAspect.Over}/{info.PixelAspect.Under}";
    }
}
