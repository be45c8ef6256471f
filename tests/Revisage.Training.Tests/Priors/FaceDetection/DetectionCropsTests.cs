using System.Numerics;
using Revisage.Data;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Priors.FaceDetection;

namespace Revisage.Training.Tests.Priors.FaceDetection;

/// <summary>Squares whose truth can be read off their pixels: marks of known colours lie where the annotations say.</summary>
public sealed class DetectionCropsTests : IDisposable
{
    private static readonly DetectionCropOptions Plain = new() { DecoyChance = 0, PasteChance = 0, Flip = 0, JitterChance = 0, BlurChance = 0, JpegChance = 0 };

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-detection-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Boxes_of_a_photograph_lie_on_their_faces_at_every_scale(double flip)
    {
        // A red rectangle on grey.
        var box = new FaceBox(150, 100, 50, 70);
        var crops = new DetectionCrops([Photograph(400, 300, box)], Plain with { Flip = flip }, ValueRange.Unit, seed: 1);

        var seen = 0;
        for (var i = 0; i < 20; i++)
        {
            var crop = crops.Crop(Faces(i), 0);
            foreach (var face in crop.Faces.Where(face => face.Box.Left >= 2 && face.Box.Top >= 2 && face.Box.Right < 254 && face.Box.Bottom < 254))
            {
                seen++;
                var red = Extent(crop.Picture, (r, g, b) => r > 190 && g < 64);
                red.Overlap(face.Box).ShouldBeGreaterThan(face.Box.Size < 20 ? 0.6 : 0.85, $"{i}: {red} and {face.Box}");
            }
        }

        seen.ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Pasted_faces_have_their_landmarks_where_they_are_seen(double flip)
    {
        var crops = new DetectionCrops([], Plain with { Pasted = new() { From = 60, To = 160 }, Flip = flip }, ValueRange.Unit, seed: 3);

        for (var i = 0; i < 12; i++)
        {
            var crop = crops.Crop(Faces(i), 0);
            var face = crop.Faces.ShouldHaveSingleItem();
            face.Box.Size.ShouldBeInRange(55, 165);
            if (face.Box.Left < 0 || face.Box.Top < 0 || face.Box.Right > 256 || face.Box.Bottom > 256)
            {
                continue;
            }

            // The picture's left eye is green, its right one blue, in the mirror too the left one comes first.
            var (left, right) = flip == 0 ? (Green(crop.Picture), Blue(crop.Picture)) : (Blue(crop.Picture), Green(crop.Picture));
            Vector2.Distance(face.Landmarks![0], left).ShouldBeLessThan(1.5f);
            Vector2.Distance(face.Landmarks[1], right).ShouldBeLessThan(1.5f);
            left.X.ShouldBeLessThan(right.X);
            face.Landmarks.ShouldAllBe(point => face.Box.Holds(point.X, point.Y));
        }

        static Vector2 Green(RgbPicture picture) => Middle(Extent(picture, (r, g, b) => g > r + 90 && g > b + 90));
        static Vector2 Blue(RgbPicture picture) => Middle(Extent(picture, (r, g, b) => b > r + 90 && b > g + 90));
        static Vector2 Middle(FaceBox box) => new((float)box.CentreX, (float)box.CentreY);
    }

    [Fact]
    public void No_face_is_pasted_over_another()
    {
        var crops = new DetectionCrops([Photograph(256, 256, new FaceBox(100, 100, 60, 60))], Plain with { PasteChance = 1 }, ValueRange.Unit, seed: 2);

        var several = 0;
        for (var i = 0; i < 30; i++)
        {
            var boxes = crops.Crop(Faces(i), 0).Faces.Select(face => face.Box).ToArray();
            several += boxes.Length > 1 ? 1 : 0;
            boxes.SelectMany((a, at) => boxes.Skip(at + 1).Select(b => a.Overlap(b))).ShouldAllBe(overlap => overlap == 0);
        }

        several.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void A_square_follows_from_its_number()
    {
        var crops = new DetectionCrops([Photograph(400, 300, new FaceBox(150, 100, 50, 70))], new DetectionCropOptions(), ValueRange.Unit, seed: 1);

        var batch = crops.Batch(Faces(first: 6, size: 3));
        var alone = crops.Batch(Faces(first: 6, size: 3));

        batch.Pixels.ShouldBe(alone.Pixels);
        batch.Targets.Scores.ShouldBe(alone.Targets.Scores);
        batch.Pixels.Length.ShouldBe(3 * 3 * 256 * 256);
        batch.Pixels[..(3 * 256 * 256)].ShouldNotBe(batch.Pixels[(3 * 256 * 256)..(6 * 256 * 256)]);
    }

    [Fact]
    public void Photographs_without_a_line_have_no_face_and_a_line_without_a_photograph_is_refused()
    {
        _ = Photograph(64, 64, new FaceBox(10, 10, 20, 20));
        File.WriteAllLines(Path.Combine(folder, "boxes.csv"), ["file,x,y,w,h", "p.png,10,11,20,21.5"]);
        ImageFile.Save(new Image(8, 8, new float[192]), Path.Combine(folder, "images", "a.png"));

        var read = BoxedPhotographs.Read(folder);

        read.Select(photograph => Path.GetFileName(photograph.Path)).ShouldBe(["a.png", "p.png"]);
        read[0].Faces.ShouldBeEmpty();
        read[1].Faces.ShouldBe([new FaceBox(10, 11, 20, 21.5)]);

        File.AppendAllLines(Path.Combine(folder, "boxes.csv"), ["gone.png,1,1,2,2"]);
        Should.Throw<RevisageException>(() => BoxedPhotographs.Read(folder)).Message.ShouldContain("line 3: there is no photograph 'images/gone.png'");
    }

    private BoxedPhotograph Photograph(int width, int height, FaceBox box)
    {
        var pixels = new float[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            var inside = box.Holds(i % width + 0.5, i / width + 0.5);
            (pixels[i], pixels[width * height + i], pixels[2 * width * height + i]) = inside ? (1, 0, 0) : (0.5f, 0.5f, 0.5f);
        }

        Directory.CreateDirectory(Path.Combine(folder, "images"));
        var path = Path.Combine(folder, "images", "p.png");
        ImageFile.Save(new Image(width, height, pixels), path);
        return new BoxedPhotograph(path, [box], []);
    }

    /// <summary>Grey faces of 128 pixels with round 68 points, the left eye's middle green and the right eye's blue.</summary>
    private static FaceBatch Faces(long first, int size = 1)
    {
        const int side = 128;
        var points = new Vector2[Landmarks.Count];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = i < 17 ? new Vector2(64 - 40 * MathF.Cos(i * MathF.PI / 16), 50 + 50 * MathF.Sin(i * MathF.PI / 16))
                : i < 27 ? new Vector2(30 + 7 * (i - 17), 38) : new Vector2(64, 70);
        }

        foreach (var (eye, x) in new[] { (36, 46f), (42, 82f) })
        {
            for (var i = 0; i < 6; i++)
            {
                points[eye + i] = new Vector2(x + 6 * MathF.Cos(i * MathF.PI / 3), 52 + 3 * MathF.Sin(i * MathF.PI / 3));
            }
        }

        (points[48], points[54]) = (new Vector2(48, 84), new Vector2(80, 84));
        var pixels = new float[size * 3 * side * side];
        Array.Fill(pixels, 0.4f);
        for (var face = 0; face < size; face++)
        {
            for (var i = 0; i < 14 * 14; i++)
            {
                var (down, right) = Math.DivRem(i, 14);
                foreach (var (x, channel) in new[] { (46, 1), (82, 2) })
                {
                    for (var c = 0; c < 3; c++)
                    {
                        // 14 pixels about (x, 52), whose own centre is at a whole number.
                        pixels[((face * 3 + c) * side + 52 - 7 + down) * side + x - 7 + right] = c == channel ? 1 : 0;
                    }
                }
            }
        }

        var values = points.SelectMany(point => new[] { point.X, point.Y }).ToArray();
        return new FaceBatch(first, size, [], 0, pixels, side, [.. Enumerable.Repeat(values, size).SelectMany(v => v)], [], [], [], new FaceRecord[size]);
    }

    private static FaceBox Extent(RgbPicture picture, Func<int, int, int, bool> isMark)
    {
        var (left, top, right, bottom) = (int.MaxValue, int.MaxValue, -1, -1);
        for (var i = 0; i < picture.Width * picture.Height; i++)
        {
            if (isMark(picture.Rgb[3 * i], picture.Rgb[3 * i + 1], picture.Rgb[3 * i + 2]))
            {
                var (y, x) = Math.DivRem(i, picture.Width);
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
            }
        }

        return new FaceBox(left, top, right - left, bottom - top);
    }
}
