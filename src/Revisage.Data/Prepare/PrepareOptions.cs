using Revisage.Data.Crops;

namespace Revisage.Data.Prepare;

/// <summary>Which faces of a photograph are taken where its dataset does not say.</summary>
public enum FaceChoice
{
    Largest,

    /// <summary>Every one; all but the largest get names that end in <c>#2</c>, <c>#3</c>.</summary>
    All,
}

/// <summary>How photographs become faces of a set.</summary>
public sealed record PrepareOptions
{
    public FaceCrop Crop { get; init; } = new AlignedCrop();

    public FaceChoice Faces { get; init; }

    /// <summary>
    /// The set of small or poor faces that High-to-Low learns from (Bulat 2018, section 3.6: all are cropped alike): of crops
    /// and of photographs' small faces the square that <see cref="PoorCrop"/> has, in the pixels that it has there.
    /// </summary>
    public bool LowQuality { get; init; }

    /// <summary>
    /// Of poor faces the square's side over the landmarks' larger extent. They come as tight crops: of those of Families in the Wild
    /// and UTKFace hardly one shows the 1.45 of good faces.
    /// </summary>
    public const double PoorExtent = 1.15;

    /// <summary>What poor faces are cut by, a crop that goes by landmarks; good ones are shown as close by <see cref="DataOptions.Zoom"/>.</summary>
    public FaceCrop PoorCrop { get; init; } = new AlignedCrop { Extent = PoorExtent };

    /// <summary>How photographs are cut, in words.</summary>
    public string CropDescription => LowQuality ? $"by the landmarks of a network, in the photographs' own pixels: {PoorCrop.Description}" : Crop.Description;

    /// <summary>Of the face's side; what the photograph shows smaller is rejected, since resizing would invent it.</summary>
    public double MinNativeShare { get; init; } = 0.7;

    /// <summary>Share of the face's square that may lie beyond the photograph's border.</summary>
    public double MaxOutside { get; init; } = 0.1;

    /// <summary>
    /// Faces less sharp are rejected: variance of the Laplacian of the face at 128 pixels, grey levels squared. LFW's
    /// have 63 and more, enlarged and unfocused ones 50 and less (5th and 95th percentile). Null keeps all.
    /// </summary>
    public double? MinSharpness { get; init; }

    /// <summary>Share of identities, or of photographs that name none, that validate where there is no official partition.</summary>
    public double ValShare { get; init; } = 0.04;

    /// <summary>Decides which ones those are.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The set is the same for any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
