using System.Text;
using Revisage.Data;
using Revisage.Data.Packed;
using Revisage.Imaging;
using Revisage.Tests;

namespace Revisage.Training.Tests.Data.Packed;

public sealed class PackedSetTests : IDisposable
{
    private readonly PackedFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void Everything_comes_back_to_the_last_bit()
    {
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Add(PackedFaces.Full(0), PackedFaces.Picture(0), PackedFaces.Parsing(0));
            writer.Add(PackedFaces.Record(1), PackedFaces.Picture(1), null);
            writer.Add(PackedFaces.Full(2), PackedFaces.Picture(2), PackedFaces.Parsing(2));
            writer.Complete([PackedFaces.Source]);
        }

        using var set = PackedSet.Open(faces.Folder);

        (set.Faces[0] with { Landmarks = null }).ShouldBe(PackedFaces.Full(0) with { Landmarks = null });
        set.Faces[0].Landmarks!.Points.ToArray().ShouldBe(PackedFaces.Full(0).Landmarks!.Points.ToArray());
        set.Faces[1].ShouldBe(PackedFaces.Record(1));
        for (var i = 0; i < 3; i++)
        {
            set.ReadRgb(i).ShouldBe(PackedFaces.Rgb(i));
            set.ReadParsing(i).ShouldBe(i == 1 ? null : PackedFaces.Classes(i));
        }
    }

    [Fact]
    public void The_manifest_says_what_the_set_holds()
    {
        faces.Write(7);

        using var set = PackedSet.Open(faces.Folder);

        // Faces 0, 3 and 6 are for validation, each is somebody else.
        var counts = set.Manifest.Counts;
        (counts.Faces["drawn"]["train"], counts.Faces["drawn"]["val"]).ShouldBe((4, 3));
        (counts.Identities["train"], counts.Identities["val"]).ShouldBe((4, 3));
        (counts.Landmarks, counts.Parsing["network"]).ShouldBe((7, 7));
        set.Manifest.Sources.Single().Terms.ShouldBe(PackedFaces.Source.Terms);
        set.Manifest.Sources.Single().LeftOut["no face found"].ShouldBe(2);
        set.Manifest.Files.Select(file => file.Name).ShouldBe(["faces.index", "faces-000.pack"]);
    }

    [Fact]
    public void Threads_read_the_same_as_one_alone()
    {
        faces.Write(20);
        using var set = PackedSet.Open(faces.Folder);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            set.ReadRgb(i % 20).ShouldBe(PackedFaces.Rgb(i % 20));
            set.ReadParsing(i % 20).ShouldBe(PackedFaces.Classes(i % 20));
        });
    }

    [Fact]
    public void A_closed_set_says_so()
    {
        faces.Write(1);
        var set = PackedSet.Open(faces.Folder);

        set.Dispose();

        Should.Throw<ObjectDisposedException>(() => set.ReadRgb(0));
    }

    [Fact]
    public void What_is_no_finished_set_says_what_to_do()
    {
        Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message.ShouldContain("is no packed set");

        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            PackedFaces.Add(writer, 0, 1);
        }

        Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message.ShouldContain("was not finished");
    }

    [Fact]
    public void A_damaged_byte_names_face_and_file()
    {
        faces.Write(3);
        var first = PackedFaces.Picture(0).Length + PackedFaces.Parsing(0).Length;
        faces.Flip("faces-000.pack", first + 60);
        faces.Flip("faces-000.pack", first + PackedFaces.Picture(1).Length + 40);

        using var set = PackedSet.Open(faces.Folder);

        set.ReadRgb(0).ShouldBe(PackedFaces.Rgb(0));
        foreach (var read in new Func<object?>[] { () => set.ReadRgb(1), () => set.ReadParsing(1) })
        {
            var message = Should.Throw<RevisageException>(() => read()).Message;
            message.ShouldContain(PackedFaces.Full(1).Name);
            message.ShouldContain("faces-000.pack");
        }
    }

    [Fact]
    public void A_picture_or_map_of_another_size_than_its_record_is_named()
    {
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            writer.Add(PackedFaces.Full(0) with { Height = 9 }, PackedFaces.Picture(0), PackedFaces.Parsing(0));
            writer.Complete([PackedFaces.Source]);
        }

        using var set = PackedSet.Open(faces.Folder);

        Should.Throw<RevisageException>(() => set.ReadRgb(0)).Message.ShouldContain("is 6x6, but its record says 6x9");
        Should.Throw<RevisageException>(() => set.ReadParsing(0)).Message.ShouldContain("is 6x6, but its record says 6x9");
    }

    [Fact]
    public void A_damaged_index_is_refused_wherever_the_byte_lies()
    {
        faces.Write(2);
        var length = new FileInfo(faces.PathOf("faces.index")).Length;

        for (var at = 0L; at < length; at++)
        {
            faces.Flip("faces.index", at);
            Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder), $"byte {at}").Message.ShouldContain("faces.index");
            Should.Throw<RevisageException>(() => PackedSetWriter.Open(faces.Folder), $"byte {at}").Message.ShouldContain("faces.index");
            faces.Flip("faces.index", at);
        }

        PackedSet.Open(faces.Folder).Dispose();
    }

    [Theory]
    [InlineData(0, 1L << 40, 9, 0)]
    [InlineData(0, -4, 9, 0)]
    [InlineData(0, 0, int.MaxValue, 0)]
    [InlineData(0, 0, -1, 0)]
    [InlineData(0, 0, 9, int.MaxValue)]
    [InlineData(0, 0, 9, -1)]
    [InlineData(int.MaxValue, 0, 9, 0)]
    [InlineData(-1, 0, 9, 0)]
    public void An_index_that_lies_about_places_is_refused_before_memory_is_taken(int pack, long offset, int picture, int parsing)
    {
        byte[] index = [.. PackIndex.Header(), .. PackIndex.Encode(PackedFaces.Record(0), new FaceBlobs(pack, offset, picture, 0, parsing, 0))];
        WriteByHand(index, new byte[9], packBytes: 9);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message;

        message.ShouldContain(faces.Folder);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void A_manifest_that_lies_about_sizes_is_refused(long packBytes)
    {
        byte[] index = [.. PackIndex.Header(), .. PackIndex.Encode(PackedFaces.Record(0), new FaceBlobs(0, 0, 9, 0, 0, 0))];
        WriteByHand(index, new byte[9], packBytes);

        Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message.ShouldContain(faces.Folder);
    }

    [Fact]
    public void A_pack_that_was_cut_or_lost_is_refused()
    {
        faces.Write(2);

        faces.Cut("faces-000.pack", 100);
        Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message.ShouldContain("faces-000.pack' has 100 bytes");

        File.Delete(faces.PathOf("faces-000.pack"));
        Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message.ShouldContain("faces-000.pack' cannot be opened");
    }

    [Theory]
    [InlineData("revisage-packed-1", "revisage-packed-9")]
    [InlineData("faces.index", "../../etc/passwd")]
    [InlineData("\"counts\"", "\"amounts\"")]
    [InlineData("{", "")]
    public void A_manifest_that_is_none_is_refused_by_name(string text, string instead)
    {
        faces.Write(1);
        var path = faces.PathOf("manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(text, instead, StringComparison.Ordinal), Encoding.UTF8);

        Should.Throw<RevisageException>(() => PackedSet.Open(faces.Folder)).Message.ShouldContain("manifest.json");
    }

    [FacesFact]
    public void Real_faces_come_back_as_their_files_decode()
    {
        var root = Path.Combine(FacesFactAttribute.Folder, "aligned");
        var pictures = Directory.EnumerateFiles(Path.Combine(root, "celebamask"), "*.jpg").Order(StringComparer.Ordinal).Take(30).ToArray();
        string MapOf(string picture) => Path.Combine(root, "celebamask", "masks", Path.ChangeExtension(Path.GetFileName(picture), ".png"));
        using (var writer = PackedSetWriter.Open(faces.Folder))
        {
            foreach (var picture in pictures)
            {
                var map = File.Exists(MapOf(picture)) ? File.ReadAllBytes(MapOf(picture)) : null;
                var record = new FaceRecord
                {
                    Name = Path.GetFileName(picture),
                    Set = "drawn",
                    Split = "train",
                    Width = 320,
                    Height = 320,
                    Hr = 256,
                    Parsing = map is null ? ParsingSource.None : ParsingSource.Labels,
                };
                writer.Add(record, File.ReadAllBytes(picture), map);
            }

            writer.Complete([PackedFaces.Source]);
        }

        using var set = PackedSet.Open(faces.Folder);

        for (var i = 0; i < pictures.Length; i++)
        {
            set.ReadRgb(i).ShouldBe(ImageFile.Load(pictures[i]).ToRgb24());
            if (set.ReadParsing(i) is { } map)
            {
                // Hair, skin, eyes and mouth at least, and none beyond CelebAMask-HQ's.
                map.Distinct().Count().ShouldBeGreaterThan(5);
                map.Max().ShouldBeLessThan((byte)19);
            }
        }

        PackedSetCheck.Run(faces.Folder).Problems.ShouldBeEmpty();
    }

    private void WriteByHand(byte[] index, byte[] pack, long packBytes)
    {
        File.WriteAllBytes(faces.PathOf(PackIndex.FileName), index);
        File.WriteAllBytes(faces.PathOf(PackIndex.PackName(0)), pack);
        new SetManifest
        {
            Format = SetManifest.CurrentFormat,
            Tool = "test",
            Sources = [PackedFaces.Source],
            Counts = SetCounts.Of([PackedFaces.Record(0)]),
            Files = [new SetFile(PackIndex.FileName, index.Length, new string('0', 64)), new SetFile(PackIndex.PackName(0), packBytes, new string('0', 64))],
        }.Write(faces.Folder);
    }
}
