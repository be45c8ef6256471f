using System.Numerics;
using Revisage.Data;
using Revisage.Data.Packed;
using Revisage.Faces;

namespace Revisage.Training.Tests.Data.Packed;

public sealed class PackedSetCheckTests : IDisposable
{
    private readonly PackedFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void A_sound_set_has_no_problems()
    {
        faces.Write(5);
        var progress = new Counted();

        var report = PackedSetCheck.Run(faces.Folder, progress);

        report.Problems.ShouldBeEmpty();
        report.Faces.ShouldBe(5);
        progress.Calls.ShouldBe(5);
    }

    [Fact]
    public void A_damaged_byte_is_found_and_named_wherever_it_lies()
    {
        faces.Write(2);
        var length = new FileInfo(faces.PathOf("faces-000.pack")).Length;

        for (var at = 0L; at < length; at += 7)
        {
            faces.Flip("faces-000.pack", at);
            var problems = PackedSetCheck.Run(faces.Folder).Problems;
            var damaged = at < length / 2 ? 0 : 1;
            problems.Select(problem => problem.Name).ShouldBe(["faces-000.pack", PackedFaces.Full(damaged).Name], $"byte {at}");
            faces.Flip("faces-000.pack", at);
        }
    }

    [Fact]
    public void All_problems_are_told_and_not_only_the_first()
    {
        var far = new Landmarks([.. Enumerable.Repeat(new Vector2(PackedFaces.Side * 2), Landmarks.Count)]);
        var near = new Landmarks([.. Enumerable.Repeat(new Vector2(PackedFaces.Side), Landmarks.Count)]);
        var odd = IndexedPng.Encode([.. Enumerable.Repeat((byte)19, PackedFaces.Side * PackedFaces.Side)], PackedFaces.Side, PackedFaces.Side);
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Add(PackedFaces.Full(0) with { Landmarks = far }, PackedFaces.Picture(0), PackedFaces.Parsing(0));
            writer.Add(PackedFaces.Full(1) with { Landmarks = near }, PackedFaces.Picture(1), PackedFaces.Parsing(1));
            writer.Add(PackedFaces.Full(2), PackedFaces.Picture(2), odd);
            writer.Add(PackedFaces.Full(3), new byte[] { 1, 2, 3 }, PackedFaces.Parsing(3));
            writer.Add(PackedFaces.Full(4), PackedFaces.Picture(4), new byte[] { 1, 2, 3 });
            writer.Add(PackedFaces.Full(5) with { Width = 20 }, PackedFaces.Picture(5), PackedFaces.Parsing(5));
            writer.Complete([PackedFaces.Source]);
        }

        var report = PackedSetCheck.Run(faces.Folder);

        string Name(int i) => PackedFaces.Full(i).Name;
        report.Problems.Select(problem => problem.Name).ShouldBe([Name(0), Name(2), Name(3), Name(4), Name(5), Name(5)]);
        report.Problems[0].Problem.ShouldContain("Landmark 0 is at (12, 12), far outside its 6x6");
        report.Problems[1].Problem.ShouldContain("class 19");
        report.LandmarksOutside.ShouldBe(2);
    }

    [Fact]
    public void A_manifest_that_counts_otherwise_is_found()
    {
        faces.Write(4);
        var path = faces.PathOf("manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"landmarks\": 4", "\"landmarks\": 3", StringComparison.Ordinal));

        PackedSetCheck.Run(faces.Folder).Problems.ShouldHaveSingleItem().Name.ShouldBe("manifest.json");
    }

    [Fact]
    public void Faces_that_were_being_added_are_found()
    {
        faces.Write(2);
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            PackedFaces.Add(writer, 2, 3);
        }

        var report = PackedSetCheck.Run(faces.Folder);

        report.Faces.ShouldBe(2);
        report.Problems.Select(problem => problem.Name).ShouldBe(["faces.index", "faces-000.pack"]);
        report.Problems[0].Problem.ShouldContain("more than the manifest lists");
    }

    [Fact]
    public void What_cannot_be_opened_is_a_problem_too()
    {
        PackedSetCheck.Run(faces.Folder).Problems.ShouldHaveSingleItem().Problem.ShouldContain("is no packed set");

        faces.Write(2);
        File.Delete(faces.PathOf("faces-000.pack"));
        PackedSetCheck.Run(faces.Folder).Problems.Select(problem => problem.Name).ShouldBe(["faces-000.pack", faces.Folder]);
    }

    [Fact]
    public void Splits_that_share_somebody_are_found()
    {
        // No writer makes such a set, so it is put together by hand.
        var pictures = new[] { PackedFaces.Picture(0), PackedFaces.Picture(1) };
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Add(PackedFaces.Record(0) with { Identity = "Ann", Split = "train" }, pictures[0], null);
            writer.Add(PackedFaces.Record(1) with { Identity = "Ben", Split = "val" }, pictures[1], null);
            writer.Complete([PackedFaces.Source]);
        }

        byte[] index =
        [
            .. PackIndex.Header(),
            .. PackIndex.Encode(PackedFaces.Record(0) with { Identity = "Ann", Split = "train" }, new FaceBlobs(0, 0, pictures[0].Length, Crc32C.Of(pictures[0]), 0, 0)),
            .. PackIndex.Encode(PackedFaces.Record(1) with { Identity = "Ann", Split = "val" }, new FaceBlobs(0, pictures[0].Length, pictures[1].Length, Crc32C.Of(pictures[1]), 0, 0)),
        ];
        File.WriteAllBytes(faces.PathOf(PackIndex.FileName), index);

        var problems = PackedSetCheck.Run(faces.Folder).Problems;

        problems[0].Name.ShouldBe("faces.index");
        problems[1].Problem.ShouldContain("'Ann' is in val here and in train");
        problems.Count.ShouldBe(2);
    }

    [Fact]
    public void It_stops_when_asked()
    {
        faces.Write(2);

        Should.Throw<OperationCanceledException>(() => PackedSetCheck.Run(faces.Folder, cancel: new CancellationToken(canceled: true)));
    }

    private sealed class Counted : IProgress<int>
    {
        private int calls;

        public int Calls => calls;

        public void Report(int value) => Interlocked.Increment(ref calls);
    }
}
