using Revisage.Data;
using Revisage.Data.GroundTruth;

namespace Revisage.Training.Tests.Data.GroundTruth;

public sealed class GuidePairsTests
{
    // Ann has three photographs, one of them in two crops; Bob two; Cat one; 7 and 8 are nobody known.
    private static readonly FaceRecord[] Faces =
    [
        Face("ann", "a1"), Face("ann", "a1"), Face("bob", "b1"), Face("ann", "a2"), Face("ann", "a3"), Face("bob", "b2"), Face("cat", "c1"), Face(null, null), Face(null, "x"),
    ];

    private readonly GuidePairs pairs = new(Faces);

    [Theory]
    [InlineData(0, 3, 4)]
    [InlineData(1, 3, 4)]
    [InlineData(3, 0, 1, 4)]
    [InlineData(2, 5)]
    public void A_guide_is_any_other_photograph_of_the_person(int face, params int[] guides)
    {
        var drawn = Draws(300, random => pairs.GuideOf(face, ref random)!.Value);

        drawn.Distinct().Order().ShouldBe(guides);
        guides.ShouldAllBe(guide => drawn.Count(one => one == guide) > 300 / guides.Length - 50);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Who_has_one_photograph_or_no_name_has_no_guide(int face)
    {
        var random = new SampleRandom(1, 0);

        pairs.GuideOf(face, ref random).ShouldBeNull();
        pairs.Guided.ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Fact]
    public void Two_crops_of_one_photograph_alone_are_no_pair() => new GuidePairs([Face("ann", "a1"), Face("ann", "a1")]).Guided.ShouldBeEmpty();

    [Fact]
    public void Faces_without_a_photographs_name_are_photographs_of_their_own() => new GuidePairs([Face("ann", null), Face("ann", null)]).Guided.ShouldBe([0, 1]);

    [Theory]
    [InlineData(0, 2, 5, 6)]
    [InlineData(6, 0, 1, 2, 3, 4, 5)]
    [InlineData(7, 0, 1, 2, 3, 4, 5, 6)]
    public void A_stranger_is_anyone_else_whose_name_is_known(int face, params int[] strangers) =>
        Draws(300, random => pairs.StrangerOf(face, ref random)!.Value).Distinct().Order().ShouldBe(strangers);

    [Fact]
    public void There_is_no_stranger_where_all_are_one_person()
    {
        var random = new SampleRandom(1, 0);

        new GuidePairs([Face("ann", "a1"), Face("ann", "a2")]).StrangerOf(0, ref random).ShouldBeNull();
    }

    [Fact]
    public void Half_of_the_pairs_are_one_person_and_never_one_photograph()
    {
        var drawn = Draws(1000, random => pairs.Pair(ref random));

        drawn.Count(pair => pair.Same).ShouldBeInRange(450, 550);
        drawn.ShouldAllBe(pair => pair.Same == (Faces[pair.First].Identity == Faces[pair.Second].Identity));
        drawn.ShouldAllBe(pair => Faces[pair.First].Photograph != Faces[pair.Second].Photograph);
    }

    [Fact]
    public void A_first_face_does_not_tell_whether_the_pair_is_one_person()
    {
        var drawn = Draws(6000, random => pairs.Pair(ref random));

        for (var face = 0; face < 6; face++)
        {
            drawn.Count(pair => pair.First == face && pair.Same).ShouldBeInRange(400, 600);
            drawn.Count(pair => pair.First == face && !pair.Same).ShouldBeInRange(400, 600);
        }
    }

    [Fact]
    public void Sets_without_pairs_say_so()
    {
        var random = new SampleRandom(1, 0);

        Should.Throw<RevisageException>(() => new GuidePairs([Face("ann", "a1"), Face("bob", "b1")]).Pair(ref random)).Message
            .ShouldStartWith("Pairs need two people at least, and two photographs of one, but of 2 faces 0 have another photograph");
    }

    [Fact]
    public void The_same_photograph_under_another_name_is_no_guide_mirrored_or_not()
    {
        var picture = Picture(0);
        var pairs = GuidePairs.Load(new Pictures([picture, Shifted(picture, 5), Mirrored(picture), Shifted(picture, 60), picture]));

        // The last one is nobody known.
        var drawn = Draws(100, random => (pairs.GuideOf(0, ref random)!.Value, pairs.GuideOf(3, ref random)!.Value));

        drawn.ShouldAllBe(pair => pair.Item1 == 3);
        drawn.Select(pair => pair.Item2).Distinct().Order().ShouldBe([0, 1, 2]);
    }

    private static FaceRecord Face(string? identity, string? photograph) => new()
    {
        Name = "f",
        Set = "s",
        Split = "train",
        Width = 32,
        Height = 32,
        Hr = 32,
        Identity = identity,
        Photograph = photograph,
    };

    private static T[] Draws<T>(int count, Func<SampleRandom, T> draw) => [.. Enumerable.Range(0, count).Select(sample => draw(new SampleRandom(3, sample)))];

    // Brighter to the right.
    private static byte[] Picture(int seed) => [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => (byte)(seed + 4 * (i / 3 % 32) + i % 3))];

    private static byte[] Shifted(byte[] picture, int levels) => Array.ConvertAll(picture, value => (byte)(value + levels));

    private static byte[] Mirrored(byte[] picture) => [.. picture.Chunk(3 * 32).SelectMany(row => row.Chunk(3).Reverse().SelectMany(pixel => pixel))];

    private sealed class Pictures(byte[][] pictures) : IFaceSource
    {
        public string Name => "pictures";

        public IReadOnlyList<FaceRecord> Faces { get; } = [.. pictures.Select((_, i) => Face(i < pictures.Length - 1 ? "ann" : null, null))];

        public byte[] ReadRgb(int index) => pictures[index];

        public byte[]? ReadParsing(int index) => null;
    }
}
