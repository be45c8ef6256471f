using Revisage.Data.Detection;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Tests;

namespace Revisage.Training.Tests.Detection;

[Trait("Category", "dlib")]
public class DlibTests
{
    [Fact]
    public void Noise_holds_no_face()
    {
        using var detector = new DlibDetector();

        detector.Detect(Noise(200, 150), doublings: 1).ShouldBeEmpty();
    }

    [Fact]
    public void A_lower_threshold_finds_more_the_surest_first_and_inside_what_was_searched()
    {
        using var detector = new DlibDetector();

        var found = detector.Detect(Noise(300, 200), threshold: -2);

        found.ShouldNotBeEmpty();
        found.Select(face => face.Score).ShouldBeInOrder(SortDirection.Descending);
        found.ShouldAllBe(face => face.Score >= -2 && face.Box.Width > 60 && face.Box.Width < 300);
    }

    [Fact]
    public void Landmarks_of_any_box_are_68_points_in_it_and_move_with_it()
    {
        using var landmarker = new DlibLandmarker();
        var picture = Noise(300, 200);

        var found = landmarker.Find(picture, new FaceBox(100, 50, 100, 100));

        var (min, max) = found.Bounds();
        min.X.ShouldBeInRange(60, 140);
        max.X.ShouldBeInRange(160, 240);
        landmarker.Find(picture.Part(20, 10, 280, 190), new FaceBox(80, 40, 100, 100))[30].X.ShouldBe(found[30].X - 20, 1e-3f);
    }

    [Fact]
    public void Many_threads_share_one_landmarker_and_have_a_detector_each()
    {
        using var landmarker = new DlibLandmarker();
        var picture = Noise(200, 200);
        var alone = landmarker.Find(picture, new FaceBox(50, 50, 100, 100));

        var found = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(4).Select(_ =>
        {
            using var detector = new DlibDetector();
            detector.Detect(picture);
            return landmarker.Find(picture, new FaceBox(50, 50, 100, 100));
        }).ToArray();

        foreach (var one in found)
        {
            one.Points.ToArray().ShouldBe(alone.Points.ToArray());
        }
    }

    [Fact]
    public void A_box_at_the_border_or_beyond_is_no_crash()
    {
        using var landmarker = new DlibLandmarker();

        landmarker.Find(Noise(50, 50), new FaceBox(-500, -500, 100, 100)).Points.Length.ShouldBe(Landmarks.Count);
        Should.Throw<ArgumentException>(() => landmarker.Find(Noise(50, 50), new FaceBox(0, 0, 0.2, 50)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(300, 2)]
    [InlineData(7, 9)]
    public void A_picture_too_small_for_a_face_is_searched_without_one(int width, int height)
    {
        using var detector = new DlibDetector();

        foreach (var doublings in Enumerable.Range(0, 3))
        {
            detector.Detect(Noise(width, height), doublings).ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_model_that_is_absent_or_is_none_is_named_with_what_to_do()
    {
        Should.Throw<MissingComponentException>(() => new DlibLandmarker("/nowhere.dat")).Message.ShouldContain("apt-get install libdlib-data");

        var file = Path.GetTempFileName();
        try
        {
            Refused(file).ShouldContain("is not dlib's model");
            // As bzip2 has it, then as a predictor would begin, cut off.
            File.WriteAllBytes(file, [.. "BZh9"u8, 1, 2, 3, 4, 5, 6, 7, 8]);
            Refused(file).ShouldContain("unpack it if it is compressed");
            File.WriteAllBytes(file, [1, 1, 2, 8, 1]);
            Refused(file).ShouldContain("is not dlib's model");
        }
        finally
        {
            File.Delete(file);
        }

        static string Refused(string file) => Should.Throw<RevisageException>(() => new DlibLandmarker(file)).Message;
    }

    [Fact]
    public void Disposed_it_says_so()
    {
        var detector = new DlibDetector();
        detector.Dispose();

        Should.Throw<ObjectDisposedException>(() => detector.Detect(Noise(100, 100)));
    }

    [FacesFact]
    public void Faces_of_known_landmarks_are_found_and_the_points_are_about_a_pixel_off()
    {
        using var finder = new DlibFaceFinder();
        var known = File.ReadLines(Path.Combine(FacesFact("aligned"), "landmarks.csv")).Where(line => line.StartsWith("lfw/", StringComparison.Ordinal)).Where((_, i) => i % 150 == 0).ToArray();
        var errors = new List<double>();
        foreach (var line in known)
        {
            var cells = line.Split(',');
            var picture = RgbPicture.Of(ImageFile.Load(Path.Combine(FacesFact("aligned"), cells[0])));
            var points = finder.FindLandmarksIn(picture, new FaceBox(30, 40, 100, 100));
            errors.Add(Enumerable.Range(0, Landmarks.Count).Average(i => Math.Sqrt(
                Math.Pow(points[i].X - float.Parse(cells[1 + 2 * i]), 2) + Math.Pow(points[i].Y - float.Parse(cells[2 + 2 * i]), 2))));
        }

        errors.Count.ShouldBeGreaterThan(50);
        errors.Order().ElementAt(errors.Count / 2).ShouldBeLessThan(1);
        errors.Order().ElementAt(errors.Count * 9 / 10).ShouldBeLessThan(2);
    }

    [FacesFact]
    public void Doubling_finds_smaller_faces()
    {
        using var detector = new DlibDetector();
        var small = RgbPicture.Of(ImageFile.Load(Directory.EnumerateFiles(Path.Combine(FacesFact("photos"), "london", "london"), "*.jpg").Order().First())).Resized(70, 70, ResampleFilter.Bicubic);

        detector.Detect(small, 0).ShouldBeEmpty();
        var face = detector.Detect(small, 1).ShouldHaveSingleItem();
        // A portrait: the face is in the middle and two thirds of the width.
        (face.Box.Left + face.Box.Width / 2).ShouldBe(35, 6);
        face.Box.Width.ShouldBeInRange(35, 60);
    }

    private static string FacesFact(string part) => Path.Combine(FacesFactAttribute.Folder, part);

    private static RgbPicture Noise(int width, int height)
    {
        var rgb = new byte[3 * width * height];
        new Random(5).NextBytes(rgb);
        return new RgbPicture(rgb, width, height);
    }
}
