using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Revisage.Batch;
using Revisage.Photographs.Video;

namespace Revisage.Photographs;

/// <summary>What became of one photograph of a plan.</summary>
/// <param name="Enhanced">Its faces and times; null of one that failed, or that was done before.</param>
/// <param name="Failure">Why there is no result, in one line; null if it is written.</param>
public sealed record PhotoOutcome(PlannedPicture Picture, FaceReport? Enhanced, string? Failure)
{
    /// <summary>Whether an earlier run wrote it, so that nothing was done.</summary>
    public bool DoneBefore { get; init; }

    /// <summary>It before and after, to be shown; null unless <see cref="PhotoBatch.TakePictures"/> asks for them.</summary>
    public PhotoPictures? Pictures { get; init; }

    /// <summary>What else there is to say of it; null where there is nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// Enhances the photographs and videos of a plan: while one goes through the networks, the next are read and the last is written, each stage by a thread of its own; no more
/// than a few are in memory at a time, however many there are.
/// </summary>
public sealed class PhotoBatch(PhotoEnhancer enhancer, EnhanceOptions options)
{
    // Read ahead, and waiting to be written.
    private const int Waiting = 1;

    /// <summary>Leaves out what files say besides their pixels but the colour profile.</summary>
    public bool Strip { get; init; }

    /// <summary>The format of results on standard output; null for the input's own.</summary>
    public PhotoFormat? Format { get; init; }

    /// <summary>What earlier runs did, and where this one adds what it did; null for none.</summary>
    public PhotoManifest? Manifest { get; init; }

    /// <summary>Whether each outcome comes with pictures to show, which are taken while the photograph is in memory.</summary>
    public bool TakePictures { get; init; }

    /// <summary>How far each video is.</summary>
    public IProgress<VideoProgress>? VideoProgress { get; init; }

    /// <summary>Where a photograph named "-" is read from.</summary>
    public Func<Stream> StandardInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Where a result named "-" is written to.</summary>
    public Func<Stream> StandardOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Reads, enhances and writes as the results are taken, which come in the plan's order.</summary>
    /// <remarks>A photograph that cannot be read, enhanced or written fails alone.</remarks>
    /// <exception cref="MissingComponentException">A native library is not installed.</exception>
    public async IAsyncEnumerable<PhotoOutcome> RunAsync(OutputPlan plan, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var read = Channel.CreateBounded<(PlannedPicture Picture, Photo? Photo, PhotoOutcome? Outcome)>(Waiting);
        var made = Channel.CreateBounded<(PlannedPicture Picture, Photo? Before, EnhancedPhoto? Enhanced, PhotoOutcome? Outcome)>(Waiting);
        var reading = ChannelStage.Run(read.Writer, async () =>
        {
            foreach (var picture in plan.Pictures)
            {
                var done = Manifest?.IsDone(picture, options) == true;
                var (photo, outcome) = done ? (null, new PhotoOutcome(picture, null, null) { DoneBefore = true }) : VideoFile.IsVideo(picture.Input) ? (null, null) : Read(picture);
                await read.Writer.WriteAsync((picture, photo, outcome), ended.Token).ConfigureAwait(false);
            }
        });
        var making = ChannelStage.Run(made.Writer, async () =>
        {
            await foreach (var (picture, photo, outcome) in read.Reader.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                var (enhanced, told) = photo is not null ? EnhancePhoto(picture, photo, ended.Token)
                    : (null, outcome ?? await EnhanceVideo(picture, ended.Token).ConfigureAwait(false));
                await made.Writer.WriteAsync((picture, TakePictures ? photo : null, enhanced, told), ended.Token).ConfigureAwait(false);
            }
        });
        try
        {
            await foreach (var (picture, before, enhanced, outcome) in made.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                var written = outcome ?? Write(picture, enhanced!);
                Manifest?.Add(written, options);
                yield return before is null || written.Failure is not null ? written : written with { Pictures = PhotoPictures.Of(before, enhanced!) };
            }
        }
        finally
        {
            // Whoever stops taking results stops the stages before.
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading, making).ConfigureAwait(false);
        }

        // A stage that was cancelled ends as one that is done.
        cancel.ThrowIfCancellationRequested();
    }

    private (EnhancedPhoto? Enhanced, PhotoOutcome? Failed) EnhancePhoto(PlannedPicture picture, Photo photo, CancellationToken cancel)
    {
        try
        {
            return (enhancer.Enhance(photo, options, cancel: cancel), null);
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return (null, new PhotoOutcome(picture, null, $"'{picture.Input}' cannot be enhanced. {e.Message}"));
        }
    }

    // Read and written as it goes: no video is in memory whole.
    private async Task<PhotoOutcome> EnhanceVideo(PlannedPicture picture, CancellationToken cancel)
    {
        try
        {
            var video = await new VideoEnhancer(enhancer, options) { Strip = Strip }.EnhanceAsync(picture.Input, picture.Output, VideoProgress, cancel).ConfigureAwait(false);
            return new PhotoOutcome(picture, new FaceReport(video.Width, video.Height, video.Faces, new EnhanceTimes(default, video.Restoring, default, default)), null) { Note = video.LeftOut };
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return new PhotoOutcome(picture, null, e.Message);
        }
    }

    private (Photo? Photo, PhotoOutcome? Failed) Read(PlannedPicture picture)
    {
        try
        {
            if (picture.Input != OutputPlan.StandardStream)
            {
                return (PhotoFile.Load(picture.Input), null);
            }

            using var bytes = new MemoryStream();
            using (var input = StandardInput())
            {
                input.CopyTo(bytes);
            }

            return (PhotoFile.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), "standard input"), null);
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return (null, new PhotoOutcome(picture, null, e.Message));
        }
    }

    private PhotoOutcome Write(PlannedPicture picture, EnhancedPhoto enhanced)
    {
        try
        {
            if (picture.Output == OutputPlan.StandardStream)
            {
                using var output = StandardOutput();
                output.Write(PhotoFile.Encode(enhanced.Photo, Format ?? enhanced.Photo.Metadata.Format, Strip, "standard output"));
            }
            else
            {
                PhotoFile.Save(enhanced.Photo, picture.Output, Strip);
            }

            return new PhotoOutcome(picture, FaceReport.Of(enhanced), null);
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return new PhotoOutcome(picture, null, $"The result of '{picture.Input}' is lost. {e.Message}");
        }
        catch (IOException e)
        {
            return new PhotoOutcome(picture, null, $"The result of '{picture.Input}' did not go to standard output: {e.Message}");
        }
    }
}

/// <summary>What is told of an enhanced photograph once its pixels are gone.</summary>
/// <param name="Width">Of the result, in pixels.</param>
public sealed record FaceReport(int Width, int Height, IReadOnlyList<FaceOutcome> Faces, EnhanceTimes Times)
{
    public static FaceReport Of(EnhancedPhoto enhanced)
    {
        ArgumentNullException.ThrowIfNull(enhanced);
        return new FaceReport(enhanced.Photo.Width, enhanced.Photo.Height, enhanced.Faces, enhanced.Times);
    }

    public int Restored => Faces.Count(face => face.Model is not null);
}
