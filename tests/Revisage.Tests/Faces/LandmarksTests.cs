using System.Numerics;
using Revisage.Faces;
using Revisage.Metrics;

namespace Revisage.Tests.Faces;

public class LandmarksTests
{
    [Fact]
    public void A_mirrors_mirror_is_the_face()
    {
        var face = Shape(i => new Vector2(3 * i, i * i % 50));

        var twice = face.Mirrored(200).Mirrored(200);

        twice.Points.ToArray().ShouldBe(face.Points.ToArray());
        Enumerable.Range(0, Landmarks.Count).Select(Landmarks.MirrorOf).Order().ShouldBe(Enumerable.Range(0, Landmarks.Count));
    }

    [Theory]
    [InlineData(0, 16)]     // ends of the jaw
    [InlineData(8, 8)]      // chin
    [InlineData(17, 26)]    // outer ends of the brows
    [InlineData(30, 30)]    // tip of the nose
    [InlineData(31, 35)]    // nostrils
    [InlineData(36, 45)]    // outer corners of the eyes
    [InlineData(39, 42)]    // inner corners
    [InlineData(40, 47)]    // lower lids
    [InlineData(48, 54)]    // corners of the mouth
    [InlineData(57, 57)]    // middle of the lower lip
    [InlineData(60, 64)]    // inner corners of the mouth
    public void Left_and_right_change_places(int left, int right)
    {
        Landmarks.MirrorOf(left).ShouldBe(right);
        Shape(i => new Vector2(i, 7)).Mirrored(100)[right].ShouldBe(new Vector2(99 - left, 7));
    }

    [Fact]
    public void Hidden_points_stay_hidden_and_do_not_count()
    {
        var face = Shape(i => i == 3 ? new Vector2(float.NaN) : new Vector2(i, 2 * i));

        face.IsVisible(3).ShouldBeFalse();
        face.Mirrored(100).IsVisible(13).ShouldBeFalse();
        face.Bounds().ShouldBe((new Vector2(0, 0), new Vector2(67, 134)));
        LandmarkError.Normalized(face, Shape(i => new Vector2(i + 3, 2 * i + 4)), side: 50).ShouldBe(0.1, 1e-6);
    }

    [Fact]
    public void A_face_has_68_points() => Should.Throw<ArgumentException>(() => new Landmarks(new Vector2[67])).Message.ShouldStartWith("A face has 68 landmarks, but 67 were given.");

    private static Landmarks Shape(Func<int, Vector2> point) => new([.. Enumerable.Range(0, Landmarks.Count).Select(point)]);
}
