using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class FaceSamplerTests
{
    private static readonly SmallFaces Faces = DrawnFaces.Small(300);
    private static readonly FaceStatistics Statistics = FaceStatistics.Fit(Faces, new FaceStatisticsOptions { GroupFaces = 100 });

    [Fact]
    public void The_same_seed_gives_the_same_faces()
    {
        var sampler = new FaceSampler(Faces, Statistics);

        var faces = sampler.Draw(6, seed: 3);

        Pixels(new FaceSampler(DrawnFaces.Small(300), FaceStatistics.Fit(DrawnFaces.Small(300), new FaceStatisticsOptions { GroupFaces = 100 })).Draw(6, seed: 3)).ShouldBe(Pixels(faces));
        Pixels(sampler.Draw(9, seed: 3)).Take(6).ShouldBe(Pixels(faces));
        Pixels(sampler.Draw(6, seed: 4)).ShouldNotBe(Pixels(faces));
    }

    [Fact]
    public void Faces_differ_and_none_is_near_a_training_face()
    {
        var sampler = new FaceSampler(Faces, Statistics);

        var faces = sampler.Draw(10, seed: 1);

        Pixels(faces).ShouldBeUnique();
        foreach (var face in faces)
        {
            face.Distance.ShouldBeGreaterThanOrEqualTo(sampler.Limit);
            face.Distance.ShouldBe(Faces.DistanceTo(SmallFaces.ToPoint(face.Face)));
        }
    }

    [Fact]
    public void A_draw_that_was_a_training_face_is_refused_and_another_taken()
    {
        // Draws become training faces: the same seed must now give others.
        var first = new FaceSampler(Faces, Statistics).Draw(5, seed: 1);
        var known = new SmallFaces([.. Faces.Points.Take(Faces.Count), .. first.Select(face => SmallFaces.ToPoint(face.Face))]);
        var sampler = new FaceSampler(known, Statistics);

        var second = sampler.Draw(5, seed: 1);

        sampler.Refused.ShouldBeGreaterThanOrEqualTo(5);
        Pixels(second).ShouldNotContain(pixels => Pixels(first).Contains(pixels));
        second.ShouldAllBe(face => face.Distance >= sampler.Limit);
    }

    [Fact]
    public void Statistics_that_hold_copies_alone_are_refused()
    {
        var copies = FaceStatistics.Fit(Faces, new FaceStatisticsOptions { Groups = 1, Spread = 0, FineSpread = 0 });
        // Every draw is the mean; here it is a training face.
        var random = new SampleRandom(1, 1);
        var known = new SmallFaces([.. Faces.Points.Take(Faces.Count), copies.Draw(0, ref random)]);

        Should.Throw<RevisageException>(() => new FaceSampler(known, copies).Draw(1, seed: 1)).Message.ShouldContain("grey levels of training faces");
    }

    private static List<string> Pixels(IEnumerable<SampleFace> faces) => [.. faces.Select(face => Convert.ToHexString(face.Face.ToRgb24()))];
}
