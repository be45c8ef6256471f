using System.Numerics;
using Revisage.Data.Crops;
using Revisage.Data.Detection;
using Revisage.Data.GroundTruth;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Prepare;

/// <summary>A face ready for a set.</summary>
/// <param name="Thumbnail">Of the face without its margin.</param>
/// <param name="IsFree">As <see cref="SplitAssignment.IsFree"/> says.</param>
internal sealed record PreparedFace(FaceRecord Record, byte[] Picture, byte[]? Parsing, byte[] Thumbnail, bool IsFree);

/// <summary>What became of one picture.</summary>
internal sealed record PreparedPicture
{
    public List<PreparedFace> Faces { get; } = [];

    public List<SourceProblem> Rejected { get; } = [];

    public List<SourceProblem> Notes { get; } = [];
}

/// <summary>Makes faces of one picture after another. For one thread.</summary>
/// <param name="poor">Finds the points of poor faces; null where none are wanted.</param>
internal sealed class FacePreparer(PrepareOptions options, SplitAssignment splits, Func<IFaceFinder> openFinder, FaceParser? parser, PoorFaceAligner? poor) : IDisposable
{
    // High-to-Low's poor faces: 18 pixels are the fewest that show one, and at 64 its recipe's input is reached.
    private const double SmallFrom = 18, SmallTo = 64;

    private const double SmallContext = 1.3;

    // A picture no larger is a crop of a face and no photograph.
    private const int LargestPoorCrop = 300;

    // In a picture that was doubled twice, what dlib is less sure of is mostly none.
    private const double SmallScore = 0.3;

    // Over the landmarks' extent in a photograph, over a crop's sides. UTKFace's tight crops have jaws 0.15 outside; what
    // is farther out belongs elsewhere.
    private const float FarOutside = 0.25f;

    // At which faces show no blocks, and colour keeps its full size.
    private const int JpegQuality = 95;

    private const int SharpnessSide = 128;

    private readonly Lazy<IFaceFinder> finder = new(openFinder);

    /// <param name="faces">All that the listing has of this file.</param>
    /// <exception cref="MissingComponentException">A native library is not installed.</exception>
    public PreparedPicture Prepare(string set, IReadOnlyList<SourceFace> faces)
    {
        var result = new PreparedPicture();
        byte[] file;
        RgbPicture picture;
        try
        {
            file = PictureBytes.Read(faces[0].Path);
            var (width, height, rgb) = ImageFile.DecodeRgb24(file, faces[0].Path);
            picture = new RgbPicture(rgb, width, height);
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            result.Rejected.AddRange(faces.Select(face => new SourceProblem(face.Name, ProblemKind.Damaged, e.Message)));
            return result;
        }

        foreach (var face in faces)
        {
            var one = new Work(set, face, picture, result) { Several = faces.Count > 1 };
            if (face.Hr is not null)
            {
                Keep(one, file);
            }
            else if (options.LowQuality && Math.Max(picture.Width, picture.Height) <= LargestPoorCrop)
            {
                var side = Math.Max(picture.Width, picture.Height);
                CutPoor(one, face.Name, new FaceBox((picture.Width - side) / 2.0, (picture.Height - side) / 2.0, side, side));
            }
            else if (face.Box is { } box && !IsUsable(box, picture))
            {
                one.Reject(ProblemKind.BoxOutside, $"{box.Width:G4}x{box.Height:G4} at ({box.Left:G4}, {box.Top:G4}) in a picture of {picture.Width}x{picture.Height}");
            }
            else if (options.LowQuality)
            {
                CutSmall(one);
            }
            else
            {
                Cut(one);
            }
        }

        return result;
    }

    public void Dispose()
    {
        if (finder.IsValueCreated)
        {
            finder.Value.Dispose();
        }
    }

    /// <summary>A crop that somebody made already stays as it is, to the byte.</summary>
    private void Keep(Work work, byte[] file)
    {
        var (face, picture) = (work.Face, work.Picture);
        var side = Math.Min(picture.Width, picture.Height);
        var hr = face.Hr ?? side;
        if (hr < 1 || hr > side)
        {
            work.Reject(ProblemKind.OtherSize, $"the face should have {hr} pixels, but the picture is {picture.Width}x{picture.Height}");
            return;
        }

        var landmarks = face.Landmarks ?? (options.LowQuality ? null : FindInCrop(work, hr));
        if (IsOutside(work, landmarks))
        {
            return;
        }

        if (TryParse(work, landmarks, parsing => parsing.At(picture.Width, picture.Height), picture, out var parsing))
        {
            var bytes = PictureBytes.IsJpegOrPng(file) ? file : ImageFile.EncodePng(picture.ToImage());
            work.Add(Record(work, face.Name, picture.Width, picture.Height, hr, landmarks, parsing.Source), bytes, parsing.Map, picture);
        }
    }

