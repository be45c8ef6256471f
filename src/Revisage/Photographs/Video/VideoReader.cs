using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Revisage.Photographs.Video;

/// <summary>A video's frames, decoded by ffmpeg one after another: the pixels come through its standard output, their times through its standard error.</summary>
internal static class VideoReader
{
    /// <summary>How ffmpeg is told to read a file: nothing else but it, whatever its content refers to and its name begins with.</summary>
    public static IEnumerable<string> FromFile(string path) => ["-protocol_whitelist", "file,pipe", "-i", "file:" + Path.GetFullPath(path)];

    /// <returns>Every frame with the time that it has in the file.</returns>
    /// <exception cref="RevisageException">ffmpeg gives up.</exception>
    public static async IAsyncEnumerable<VideoFrame> ReadAsync(string path, VideoInfo info, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Eight bytes a frame, and never many: they come with their frames.
        var times = Channel.CreateUnbounded<long?>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var decoder = FfmpegProcess.Start("ffmpeg", Arguments(path, info), line => IsOfFrame(line, times.Writer));
        await using var _ = decoder.ConfigureAwait(false);
        var length = checked(3 * info.Width * info.Height);
        long? next = null;
        while (true)
        {
            var samples = GC.AllocateUninitializedArray<byte>(length);
            if (await decoder.Output.ReadAtLeastAsync(samples, length, throwOnEndOfStream: false, cancel).ConfigureAwait(false) < length)
            {
                break;
            }

            // Encoders take no two frames of one time, and some files have frames without one.
            var time = await times.Reader.ReadAsync(cancel).ConfigureAwait(false) ?? next ?? 0;
            time = Math.Max(time, next ?? time);
            next = time + 1;
            yield return new VideoFrame(new Photo(samples, info.Width, info.Height, new PhotoLayout(3, false, 1), PhotoMetadata.None), time);
        }

        if (await decoder.EndAsync(cancel).ConfigureAwait(false) is { } complaint)
        {
            throw VideoProbe.Unreadable(path, complaint);
        }
    }

    private static IEnumerable<string> Arguments(string path, VideoInfo info) =>
    [
        "-nostdin", "-v", "error", "-copyts", .. FromFile(path), "-map", $"0:{info.Stream}",
        // A filter prints the times of frames that have some metadata.
        "-vf", $"scale={info.Width}:{info.Height}:flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24,settb={info.TimeBase.Over}/{info.TimeBase.Under},metadata=mode=add:key=frame:value=1,metadata=mode=print:file=pipe\\\\:2:direct=1",
        "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1",
    ];

    // frame:0    pts:1536    pts_time:0.12, and the metadata below it.
    private static bool IsOfFrame(string line, ChannelWriter<long?> times)
    {
        if (!line.StartsWith("frame:", StringComparison.Ordinal) || line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not [_, var time, ..] || !time.StartsWith("pts:", StringComparison.Ordinal))
        {
            // Other metadata of the frame, such as a detector's within the file.
            return line.StartsWith("frame=", StringComparison.Ordinal) || line.StartsWith("lavf", StringComparison.Ordinal);
        }

        times.TryWrite(long.TryParse(time.AsSpan("pts:".Length), CultureInfo.InvariantCulture, out var known) ? known : null);
        return true;
    }
}
