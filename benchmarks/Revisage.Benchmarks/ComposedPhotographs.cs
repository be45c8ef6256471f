using System.Globalization;
using Revisage.Evaluation;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Photographs;
using Revisage.Restoration;

namespace Revisage.Benchmarks;

/// <summary>
/// Whole photographs whose truth is known: test faces of 12 to 60 pixels in a photograph's blurred scenery, compressed at quality 80. What
/// <see cref="PhotoEnhancer"/> makes of them at scale 2 beside bicubic enlargement, in the faces' squares, by size.
/// </summary>
internal static class ComposedPhotographs
{
    private const int Width = 640, Height = 480;
    private const int Quality = 80;
    private const int Scale = 2;
    private const int ColumnsOfFaces = 5, RowsOfFaces = 4;

    // Sides of a face's square over its box from forehead to chin, about: a box of 12 pixels is a square of 16.
    private static readonly (int From, int To)[] Bands = [(12, 24), (24, 40), (40, 60)];

    /// <param name="faces">A folder of aligned faces with an index.</param>
    /// <param name="scenery">A folder of photographs, which are blurred until they show no face.</param>
    public static IEnumerable<string> Measure(string faces, string scenery, int photographs)
    {
        var test = FaceSet.Open(faces).ToReportOn().Faces.Where(face => face.Set is "lfw" or "celebamask" or "aaf").ToArray();
        var grounds = Directory.GetFiles(scenery).Where(ImageFile.LooksReadable).Order(StringComparer.Ordinal).ToArray();
        using var enhancer = PhotoEnhancer.Open();
        using var identity = IdentityEncoder.Open(ModelStore.Default.Find("identity-eval"));
        var results = new List<(double Box, Score Bicubic, Score Enhanced, bool Restored, double Seam, double Inside)>();
        var (outside, found) = (0.0, 0);
        for (var i = 0; i < photographs; i++)
        {
            var (truth, squares) = Compose(test, grounds[i % grounds.Length], i);
            var small = PillowResize.Resize(truth, Width, Height, ResampleFilter.Bicubic);
            var given = PhotoFile.Decode(ImageFile.EncodeJpeg(small, Quality), "the photograph");
            var enhanced = enhancer.Enhance(given, new EnhanceOptions { Scale = Scale });
            var result = enhanced.Photo.Region(new PixelBox(0, 0, Scale * Width, Scale * Height));
            var bicubic = PillowResize.Resize(given.Region(new PixelBox(0, 0, Width, Height)), Scale * Width, Scale * Height, ResampleFilter.Bicubic);
            var plain = given.Resized(Scale * Width, Scale * Height).Region(new PixelBox(0, 0, Scale * Width, Scale * Height));
            outside = Math.Max(outside, Outside(plain, result, squares));
            foreach (var square in squares)
            {
                var face = truth.Crop(square.Left, square.Top, square.Width, square.Height);
                var (before, after) = (bicubic.Crop(square.Left, square.Top, square.Width, square.Height), result.Crop(square.Left, square.Top, square.Width, square.Height));
                var restored = enhanced.Faces.Any(outcome => outcome.Model is not null && Near(outcome.Face.Found.Box, square));
                found += restored ? 1 : 0;
                results.Add((square.Width / (double)Scale / 1.33, Score.Of(face, before, identity), Score.Of(face, after, identity), restored, Change(plain, result, square, border: true), Change(plain, result, square, border: false)));
            }
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"{photographs} photographs of {Width}x{Height}, {results.Count} faces, {found} restored; models {string.Join(", ", enhancer.Models.Models.Select(model => model.Name))}");
        yield return "box of        faces restored   PSNR bicubic, enhanced, gain   SSIM bicubic, enhanced   identity bicubic, enhanced";
        foreach (var (from, to) in Bands)
        {
            var band = results.Where(face => face.Box >= from && face.Box < to).ToArray();
            if (band.Length > 0)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{from} to {to} px {band.Length,6} {band.Count(face => face.Restored),8}   {band.Average(face => face.Bicubic.Psnr):0.00} {band.Average(face => face.Enhanced.Psnr):0.00} {band.Average(face => face.Enhanced.Psnr - face.Bicubic.Psnr):+0.00;-0.00}   {band.Average(face => face.Bicubic.Ssim):0.000} {band.Average(face => face.Enhanced.Ssim):0.000}   {band.Average(face => face.Bicubic.Identity):0.000} {band.Average(face => face.Enhanced.Identity):0.000}");
            }
        }