    private Landmarks FindInCrop(Work work, int hr)
    {
        var picture = work.Picture;
        var centre = new FaceBox((picture.Width - hr) / 2.0, (picture.Height - hr) / 2.0, hr, hr);
        if (Detect(picture).Where(found => found.Box.Overlap(centre) > 0).MaxBy(found => found.Box.Width) is { } face)
        {
            return finder.Value.FindLandmarks(picture, face.Box);
        }

        work.Note(ProblemKind.WholeCrop, "the detector sees no face in it");
        return finder.Value.FindLandmarks(picture, centre);
    }

    private void Cut(Work work)
    {
        var (face, picture) = (work.Face, work.Picture);
        if (face.Landmarks is not null || face.Box is not null)
        {
            var landmarks = face.Landmarks ?? finder.Value.FindLandmarksIn(picture, face.Box!.Value);
            Cut(work, face.Name, face.Box ?? BoxOf(landmarks), landmarks);
            return;
        }

        var found = Detect(picture).OrderByDescending(one => one.Box.Width).ToArray();
        if (found.Length == 0 && options.Crop.Basis == CropBasis.Picture)
        {
            work.Note(ProblemKind.NoLandmarks, "the detector sees no face in it");
            Cut(work, face.Name, null, null);
        }
        else if (found.Length == 0)
        {
            work.Reject(ProblemKind.NoFace, $"in {picture.Width}x{picture.Height} pixels");
        }
        else if (options.Faces == FaceChoice.Largest)
        {
            if (found.Length > 1)
            {
                work.Note(ProblemKind.SeveralFaces, $"{found.Length} faces");
            }

            Cut(work, face.Name, found[0].Box, finder.Value.FindLandmarks(picture, found[0].Box));
        }
        else
        {
            EachNamed(work, found, (one, name) => Cut(work, name, one.Box, finder.Value.FindLandmarks(picture, one.Box)));
        }
    }

    // The picture's own name comes last, so that a set that has it has all.
    private static void EachNamed(Work work, FoundFace[] found, Action<FoundFace, string> take)
    {
        var name = work.Face.Name;
        work.Several = found.Length > 1;
        for (var i = 1; i < found.Length; i++)
        {
            take(found[i], $"{name}#{i + 1}");
        }

        take(found[0], name);
    }

    private void Cut(Work work, string name, FaceBox? box, Landmarks? landmarks)
    {
        var picture = work.Picture;
        if (IsOutside(work, landmarks, name))
        {
            return;
        }

        if (options.Crop.Plan(picture.Width, picture.Height, box, landmarks) is not { } plan)
        {
            work.Reject(ProblemKind.OtherSize, $"{picture.Width}x{picture.Height} is not what the crop '{options.Crop.Id}' is for", name);
            return;
        }

        var least = options.MinNativeShare * plan.Hr;
        if (plan.NativeSide < least)
        {
            work.Reject(ProblemKind.TooSmall, $"{plan.NativeSide:F0} pixels, but {least:F0} are wanted", name);
            return;
        }

        if (plan.Face.ShareOutside(picture.Width, picture.Height) is var outside && outside > options.MaxOutside)
        {
            work.Reject(ProblemKind.CutByBorder, $"{outside:P0} of it is outside", name);
            return;
        }

        var crop = plan.Cut(picture, options.Crop.Filter);
        if (options.MinSharpness is { } wanted && Sharpness(crop, plan.Hr) is var sharpness && sharpness < wanted)
        {
            work.Reject(ProblemKind.Blurred, $"sharpness {sharpness:F0}, but {wanted:F0} is wanted", name);
            return;
        }

        var moved = landmarks?.Transformed(plan.Transform);
        if (moved is not null && IsFarOutside(moved.Bounds(), FarOutside * plan.Width, FarOutside * plan.Height, plan.Width, plan.Height))
        {
            work.Reject(ProblemKind.LandmarksOutside, $"they reach far out of the crop of {plan.Width}x{plan.Height}", name);
            return;
        }

        if (TryParse(work, moved, parsing => parsing.Cut(plan, picture.Width, picture.Height), crop, out var parsing))
        {
            if (plan.Region.ShareOutside(picture.Width, picture.Height) > 0)
            {
                work.Note(ProblemKind.EdgeRepeated, $"{plan.Region.ShareOutside(picture.Width, picture.Height):P1} of the crop", name);
            }

            work.Add(Record(work, name, plan.Width, plan.Height, plan.Hr, moved, parsing.Source), ImageFile.EncodeJpeg(crop.ToImage(), JpegQuality), parsing.Map, crop);
        }
    }

