using System.Numerics;
using Revisage.Faces;
using Revisage.Photographs;
using Revisage.Photographs.Video;

namespace Revisage.Tests.Photographs.Video;

public sealed class FaceTrackerTests
{
    private const double Gap = 0.04;
    private static readonly Photo Grey = new(new byte[3 * 400 * 400], 400, 400, new PhotoLayout(3, false, 1), PhotoMetadata.None);

    private readonly FaceTracker tracker = new();

    [Fact]
    public void Two_faces_that_pass_each_other_stay_two()
    {
        var first = Next(At(50, 50, 64), At(250, 50, 64));

        for (var step = 1; step <= 10; step++)
        {
            // In the other order, as the detector pleases.
            var now = Next(At(250 - 20 * step, 50 + 8 * step, 64), At(50 + 20 * step, 50, 64));

            now.ShouldBe([first[1], first[0]]);
        }
    }

    [Fact]
    public void A_trembling_box_does_not_move_the_face()
    {
        var random = new Random(7);
        Next(At(100, 100, 60));
        var squares = new List<Matrix3x2>();
        for (var frame = 0; frame < 50; frame++)
        {
            squares.Add(Next(At(100 + random.NextSingle() - 0.5f, 100 + random.NextSingle() - 0.5f, 60))[0].Aligned.ToPhotograph);
        }

        squares.Skip(5).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void A_face_that_moves_is_followed_within_a_few_hundredths_of_its_size()
    {
        FaceTrack track = Next(At(50, 100, 60))[0];
        for (var frame = 1; frame <= 40; frame++)
        {
            track = Next(At(50 + 4 * frame, 100, 60))[0];
        }

        // By 100 pixels a second.
        Math.Abs(track.Aligned.Found.Box.Left - 210).ShouldBeLessThan(0.04 * 60);
    }

    [Fact]
    public void A_face_whose_size_trembles_about_a_boundary_keeps_its_model()
    {
        var sides = new List<int>();
        for (var frame = 0; frame < 20; frame++)
        {
            sides.Add(Next(At(100, 100, frame % 2 == 0 ? 46 : 50))[0].ModelSide);
        }

        sides.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void A_face_that_comes_nearer_gets_the_model_of_its_new_size()
    {
        var (first, last) = (0, 0);
        for (var frame = 0; frame <= 60; frame++)
        {
            last = Next(At(200 - frame, 200 - frame, 40 + 2 * frame))[0].ModelSide;
            first = frame == 0 ? last : first;
        }

        last.ShouldBeGreaterThan(2 * first);
    }

    [Fact]
    public void A_face_that_is_gone_is_let_go_after_some_frames()
    {
        Next(At(100, 100, 60));

        Enumerable.Range(0, 7).Select(_ => Next().Count).ShouldBe([1, 1, 1, 1, 1, 0, 0]);
    }

    private IReadOnlyList<FaceTrack> Next(params DetectedFace[] found) => tracker.Next(found, Grey, Gap);

    private static DetectedFace At(float left, float top, float size) =>
        new(new FaceBox(left, top, size, size), 0.9, [.. FaceTemplate.Points.Select(point => new Vector2(left, top) + size * point - new Vector2(0.5f))]);
}
