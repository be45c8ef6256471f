using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Batch;

/// <summary>What became of one picture of a plan.</summary>
/// <param name="BroughtFrom">The picture's size, if it was not the model's and was brought to it.</param>
/// <param name="Failure">Why there is no result, in one line; null if it is written.</param>
public sealed record UpscaledPicture(PlannedPicture Picture, PixelSize? BroughtFrom, string? Failure)
{
    /// <summary>What the picture's file holds besides, and was left out.</summary>
    public PictureRest Rest { get; init; }
}

/// <summary>
/// Enlarges the pictures of a plan, several at a time. A crop of another size is brought to the model's: its largest
/// central part of the model's shape, by antialiased bicubic resizing.
/// </summary>
/// <remarks>A model that needs a guide is shown <see cref="Reference"/> beside every face.</remarks>
public sealed class BatchUpscaler(FaceRestorer restorer)
{
    /// <summary>Faces that go through the network at a time.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>A photograph of the person that all faces show, of the guide's size (<see cref="Fit"/>); null for a model without a guide.</summary>
    public Image? Reference { get; init; }

    /// <summary>Where a picture named "-" is read from.</summary>
    public Func<Stream> StandardInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Where a result named "-" is written to, as PNG.</summary>
    public Func<Stream> StandardOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Reads, enlarges and writes as the results are taken, which come in the plan's order.</summary>
    /// <remarks>A picture that cannot be read or written fails alone.</remarks>
    /// <exception cref="RevisageException">The network itself fails.</exception>
    /// <exception cref="MissingComponentException">A native library is not installed.</exception>
    public IEnumerable<UpscaledPicture> Run(OutputPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var planned in plan.Pictures.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var crops = planned.Select(Read).ToList();
            var faces = new Queue<Image>(Restore([.. crops.Select(crop => crop.Face).OfType<Image>()], cancellation));
            foreach (var crop in crops)
            {
                yield return crop.Face is null ? crop.Picture : Write(crop.Picture, faces.Dequeue());
            }
        }
    }

    /// <summary>The largest central part of the shape that is wanted, brought to the size by antialiased bicubic resizing.</summary>
    public static Image Fit(Image image, PixelSize wanted)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new PixelSize(image.Width, image.Height) == wanted ? image
            : PillowResize.Resize(CentralPart(image, wanted), wanted.Width, wanted.Height, ResampleFilter.Bicubic);
    }

    private IReadOnlyList<Image> Restore(IReadOnlyList<Image> faces, CancellationToken cancellation) => Reference is { } reference
        ? restorer.Restore(faces, [.. Enumerable.Repeat(reference, faces.Count)], cancellation)
        : restorer.Restore(faces, cancellation);

    private (UpscaledPicture Picture, Image? Face) Read(PlannedPicture planned)
    {
        try
        {
            PictureRest rest;
            var image = planned.Input == OutputPlan.StandardStream ? Decode(StandardInput(), out rest) : ImageFile.Load(planned.Input, out rest);
            var size = new PixelSize(image.Width, image.Height);
            var wanted = restorer.Card.Input;
            return (new(planned, size == wanted ? null : size, null) { Rest = rest }, Fit(image, wanted));
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return (new(planned, null, e.Message), null);
        }
    }

    private UpscaledPicture Write(UpscaledPicture picture, Image face)
    {
        try
        {
            if (picture.Picture.Output == OutputPlan.StandardStream)
            {
                using var output = StandardOutput();
                output.Write(ImageFile.EncodePng(face));
            }
            else
            {
                ImageFile.Save(face, picture.Picture.Output);
            }

            return picture;
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            return picture with { Failure = $"The result of '{picture.Picture.Input}' is lost. {e.Message}" };
        }
        catch (IOException e)
        {
            return picture with { Failure = $"The result of '{picture.Picture.Input}' did not go to standard output: {e.Message}" };
        }
    }

    private static Image Decode(Stream input, out PictureRest rest)
    {
        using var bytes = new MemoryStream();
        using (input)
        {
            input.CopyTo(bytes);
        }

        return ImageFile.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), "standard input", out rest);
    }

    // The largest part with the shape that is wanted; of a square model, the central square.
    private static Image CentralPart(Image image, PixelSize shape)
    {
        var width = (int)Math.Clamp(Math.Round((double)image.Height * shape.Width / shape.Height), 1, image.Width);
        var height = (int)Math.Clamp(Math.Round((double)image.Width * shape.Height / shape.Width), 1, image.Height);
        return image.Crop((image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }
}