    /// <summary>Small faces of a photograph, in its own pixels.</summary>
    private void CutSmall(Work work)
    {
        var (face, picture) = (work.Face, work.Picture);
        if (face.Box is { } given)
        {
            if (Math.Max(given.Width, given.Height) is var side and (< SmallFrom or > SmallTo))
            {
                work.Reject(side < SmallFrom ? ProblemKind.TooSmall : ProblemKind.NotSmall, $"{side:F0} pixels; {SmallFrom} to {SmallTo} are wanted");
                return;
            }

            CutPoor(work, face.Name, SquareAround(given));
            return;
        }

        var found = finder.Value.Detect(picture, 2)
            .Where(one => one.Score >= SmallScore && one.Box.Width is >= SmallFrom and <= SmallTo)
            .OrderByDescending(one => one.Box.Width)
            .ToArray();
        if (found.Length == 0)
        {
            work.Reject(ProblemKind.NoFace, $"none of {SmallFrom} to {SmallTo} pixels");
            return;
        }

        EachNamed(work, found, (one, name) => CutPoor(work, name, SquareAround(one.Box)));
    }

    private static FaceBox SquareAround(FaceBox box)
    {
        var side = SmallContext * Math.Max(box.Width, box.Height);
        return new FaceBox(box.Left + (box.Width - side) / 2, box.Top + (box.Height - side) / 2, side, side);
    }

    /// <summary>The face as good ones are cut, but pixel by pixel: to resize it would be to change what makes it poor.</summary>
    /// <param name="around">Where it is, roughly.</param>
    private void CutPoor(Work work, string name, FaceBox around)
    {
        var picture = work.Picture;
        if (poor!.FindIn(picture, around) is not { } landmarks)
        {
            work.Reject(ProblemKind.Unsure, $"in {picture.Width}x{picture.Height} pixels", name);
            return;
        }

        var plan = options.PoorCrop.Plan(picture.Width, picture.Height, null, landmarks)!;
        var (hr, face) = ((int)Math.Round(plan.Face.Width), plan.Face);
        if (hr < SmallFrom)
        {
            work.Reject(ProblemKind.TooSmall, $"{hr} pixels, but {SmallFrom} are wanted", name);
            return;
        }

        if (face.ShareOutside(picture.Width, picture.Height) is var outside && outside > options.MaxOutside)
        {
            work.Reject(ProblemKind.CutByBorder, $"{outside:P0} of it is outside", name);
            return;
        }

        // Without margin, of which tight crops have none.
        var (left, top) = ((int)Math.Round(face.Left), (int)Math.Round(face.Top));
        var crop = picture.Part(left, top, hr, hr);
        var moved = landmarks.Transformed(Matrix3x2.CreateTranslation(-left, -top));
        work.Add(Record(work, name, hr, hr, hr, moved, ParsingSource.None), ImageFile.EncodePng(crop.ToImage()), null, crop);
    }

    private IReadOnlyList<FoundFace> Detect(RgbPicture picture)
    {
        var found = finder.Value.Detect(picture, 0);
        return found.Count > 0 ? found : finder.Value.Detect(picture, 1);
    }

    private static bool IsOutside(Work work, Landmarks? landmarks, string? name = null)
    {
        if (landmarks is null)
        {
            return false;
        }

        var bounds = landmarks.Bounds();
        var extent = Math.Max(bounds.Max.X - bounds.Min.X, bounds.Max.Y - bounds.Min.Y);
        // Also for points that are not numbers, or all in one place.
        if (extent > 0 && float.IsFinite(extent) && !IsFarOutside(bounds, FarOutside * extent, FarOutside * extent, work.Picture.Width, work.Picture.Height))
        {
            return false;
        }

        work.Reject(
            ProblemKind.LandmarksOutside,
            $"({bounds.Min.X:F0}, {bounds.Min.Y:F0}) to ({bounds.Max.X:F0}, {bounds.Max.Y:F0}) in {work.Picture.Width}x{work.Picture.Height} pixels", name);
        return true;
    }

    private static bool IsFarOutside((Vector2 Min, Vector2 Max) bounds, float farX, float farY, int width, int height) =>
        bounds.Min.X < -farX || bounds.Min.Y < -farY || bounds.Max.X > width - 1 + farX || bounds.Max.Y > height - 1 + farY;

