using Revisage.Data;
using Revisage.Data.Packed;

namespace Revisage.Training.Tests.Data.Packed;

public sealed class PackedSetWriterTests : IDisposable
{
    // The writer looks at no picture, so those that only it sees may be short.
    private const int Count = 4, PictureBytes = 5, ParsingBytes = 3;

    private readonly PackedFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void A_set_goes_on_wherever_a_kill_cut_its_index()
    {
        var (whole, unfinished) = WriteShort(packBytes: 1 << 20);
        var ends = Ends();

        for (var cut = (long)PackIndex.HeaderLength; cut < ends[^1]; cut++)
        {
            faces.Restore(unfinished);
            faces.Cut("faces.index", cut);

            Finish(1 << 20, expected: ends.Count(end => end <= cut), $"cut at {cut}");

            faces.Digest().ShouldBe(whole, $"cut at {cut}");
        }
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(2 * (PictureBytes + ParsingBytes))]
    public void A_set_goes_on_wherever_a_kill_cut_its_last_pack(int packBytes)
    {
        var (whole, unfinished) = WriteShort(packBytes);
        var last = unfinished.Keys.Where(name => name.EndsWith(".pack", StringComparison.Ordinal)).Max()!;
        var faceBytes = PictureBytes + ParsingBytes;
        var before = Count - unfinished[last].Length / faceBytes;

        for (var cut = 0; cut < unfinished[last].Length; cut++)
        {
            faces.Restore(unfinished);
            faces.Cut(last, cut);

            Finish(packBytes, expected: before + cut / faceBytes, $"cut at {cut}");

            faces.Digest().ShouldBe(whole, $"cut at {cut}");
        }

        faces.Restore(unfinished);
        File.Delete(faces.PathOf(last));
        Finish(packBytes, before, "no pack");
        faces.Digest().ShouldBe(whole);
    }

    [Fact]
    public void Pictures_are_read_back_while_the_set_is_written()
    {
        using var writer = PackedSetWriter.Open(faces.Folder, packBytes: 12);
        for (var i = 0; i < 3; i++)
        {
            writer.Add(new FaceRecord { Name = $"{i}", Set = "drawn", Split = "train", Width = 1, Height = 1, Hr = 1 }, new byte[] { (byte)i, 1, 2, 3, 4 }, null);
        }

        for (var i = 0; i < 3; i++)
        {
            writer.ReadPicture("drawn", $"{i}").ShouldBe([(byte)i, 1, 2, 3, 4]);
        }
    }

    [Fact]
    public void What_a_power_cut_left_unwritten_is_written_again()
    {
        var (whole, unfinished) = WriteShort(packBytes: 1 << 20);
        var ends = Ends();

        // The file grew, but the last entry's blocks never reached the disk.
        faces.Restore(unfinished);
        faces.Cut("faces.index", ends[2]);
        faces.Cut("faces.index", ends[3] + 1000);
        Finish(1 << 20, expected: 3, "zeros in the index");
        faces.Digest().ShouldBe(whole);

        faces.Restore(unfinished);
        faces.Cut("faces-000.pack", 3 * (PictureBytes + ParsingBytes));
        faces.Cut("faces-000.pack", 4 * (PictureBytes + ParsingBytes));
        Finish(1 << 20, expected: 3, "zeros in the pack");
        faces.Digest().ShouldBe(whole);
    }

