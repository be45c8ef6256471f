using System.Diagnostics;
using System.Threading.Channels;

namespace Revisage.Photographs.Video;

/// <summary>A video whose faces were restored.</summary>
/// <param name="Width">Of the result, in pixels.</param>
/// <param name="Faces">Each face that was followed, as it was at its largest.</param>
/// <param name="Restoring">Time in the networks and around them; reading and writing go on beside.</param>
/// <param name="LeftOut">What of the input the result cannot hold, in words; null where that is nothing.</param>
public sealed record EnhancedVideo(int Width, int Height, long Frames, IReadOnlyList<FaceOutcome> Faces, TimeSpan Restoring, string? LeftOut)
{
    /// <summary>How many frames were in memory at one time, at most.</summary>
    internal int MostFrames { get; init; }
}

/// <summary>How far a video is.</summary>
/// <param name="Total">About; 0 where it is not known.</param>
public readonly record struct VideoProgress(string Input, long Frames, long Total);

/// <summary>
/// Restores the faces of videos: ffmpeg decodes and encodes, each in a process of its own, while the frames between go through the networks one after another.
/// No more than a few are in memory at a time, however long the video is.
/// </summary>
public sealed class VideoEnhancer(PhotoEnhancer enhancer, EnhanceOptions options)
{
    // Decoded ahead, and waiting to be encoded.
    private const int Waiting = 2;

    // What H.264 and its players take.
    private const int MostSide = 16384;

    /// <summary>Leaves out the input's tags, such as its title and place.</summary>
    public bool Strip { get; init; }

    /// <param name="output">Appears whole or not at all.</param>
    /// <exception cref="RevisageException">The input is no video or damaged, or the result cannot be written.</exception>
    /// <exception cref="MissingComponentException">ffmpeg is not installed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: ffmpeg is ended, and nothing is left.</exception>
    public async Task<EnhancedVideo> EnhanceAsync(string input, string output, IProgress<VideoProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Checked();
        Ffmpeg.Require();
        var container = VideoContainer.Of(output) ?? throw new RevisageException($"'{output}' cannot be written as a video: its ending is none of {VideoFile.Writable}. Choose one of these.");
        var info = await VideoProbe.ReadAsync(input, cancel).ConfigureAwait(false);
        var (width, height) = ((int)Math.Round(info.Width * options.Scale), (int)Math.Round(info.Height * options.Scale));
        if (Math.Max(width, height) > MostSide)
        {
            throw new RevisageException($"'{input}' would become {width}x{height}, and videos have up to {MostSide} pixels a side. Choose a smaller --scale.");
        }

        EnhancedVideo? enhanced = null;
        await AtomicFile.WriteByAsync(output, async temporary => enhanced = await RunAsync(input, info, container, temporary, output, width, height, progress, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        return enhanced!;
    }

    private async Task<EnhancedVideo> RunAsync(
        string input, VideoInfo info, VideoContainer container, string temporary, string output, int width, int height, IProgress<VideoProgress>? progress, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var read = Channel.CreateBounded<VideoFrame>(Waiting);
        var made = Channel.CreateBounded<VideoFrame>(Waiting);
        var faces = new VideoFaces(enhancer, options);
        var restoring = new Stopwatch();
        int inMemory = 0, most = 0;
        var reading = ChannelStage.Run(read.Writer, async () =>
        {
            await foreach (var frame in VideoReader.ReadAsync(input, info, ended.Token).ConfigureAwait(false))
            {
                most = Math.Max(most, Interlocked.Increment(ref inMemory));
                await read.Writer.WriteAsync(frame, ended.Token).ConfigureAwait(false);
            }
        });
        var making = ChannelStage.Run(made.Writer, async () =>
        {
            await foreach (var frame in read.Reader.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                restoring.Start();
                var result = faces.Next(frame.Photo, frame.Time * info.TimeBase.Value, ended.Token);
                restoring.Stop();
                await made.Writer.WriteAsync(frame with { Photo = result }, ended.Token).ConfigureAwait(false);
            }
        });
        var frames = 0L;
        try
        {
            var writer = await VideoWriter.BeginAsync(input, info, container, temporary, output, width, height, Strip, cancel).ConfigureAwait(false);
            await using var _ = writer.ConfigureAwait(false);
            await foreach (var frame in made.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                await writer.WriteAsync(frame, cancel).ConfigureAwait(false);
                Interlocked.Decrement(ref inMemory);
                frames++;
                progress?.Report(new VideoProgress(input, frames, info.Frames));
            }

            cancel.ThrowIfCancellationRequested();
            if (frames == 0)
            {
                throw VideoProbe.Unreadable(input, "it has no frame that can be decoded");
            }

            await writer.EndAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            // Whoever fails stops the others.
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading, making).ConfigureAwait(false);
        }

        return new EnhancedVideo(width, height, frames, faces.Outcomes, restoring.Elapsed, LeftOut(info, container)) { MostFrames = most };
    }

    private static string? LeftOut(VideoInfo info, VideoContainer container)
    {
        string[] lost = [.. info.Subtitles.Where(track => container.SubtitlesAs(track.Codec) is null).Select(track => track.Codec).Distinct()];
        return lost.Length == 0 ? null : $"subtitles of {string.Join(", ", lost)} are left out, which only .mkv holds";
    }
}