    private bool TryParse(
        Work work, Landmarks? landmarks, Func<SourceParsing, byte[]> cut, RgbPicture face, out (ParsingSource Source, byte[]? Map) parsing)
    {
        var (width, height) = (face.Width, face.Height);
        parsing = (ParsingSource.None, null);
        try
        {
            if (work.Face.Parsing.Count > 0)
            {
                parsing = (ParsingSource.Labels, IndexedPng.Encode(cut(SourceParsing.Load(work.Face.Parsing)), width, height));
            }
            else if (parser is not null && !options.LowQuality)
            {
                parsing = (ParsingSource.Network, IndexedPng.Encode(parser.Parse(face.ToImage()), width, height));
            }
            else if (landmarks is not null && !options.LowQuality)
            {
                parsing = (ParsingSource.Landmarks, IndexedPng.Encode(ParsingMaps.FromLandmarks(landmarks, width, height), width, height));
            }

            return true;
        }
        catch (RevisageException e) when (e is not MissingComponentException)
        {
            work.Reject(ProblemKind.DamagedParsing, e.Message);
            return false;
        }
    }

    private FaceRecord Record(Work work, string name, int width, int height, int hr, Landmarks? landmarks, ParsingSource parsing)
    {
        var face = work.Face;
        return new FaceRecord
        {
            Name = name,
            Set = work.Set,
            Split = splits.Of(work.Set, face),
            Width = width,
            Height = height,
            Hr = hr,
            Landmarks = landmarks,
            Parsing = parsing,
            Identity = SplitAssignment.IdentityOf(work.Set, face),
            Photograph = face.Photograph ?? (work.Several ? SplitAssignment.PhotographOf(name) : null),
            Age = face.Age,
            Gender = face.Gender,
            Ethnicity = face.Ethnicity,
        };
    }

    private static bool IsUsable(FaceBox box, RgbPicture picture) =>
        box.Width >= 2 && box.Height >= 2 && double.IsFinite(box.Width + box.Height + box.Left + box.Top)
        && box.ShareOutside(picture.Width, picture.Height) < 1;

    private static FaceBox BoxOf(Landmarks landmarks)
    {
        var (min, max) = landmarks.Bounds();
        return new FaceBox(min.X, min.Y, max.X - min.X + 1, max.Y - min.Y + 1);
    }

    private static double Sharpness(RgbPicture crop, int hr)
    {
        var face = crop.Part((crop.Width - hr) / 2, (crop.Height - hr) / 2, hr, hr).Resized(SharpnessSide, SharpnessSide, ResampleFilter.Bicubic).Rgb;
        var (sum, squares) = (0.0, 0.0);
        for (var y = 1; y < SharpnessSide - 1; y++)
        {
            for (var x = 1; x < SharpnessSide - 1; x++)
            {
                var at = y * SharpnessSide + x;
                var laplacian = Grey(at - 1) + Grey(at + 1) + Grey(at - SharpnessSide) + Grey(at + SharpnessSide) - 4 * Grey(at);
                (sum, squares) = (sum + laplacian, squares + laplacian * laplacian);
            }
        }

        const int count = (SharpnessSide - 2) * (SharpnessSide - 2);
        return squares / count - sum / count * (sum / count);

        // BT.601.
        double Grey(int pixel) => 0.299 * face[3 * pixel] + 0.587 * face[3 * pixel + 1] + 0.114 * face[3 * pixel + 2];
    }

    /// <summary>Of the face without its margin, since one source has a margin and another has none.</summary>
    public static byte[] ThumbnailOf(FaceRecord record, RgbPicture picture) =>
        PhotoThumbnail.Of(picture.Part((record.Width - record.Hr) / 2, (record.Height - record.Hr) / 2, record.Hr, record.Hr).Rgb, record.Hr, record.Hr);

    private sealed record Work(string Set, SourceFace Face, RgbPicture Picture, PreparedPicture Result)
    {
        /// <summary>Whether the picture gives several faces.</summary>
        public bool Several { get; set; }

        public void Reject(string kind, string detail, string? name = null) => Result.Rejected.Add(new SourceProblem(name ?? Face.Name, kind, detail));

        public void Note(string kind, string detail, string? name = null) => Result.Notes.Add(new SourceProblem(name ?? Face.Name, kind, detail));

        /// <param name="crop">The picture, decoded.</param>
        public void Add(FaceRecord record, byte[] picture, byte[]? parsing, RgbPicture crop) =>
            Result.Faces.Add(new PreparedFace(record, picture, parsing, ThumbnailOf(record, crop), !Several && SplitAssignment.IsFree(Face)));
    }
}