    [Fact]
    public void What_no_kill_can_do_is_not_mended_away()
    {
        var (_, unfinished) = WriteShort(packBytes: 1 << 20);

        faces.Flip("faces.index", Ends()[0] + 2);
        Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder)).Message.ShouldContain("faces.index' is damaged");

        faces.Restore(unfinished);
        faces.Cut("faces.index", 7);
        Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder)).Message.ShouldContain("no index");

        faces.Restore(unfinished);
        File.Delete(faces.PathOf("faces.index"));
        Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder)).Message.ShouldContain("no index");
        faces.Files()["faces-000.pack"].ShouldBe(unfinished["faces-000.pack"]);
    }

    [Fact]
    public void Adding_to_a_finished_set_keeps_every_face_where_it_was()
    {
        faces.Write(3);
        var other = PackedFaces.Source with { Set = "other" };

        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Count.ShouldBe(3);
            writer.Add(PackedFaces.Full(3) with { Set = "other" }, PackedFaces.Picture(3), PackedFaces.Parsing(3));
            writer.Complete([other]);
        }

        using var set = PackedSet.Open(faces.Folder);
        set.Faces.Select(face => face.Age).ShouldBe([0, 1, 2, 3]);
        set.ReadRgb(0).ShouldBe(PackedFaces.Rgb(0));
        set.ReadRgb(3).ShouldBe(PackedFaces.Rgb(3));
        set.Manifest.Sources.Select(source => source.Set).ShouldBe(["drawn", "other"]);
    }

    [Fact]
    public void A_kill_while_adding_leaves_the_finished_set_as_it_was()
    {
        faces.Write(3);
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            PackedFaces.Add(writer, 3, 5);
        }

        using (var set = PackedSet.Open(faces.Folder))
        {
            set.Faces.Count.ShouldBe(3);
        }

        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Count.ShouldBe(5);
            writer.Complete([PackedFaces.Source]);
        }

        using var all = PackedSet.Open(faces.Folder);
        all.Faces.Count.ShouldBe(5);
        all.ReadRgb(4).ShouldBe(PackedFaces.Rgb(4));
    }

    [Fact]
    public void Nothing_of_a_finished_set_is_ever_cut_off()
    {
        faces.Write(3);
        var whole = faces.Files();

        faces.Cut("faces.index", whole["faces.index"].Length - 1);
        Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder)).Message.ShouldContain("faces.index' has");

        faces.Restore(whole);
        faces.Cut("faces-000.pack", whole["faces-000.pack"].Length - 1);
        Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder)).Message.ShouldContain("faces-000.pack' has");
    }

    [Fact]
    public void Damage_gets_no_hash_of_its_own()
    {
        faces.Write(3);
        faces.Flip("faces-000.pack", 100);
        using var writer = PackedSetWriter.Open(faces.Folder);
        PackedFaces.Add(writer, 3, 4);

        Should.Throw<RevisageException>(() => writer.Complete([PackedFaces.Source])).Message.ShouldContain("faces-000.pack' has changed");
    }

    [Fact]
    public void Packs_begin_anew_at_their_size()
    {
        using (var writer = PackedSetWriter.Open(faces.Folder, packBytes: 500))
        {
            PackedFaces.Add(writer, 0, 5);
            writer.Complete([PackedFaces.Source]);
        }

        using var set = PackedSet.Open(faces.Folder);

        set.Manifest.Files.Count.ShouldBeGreaterThan(3);
        set.Manifest.Files.Skip(1).ShouldAllBe(file => file.Bytes <= 500);
        for (var i = 0; i < 5; i++)
        {
            set.ReadRgb(i).ShouldBe(PackedFaces.Rgb(i));
        }
    }

    [Fact]
    public void The_same_faces_make_the_same_files()
    {
        faces.Write(3);
        var once = faces.Digest();

        faces.Restore([]);
        faces.Write(3);

        faces.Digest().ShouldBe(once);
    }

    [Fact]
    public void A_face_is_there_once_also_after_opening_again()
    {
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            PackedFaces.Add(writer, 0, 2);
            writer.Contains("drawn", PackedFaces.Record(1).Name).ShouldBeTrue();
            writer.Contains("drawn", PackedFaces.Record(2).Name).ShouldBeFalse();
            writer.Contains("other", PackedFaces.Record(1).Name).ShouldBeFalse();
        }

        using var again = PackedSetWriter.Open(faces.Folder);

        var message = Should.Throw<RevisageException>(() => again.Add(PackedFaces.Record(1), PackedFaces.Picture(1), null)).Message;
        message.ShouldContain(PackedFaces.Record(1).Name);
        message.ShouldContain("is face 1");
        again.Count.ShouldBe(2);
    }

    [Fact]
    public void Nobody_may_be_in_two_splits()
    {
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Add(PackedFaces.Record(0) with { Identity = "Ann", Split = "train" }, PackedFaces.Picture(0), null);
            writer.Add(PackedFaces.Record(1) with { Identity = "Ann", Split = "train" }, PackedFaces.Picture(1), null);
        }

        using var again = PackedSetWriter.Open(faces.Folder);
        var message = Should.Throw<RevisageException>(() =>
            again.Add(PackedFaces.Record(2) with { Identity = "Ann", Split = "val" }, PackedFaces.Picture(2), null)).Message;

        message.ShouldContain(PackedFaces.Record(0).Name);
        message.ShouldContain(PackedFaces.Record(2).Name);
        message.ShouldContain("'Ann'");
        again.Add(PackedFaces.Record(2) with { Identity = "Bob", Split = "val" }, PackedFaces.Picture(2), null);
        again.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("", "drawn", "train", 4)]
    [InlineData("a.png", "", "train", 4)]
    [InlineData("a.png", "drawn", "training", 4)]
    [InlineData("a.png", "drawn", "train", 7)]
    [InlineData("a.png", "drawn", "train", 0)]
    public void A_record_that_does_not_hold_together_is_refused(string name, string set, string split, int hr)
    {
        using var writer = PackedSetWriter.Open(faces.Folder);

        Should.Throw<RevisageException>(() => writer.Add(PackedFaces.Record(0) with { Name = name, Set = set, Split = split, Hr = hr }, PackedFaces.Picture(0), null));

        writer.Count.ShouldBe(0);
    }

    [Fact]
    public void A_record_has_a_parsing_map_exactly_if_it_says_so()
    {
        using var writer = PackedSetWriter.Open(faces.Folder);

        Should.Throw<RevisageException>(() => writer.Add(PackedFaces.Full(0), PackedFaces.Picture(0), null)).Message.ShouldContain("Network");
        Should.Throw<RevisageException>(() => writer.Add(PackedFaces.Record(0), PackedFaces.Picture(0), PackedFaces.Parsing(0))).Message.ShouldContain("None");
        Should.Throw<RevisageException>(() => writer.Add(PackedFaces.Record(0), ReadOnlyMemory<byte>.Empty, null));
    }

    [Fact]
    public void Texts_that_an_entry_cannot_hold_are_refused_and_the_set_goes_on()
    {
        using var writer = PackedSetWriter.Open(faces.Folder);

        Should.Throw<RevisageException>(() => writer.Add(PackedFaces.Record(0) with { Photograph = new string('x', 70_000) }, PackedFaces.Picture(0), null)).Message.ShouldContain("65536");
        Should.Throw<RevisageException>(() => writer.Add(PackedFaces.Record(0) with { Photograph = "\uD800" }, PackedFaces.Picture(0), null)).Message.ShouldContain("Unicode");
        writer.Add(PackedFaces.Record(0) with { Photograph = new string('x', 60_000) }, PackedFaces.Picture(0), null);
        writer.Complete([PackedFaces.Source]);

        writer.Dispose();
        using var set = PackedSet.Open(faces.Folder);
        set.Faces.Single().Photograph!.Length.ShouldBe(60_000);
    }

    [Fact]
    public void Faces_without_a_source_do_not_make_a_set()
    {
        using var writer = PackedSetWriter.Open(faces.Folder);
        PackedFaces.Add(writer, 0, 1);

        Should.Throw<RevisageException>(() => writer.Complete([PackedFaces.Source with { Set = "other" }])).Message.ShouldContain("'drawn'");
    }

    [Fact]
    public void A_second_writer_is_kept_out()
    {
        using var writer = PackedSetWriter.Open(faces.Folder);

        Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder)).Message.ShouldContain("another process");
    }

    [Fact]
    public void Threads_may_add()
    {
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            Parallel.For(0, 300, i => writer.Add(PackedFaces.Full(i), PackedFaces.Picture(i), PackedFaces.Parsing(i)));
            writer.Complete([PackedFaces.Source]);
        }

        using var set = PackedSet.Open(faces.Folder);
        set.Faces.Select(face => face.Age!.Value).Order().ShouldBe(Enumerable.Range(0, 300));
        for (var i = 0; i < 300; i++)
        {
            set.ReadRgb(i).ShouldBe(PackedFaces.Rgb(set.Faces[i].Age!.Value));
        }
    }

    /// <summary>Writes four faces of eight bytes; gives their digest, and the files without the manifest.</summary>
    private (string Whole, Dictionary<string, byte[]> Unfinished) WriteShort(long packBytes)
    {
        Finish(packBytes, expected: 0, "new");
        var whole = faces.Digest();
        File.Delete(faces.PathOf("manifest.json"));
        return (whole, faces.Files());
    }

    private void Finish(long packBytes, int expected, string what)
    {
        using var writer = PackedSetWriter.Open(faces.Folder, packBytes);
        writer.Count.ShouldBe(expected, what);
        for (var i = 0; i < Count; i++)
        {
            var record = PackedFaces.Record(i) with { Parsing = ParsingSource.Labels };
            if (!writer.Contains(record.Set, record.Name))
            {
                writer.Add(record, Enumerable.Repeat((byte)(i + 1), PictureBytes).ToArray(), Enumerable.Repeat((byte)(i + 101), ParsingBytes).ToArray());
            }
        }

        writer.Complete([PackedFaces.Source]);
    }

    private List<long> Ends()
    {
        using var file = File.OpenHandle(faces.PathOf("faces.index"));
        using var index = new MappedFile(file, RandomAccess.GetLength(file));
        return [.. PackIndex.Read(index, "faces.index", null).Select(entry => entry.End)];
    }
}
