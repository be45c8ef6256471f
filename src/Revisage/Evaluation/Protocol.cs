using Revisage.Degradations;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Metrics;

namespace Revisage.Evaluation;

/// <summary>What a paper's headline figures are of.</summary>
public enum Colours
{
    Rgb,

    /// <summary>BT.601 luma, 16 to 235.</summary>
    Luma,
}

/// <summary>How the pairs of a comparison are made; figures compare only within one protocol.</summary>
/// <param name="Scale">HR side over LR side; 1 where nothing is enlarged.</param>
/// <param name="Hr">Side of the large face in pixels; 0 for that of each file.</param>
/// <param name="Degradation">What makes LR from HR, 8 bits a value.</param>
/// <param name="Border">Pixels left out on each side when images are compared.</param>
public sealed record Protocol(string Name, int Scale, int Hr, ShrinkMethod Degradation, int Border)
{
    /// <summary>
    /// 16 to 128: HR is the central square, a larger one brought to 128 by antialiased bicubic (a = -0.5); LR is
    /// 16x16 by the same; metrics on 8-bit RGB without cutting a border.
    /// </summary>
    public static Protocol Revisage8x { get; } = new("revisage-8x", Scale: 8, Hr: 128, ShrinkMethod.Bicubic, Border: 0)
    {
        Source = "this project's own tables",
    };

    /// <summary>
    /// The same on the faces of which there is another photograph of the same person (<see cref="FaceSet.Guided"/>), which is made
    /// to 128 as HR is and shown to the models that want a guide.
    /// </summary>
    public static Protocol Revisage8xGuided { get; } = Revisage8x with { Name = "revisage-8x-guided", Guided = true };

    /// <summary>
    /// As <see cref="Revisage8xGuided"/> on the same faces, but each is shown the guide of somebody else: what a guided model must not
    /// follow.
    /// </summary>
    public static Protocol Revisage8xStranger { get; } = Revisage8xGuided with { Name = "revisage-8x-stranger", Misguided = true };

    /// <summary>
    /// 16 to 128, the small faces with a photograph's faults, drawn by each file's name: <see cref="Degradations.Photograph"/> at its defaults,
    /// but for clean ones.
    /// </summary>
    public static Protocol Photograph8x { get; } = Revisage8x with { Name = "photograph-8x", Faults = new PhotographOptions { Clean = 0 } };

    /// <summary>32 to 128, likewise.</summary>
    public static Protocol Photograph4x { get; } = Photograph8x with { Name = "photograph-4x", Scale = 4 };

    /// <summary>64 to 128, likewise.</summary>
    public static Protocol Photograph2x { get; } = Photograph8x with { Name = "photograph-2x", Scale = 2 };

    /// <summary>64 to 128 by Pillow's bilinear, where real poor faces differ from shrunk ones: the sizes of <c>low-to-high.compact</c>.</summary>
    public static Protocol Revisage2x { get; } = Revisage8x with { Name = "revisage-2x", Scale = 2, Degradation = ShrinkMethod.Bilinear };

    /// <summary>
    /// Kim 2019, tables 1 to 3, on aligned faces: bilinear halves from 128 to 16, RGB; PSNR by batches of 16 and the authors' MS-SSIM
    /// are what their code prints.
    /// </summary>
    public static Protocol Progressive { get; } = new("progressive", Scale: 8, Hr: 128, ShrinkMethod.BilinearChain, Border: 0)
    {
        Source = "Kim 2019, tables 1 to 3 (aligned)",
        HrFilter = ResampleFilter.Bilinear,
    };

    /// <summary>Dogan 2019, its table on VggFace2 and WebFace: 32 to 256 by MATLAB's bicubic, with a guide, RGB.</summary>
    public static Protocol Gwainet { get; } = new("gwainet", Scale: 8, Hr: 256, ShrinkMethod.Matlab, Border: 0)
    {
        Source = "Dogan 2019, VggFace2 and WebFace",
        Guided = true,
    };

    /// <summary>Bulat 2018, table 1's PSNR: 16 to 64 by bilinear, RGB.</summary>
    public static Protocol HighToLow { get; } = new("high-to-low", Scale: 4, Hr: 64, ShrinkMethod.Bilinear, Border: 0)
    {
        Source = "Bulat 2018, table 1 (PSNR)",
    };

    /// <summary>W-Net 2024, tables at 4x: 32 to 128 by Pillow's bicubic, luma, a border of the scale cut (DIC's protocol).</summary>
    public static Protocol WNet4x { get; } = new("wnet-4x", Scale: 4, Hr: 128, ShrinkMethod.Bicubic, Border: 4)
    {
        Source = "W-Net 2024, 4x (DIC's protocol)",
        Headline = Colours.Luma,
    };

