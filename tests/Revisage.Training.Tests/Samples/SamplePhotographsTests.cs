using Revisage.Data.Samples.Photographs;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Samples;

/// <summary>Photographs painted around drawn faces.</summary>
public sealed class SamplePhotographsTests(SamplePhotographsTests.Painted painted) : IClassFixture<SamplePhotographsTests.Painted>
{
    [Fact]
    public void Their_faces_have_12_to_60_pixels_and_lie_within()
    {
        painted.Photographs.Select(photograph => photograph.Name).ShouldBe(SamplePhotographs.Names);
        foreach (var photograph in painted.Photographs)
        {
            photograph.Upright.Width.ShouldBeInRange(1000, 1600);
            photograph.Faces.ShouldAllBe(face => face.Size >= 12 && face.Size <= 60);
            photograph.Faces.ShouldAllBe(face => face.Left >= 0 && face.Top >= 0 && face.Right <= photograph.Upright.Width && face.Bottom <= photograph.Upright.Height);
        }

        painted.Photographs.Sum(photograph => photograph.Faces.Count).ShouldBeGreaterThan(40);
    }

    /// <summary>Faces of one colour on the same bodies: what differs in the picture is where the faces are.</summary>
    [Fact]
    public void The_faces_that_are_given_are_seen_in_their_boxes_and_nowhere_else()
    {
        var group = painted.Photographs[0];
        var other = SamplePhotographs.Paint([Plain(0.35f, 0.5f, 0.9f)]).First();
        var (inside, outside) = (new List<double>(), new List<double>());
        for (var y = 0; y < group.Upright.Height; y += 2)
        {
            for (var x = 0; x < group.Upright.Width; x += 2)
            {
                // Neck, ears and what softens the picture lie around a face.
                if (group.Faces.Any(face => Shrunk(face, 0.5).Holds(x, y)))
                {
                    inside.Add(Difference(group.Upright, other.Upright, x, y));
                }
                else if (!group.Faces.Any(face => Shrunk(face, 2).Holds(x, y)))
                {
                    outside.Add(Difference(group.Upright, other.Upright, x, y));
                }
            }
        }

        inside.Average().ShouldBeGreaterThan(0.05);
        outside.Max().ShouldBe(0);
    }

    [Fact]
    public void They_are_the_same_each_time() =>
        SamplePhotographs.Paint(Painted.Faces).First().Upright.Pixels.ShouldBe(painted.Photographs[0].Upright.Pixels);

    [Fact]
    public void A_turned_file_is_read_upright()
    {
        var upright = DrawnFaces.Draw(3, 96);
        var wide = new Image(96, 48, [.. Enumerable.Range(0, 3).SelectMany(plane => upright.Pixels[(plane * 96 * 96)..(plane * 96 * 96 + 48 * 96)])]);

        var file = JpegOrientation.Encode(wide, JpegOrientation.TurnClockwise, 95);
        var read = ImageFile.Decode(file, "turned.jpg");

        (read.Width, read.Height).ShouldBe((96, 48));
        read.Pixels.Zip(wide.Pixels, (a, b) => Math.Abs(a - b)).Average().ShouldBeLessThan(0.02f);
        // Its pixels themselves lie on their side.
        NetVips.Image.NewFromBuffer(file).Width.ShouldBe(48);
    }

    private static FaceBox Shrunk(FaceBox box, double share) =>
        new(box.CentreX - share * box.Width / 2, box.CentreY - share * box.Height / 2, share * box.Width, share * box.Height);

    private static double Difference(Image a, Image b, int x, int y)
    {
        var at = y * a.Width + x;
        return Enumerable.Range(0, 3).Max(channel => Math.Abs(a.Pixels[channel * a.Width * a.Height + at] - b.Pixels[channel * a.Width * a.Height + at]));
    }

    private static Image Plain(float red, float green, float blue) =>
        new(128, 128, [.. Enumerable.Repeat(red, 128 * 128), .. Enumerable.Repeat(green, 128 * 128), .. Enumerable.Repeat(blue, 128 * 128)]);

    public sealed class Painted
    {
        public static IReadOnlyList<Image> Faces { get; } = [Plain(0.8f, 0.6f, 0.5f)];

        public IReadOnlyList<SamplePhotograph> Photographs { get; } = [.. SamplePhotographs.Paint(Faces)];
    }
}
