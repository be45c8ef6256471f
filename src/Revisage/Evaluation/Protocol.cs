using Revisage.Imaging;

namespace Revisage.Evaluation;

/// <summary>How the pairs of a comparison are made; figures compare only within one protocol.</summary>
/// <param name="Scale">HR side over LR side.</param>
/// <param name="Hr">Side of the large face in pixels.</param>
/// <param name="Degradation">Pillow's filter, antialiased and rounded to 8 bits after each pass, that makes LR from HR.</param>
/// <param name="Border">Pixels left out on each side when images are compared.</param>
public sealed record Protocol(string Name, int Scale, int Hr, ResampleFilter Degradation, int Border)
{
    /// <summary>
    /// 16 to 128: HR is the central square, a larger one brought to 128 by antialiased bicubic (a = -0.5); LR is
    /// 16x16 by the same; metrics on 8-bit RGB without cutting a border.
    /// </summary>
    public static Protocol Revisage8x { get; } = new("revisage-8x", Scale: 8, Hr: 128, ResampleFilter.Bicubic, Border: 0);

    /// <summary>
    /// The same on the faces of which there is another photograph of the same person (<see cref="FaceSet.Guided"/>), which is made
    /// to 128 as HR is and shown to the models that want a guide.
    /// </summary>
    public static Protocol Revisage8xGuided { get; } = Revisage8x with { Name = "revisage-8x-guided", Guided = true };

    public static IReadOnlyList<Protocol> All { get; } = [Revisage8x, Revisage8xGuided];

    /// <summary>Whether only faces are compared that have a guide.</summary>
    public bool Guided { get; private init; }

    /// <summary>Side of the small face in pixels.</summary>
    public int Lr => Hr / Scale;

    /// <exception cref="RevisageException">No protocol has that name.</exception>
    public static Protocol Named(string name) =>
        All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new RevisageException($"There is no protocol '{name}'. Choose from: {string.Join(", ", All.Select(protocol => protocol.Name))}.");

    /// <summary>Reads a face: <see cref="Lr"/> x <see cref="Lr"/> and <see cref="Hr"/> x <see cref="Hr"/>.</summary>
    /// <exception cref="RevisageException">The file cannot be read, or its face is smaller than <see cref="Hr"/>.</exception>
    public (Image Lr, Image Hr) MakePair(FaceImage face)
    {
        ArgumentNullException.ThrowIfNull(face);
        var file = ImageFile.Load(face.Path);
        var side = face.Hr ?? Math.Min(file.Width, file.Height);
        if (side > Math.Min(file.Width, file.Height))
            throw new RevisageException($"'{face.Path}' is {file.Width}x{file.Height}, but its index gives it a face of {side} pixels. Mend the index.");
        if (side < Hr)
            throw new RevisageException($"'{face.Path}' has a face of {side} pixels, but {Name} compares at {Hr}. Leave it out: an enlarged one is no ground truth.");

        return MakePair(file.CentralSquare(side));
    }

    /// <summary>As <see cref="MakePair(FaceImage)"/>, of a square that is in memory.</summary>
    /// <param name="square">At least <see cref="Hr"/> pixels a side.</param>
    public (Image Lr, Image Hr) MakePair(Image square)
    {
        ArgumentNullException.ThrowIfNull(square);
        var hr = PillowResize.Resize(square, Hr, Hr, ResampleFilter.Bicubic);
        return (PillowResize.Resize(hr, Lr, Lr, Degradation), hr);
    }
}