    /// <inheritdoc cref="WNet4x"/>
    public static Protocol WNet8x { get; } = WNet4x with { Name = "wnet-8x", Scale = 8, Border = 8, Source = "W-Net 2024, 8x (DIC's protocol)" };

    /// <summary>
    /// Yu 2018, tables 1 to 3: small faces of 16 pixels that are turned by up to 45 degrees, scaled by 0.8 to 1 and moved by up to 5 %
    /// (<see cref="UnalignedOptions"/>), against upright ones of 128, RGB. Methods that take upright faces are shown them as
    /// an aligner sets them (<see cref="Upscaler.SetUpright"/>).
    /// </summary>
    public static Protocol Mtun { get; } = new("mtun", Scale: 8, Hr: 128, ShrinkMethod.Bicubic, Border: 0)
    {
        Source = "Yu 2018, tables 1 to 3",
        Placement = new UnalignedOptions(),
    };

    /// <summary>The same placements among what the files show around the faces, as users' crops do, in the place of black.</summary>
    public static Protocol MtunMargin { get; } = Mtun with
    {
        Name = "mtun-margin",
        Source = "this project's own, after Yu 2018",
        Placement = new UnalignedOptions { Outside = UnalignedOutside.Margin },
    };

    /// <summary>Results that are there already against the true pictures of the same names, both as they are.</summary>
    public static Protocol Files { get; } = new("files", Scale: 1, Hr: 0, ShrinkMethod.Bicubic, Border: 0) { Source = "pictures as they are" };

    public static IReadOnlyList<Protocol> All { get; } = [Revisage8x, Revisage8xGuided, Revisage8xStranger, Revisage2x, Photograph8x, Photograph4x, Photograph2x, Progressive, Gwainet, HighToLow, WNet4x, WNet8x, Mtun, MtunMargin, Files];

    /// <summary>Whose tables it is for.</summary>
    public required string Source { get; init; }

    /// <summary>What brings a larger square to <see cref="Hr"/>, antialiased.</summary>
    public ResampleFilter HrFilter { get; private init; } = ResampleFilter.Bicubic;

    /// <summary>Whether only faces are compared that have a guide.</summary>
    public bool Guided { get; private init; }

    /// <summary>How far the small faces are out of place, each by a placement that follows from its file's name; null for upright ones.</summary>
    public UnalignedOptions? Placement { get; private init; }

    public bool Unaligned => Placement is not null;

    /// <summary>Whether each of these faces is shown somebody else's guide.</summary>
    public bool Misguided { get; private init; }

    /// <summary>What the small faces went through, each as follows from its file's name; null where they are only shrunk.</summary>
    public PhotographOptions? Faults { get; private init; }

    /// <summary>What the tables' PSNR and SSIM are of; the other is measured too.</summary>
    public Colours Headline { get; private init; }

    /// <summary>Side of the small face in pixels.</summary>
    public int Lr => Hr / Scale;

    /// <summary>Whether pictures are compared as they are, and none is made small.</summary>
    public bool ComparesFiles => Hr == 0;

    /// <summary>By what models are ordered.</summary>
    public Metric HeadlineMetric => Headline == Colours.Luma ? Metric.PsnrY : Metric.Psnr;

    /// <summary>As files name the degradation: "bicubic", "bilinear-chain".</summary>
    internal string DegradationName => Faults is not null ? "photograph" : Degradation == ShrinkMethod.BilinearChain ? "bilinear-chain" : Degradation.ToString().ToLowerInvariant();

    /// <exception cref="UsageException">No protocol has that name.</exception>
    public static Protocol Named(string name) =>
        All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new UsageException($"There is no protocol '{name}'.{Spelling.Hint(name, All.Select(protocol => protocol.Name))} Choose from: {string.Join(", ", All.Select(protocol => protocol.Name))}.");

    /// <summary>One line for people: sizes, what made the small faces, colours, border.</summary>
    public string Describe() => ComparesFiles
        ? $"pictures as they are, {ColoursAndBorder}"
        : $"central squares, {Lr} to {Hr} pixels ({Scale}x), small faces by {DegradationName}{(Misguided ? ", with strangers' guides" : Guided ? ", with guides" : "")}{(Placement is null ? "" : Placement.Outside == UnalignedOutside.Margin ? ", out of place in their margins" : ", out of place")}, {ColoursAndBorder}";

    private string ColoursAndBorder => $"PSNR and SSIM of {(Headline == Colours.Luma ? "luma" : "RGB")}, {(Border == 0 ? "no border cut" : $"{Border} pixels of border cut")}";

    /// <summary>Whether a face is large enough, as far as its index tells.</summary>
    public bool Takes(FaceImage face)
    {
        ArgumentNullException.ThrowIfNull(face);
        return face.Hr is not { } side || side >= Hr;
    }