        yield return string.Create(CultureInfo.InvariantCulture,
            $"mean step of what was changed, across the squares' borders {results.Average(face => face.Seam):0.0000}, inside {results.Average(face => face.Inside):0.0000}; largest change away from faces {outside:0.0000}");
    }

    private sealed record Score(double Psnr, double Ssim, double Identity)
    {
        public static Score Of(Image truth, Image made, IdentityEncoder identity)
        {
            var (a, b) = (Planes.Of(truth), Planes.Of(made));
            var embedded = identity.Embed([truth, made]);
            return new Score(Metrics.Psnr.OfRgb(a, b), Metrics.Ssim.OfRgb(a, b), CosineSimilarity.Cosine(embedded[0], embedded[1]));
        }
    }

    /// <summary>The truth at <see cref="Scale"/>, and the faces' squares in it.</summary>
    private static (Image Truth, IReadOnlyList<PixelBox> Squares) Compose(FaceImage[] faces, string ground, int index)
    {
        var (width, height) = (Scale * Width, Scale * Height);
        // Shrunk until nothing of it is a face.
        var truth = PillowResize.Resize(PillowResize.Resize(ImageFile.Load(ground), 16, 12, ResampleFilter.Bicubic), width, height, ResampleFilter.Bicubic);
        var random = new SampleRandom(7, index);
        var squares = new List<PixelBox>();
        for (var cell = 0; cell < ColumnsOfFaces * RowsOfFaces; cell++)
        {
            var face = faces[random.Next(0, faces.Length - 1)];
            // Of the box; the crop around it shows a third more, and the file an eighth of margin on each side.
            var box = Bands[0].From * Math.Pow((double)(Bands[^1].To - 1) / Bands[0].From, random.NextDouble());
            var side = 2 * (int)Math.Round(Scale * box * 1.33 / 2);
            var file = ImageFile.Load(face.Path);
            var whole = (int)Math.Round((double)side * file.Width / (face.Hr ?? file.Width));
            var scaled = PillowResize.Resize(file, whole, whole, ResampleFilter.Bicubic);
            var (left, top) = (width / ColumnsOfFaces * (cell % ColumnsOfFaces) + random.Next(0, width / ColumnsOfFaces - whole), height / RowsOfFaces * (cell / ColumnsOfFaces) + random.Next(0, height / RowsOfFaces - whole));
            Lay(truth, scaled, left, top);
            squares.Add(new PixelBox(left + (whole - side) / 2, top + (whole - side) / 2, side, side));
        }

        return (truth, squares);
    }

    // An oval that fades.
    private static void Lay(Image ground, Image face, int left, int top)
    {
        for (var y = 0; y < face.Height; y++)
        {
            for (var x = 0; x < face.Width; x++)
            {
                var away = Math.Sqrt(Math.Pow(2 * (x + 0.5) / face.Width - 1, 2) + Math.Pow(2 * (y + 0.5) / face.Height - 1, 2));
                var share = (float)Math.Clamp((1 - away) / 0.1, 0, 1);
                for (var colour = 0; colour < 3; colour++)
                {
                    ref var pixel = ref ground.Pixels[(colour * ground.Height + top + y) * ground.Width + left + x];
                    pixel += share * (face.Pixels[(colour * face.Height + y) * face.Width + x] - pixel);
                }
            }
        }
    }

    private static bool Near(FaceBox box, PixelBox square) =>
        Math.Abs(Scale * box.CentreX - square.Left - square.Width / 2.0) < square.Width / 4.0 && Math.Abs(Scale * box.CentreY - square.Top - square.Height / 2.0) < square.Height / 3.0;

    /// <summary>How much what was changed differs between neighbours: across the square's border, or inside it.</summary>
    private static double Change(Image plain, Image result, PixelBox square, bool border)
    {
        var (sum, count) = (0.0, 0);
        for (var y = square.Top; y < square.Top + square.Height; y++)
        {
            for (var x = square.Left; x < square.Left + square.Width; x++)
            {
                var isBorder = x < square.Left + 2 || x >= square.Left + square.Width - 2;
                if (isBorder != border || x + 1 >= plain.Width)
                {
                    continue;
                }

                for (var colour = 0; colour < 3; colour++)
                {
                    var at = (colour * plain.Height + y) * plain.Width + x;
                    sum += Math.Abs(result.Pixels[at + 1] - plain.Pixels[at + 1] - (result.Pixels[at] - plain.Pixels[at]));
                    count++;
                }
            }
        }

        return sum / count;
    }

    /// <summary>The largest change of a pixel that is in no face's surroundings.</summary>
    private static double Outside(Image plain, Image result, IReadOnlyList<PixelBox> squares)
    {
        var largest = 0.0;
        for (var y = 0; y < plain.Height; y++)
        {
            for (var x = 0; x < plain.Width; x++)
            {
                if (squares.Any(square => x >= square.Left - square.Width / 3 && x < square.Left + square.Width * 4 / 3 && y >= square.Top - square.Height / 3 && y < square.Top + square.Height * 4 / 3))
                {
                    continue;
                }

                for (var colour = 0; colour < 3; colour++)
                {
                    var at = (colour * plain.Height + y) * plain.Width + x;
                    largest = Math.Max(largest, Math.Abs(result.Pixels[at] - plain.Pixels[at]));
                }
            }
        }

        return largest;
    }
}