    /// <summary>Reads a face: <see cref="Lr"/> x <see cref="Lr"/> and <see cref="Hr"/> x <see cref="Hr"/>.</summary>
    /// <exception cref="RevisageException">The file cannot be read, or its face is smaller than <see cref="Hr"/>.</exception>
    public (Image Lr, Image Hr) MakePair(FaceImage face)
    {
        ArgumentNullException.ThrowIfNull(face);
        var file = ImageFile.Load(face.Path);
        if (ComparesFiles)
        {
            return Math.Min(file.Width, file.Height) >= MsSsim.SmallestSide ? (file, file) : throw new RevisageException(
                $"'{face.Path}' is {file.Width}x{file.Height}, but metrics look at {MsSsim.SmallestSide} pixels a side or more. Leave it out.");
        }

        var side = SideOf(face, file);
        if (side > Math.Min(file.Width, file.Height))
            throw new RevisageException($"'{face.Path}' is {file.Width}x{file.Height}, but its index gives it a face of {side} pixels. Mend the index.");
        if (side < Hr)
            throw new RevisageException($"'{face.Path}' has a face of {side} pixels, but {Name} compares at {Hr}. Leave it out: an enlarged one is no ground truth.");

        var hr = PillowResize.Resize(file.CentralSquare(side), Hr, Hr, HrFilter);
        return (MakeSmall(hr, face, file), hr);
    }

    /// <summary>The large face of <see cref="MakePair(FaceImage)"/> alone.</summary>
    /// <inheritdoc cref="MakePair(FaceImage)"/>
    public Image MakeLarge(FaceImage face) => (this with { Placement = null }).MakePair(face).Hr;

    /// <summary>As <see cref="MakePair(FaceImage)"/>, of an upright square that is in memory.</summary>
    /// <param name="square">At least <see cref="Hr"/> pixels a side.</param>
    public (Image Lr, Image Hr) MakePair(Image square)
    {
        ArgumentNullException.ThrowIfNull(square);
        var hr = PillowResize.Resize(square, Hr, Hr, HrFilter);
        return (RgbPicture.Of(hr).Shrunk(Lr, Lr, Degradation).ToImage(), hr);
    }

    /// <summary>Makes a face of <see cref="Hr"/> pixels small, as the pair of <paramref name="face"/> is made.</summary>
    public Image MakeSmall(Image hr, FaceImage face)
    {
        ArgumentNullException.ThrowIfNull(hr);
        ArgumentNullException.ThrowIfNull(face);
        return MakeSmall(hr, face, file: null);
    }

    /// <param name="file">That of the face; null to read it where it is needed.</param>
    private Image MakeSmall(Image hr, FaceImage face, Image? file)
    {
        var picture = RgbPicture.Of(hr);
        if (Placement is { } options)
        {
            var random = new SampleRandom(seed: 1, NumberOf(Path.GetFileName(face.Path)));
            var placement = UnalignedPlacement.Draw(ref random, options);
            var around = options.Outside == UnalignedOutside.Margin ? WithMargin(hr, face, file ?? ImageFile.Load(face.Path)) : picture;
            picture = placement.Apply(around, Hr, options.Outside);
        }

        if (Faults is { } faults)
        {
            var random = new SampleRandom(seed: 1, NumberOf(Path.GetFileName(face.Path)));
            return new Photograph(faults, Lr).Apply(picture, ref random).ToImage();
        }

        return picture.Shrunk(Lr, Lr, Degradation).ToImage();
    }

    /// <summary>A large face among what its file shows around it, at the same scale and as much on each side.</summary>
    private RgbPicture WithMargin(Image hr, FaceImage face, Image file)
    {
        var side = SideOf(face, file);
        var (left, top) = ((file.Width - side) / 2, (file.Height - side) / 2);
        var margin = Math.Min(left, top) * Hr / side;
        var (whole, inFile) = (Hr + 2 * margin, (double)margin * side / Hr);
        var rgb = new byte[3 * whole * whole];
        PillowResize.Resize(
            file.ToRgb24(), file.Width, file.Height, (left - inFile, top - inFile, side + 2 * inFile, side + 2 * inFile), rgb, whole, whole, HrFilter);
        var face24 = hr.ToRgb24();
        for (var y = 0; y < Hr; y++)
        {
            face24.AsSpan(3 * y * Hr, 3 * Hr).CopyTo(rgb.AsSpan(3 * ((margin + y) * whole + margin)));
        }

        return new RgbPicture(rgb, whole, whole);
    }

    private static int SideOf(FaceImage face, Image file) => face.Hr ?? Math.Min(file.Width, file.Height);

    // FNV-1a: the same everywhere and for ever, as string.GetHashCode is not.
    private static long NumberOf(string name) => name.Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619);
}
