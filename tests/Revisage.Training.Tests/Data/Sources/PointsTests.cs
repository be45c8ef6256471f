using System.Numerics;
using System.Text;

namespace Revisage.Training.Tests.Data.Sources;

/// <summary>Datasets whose faces have their points in a file each: 300-W and Menpo, LS3D-W, Helen.</summary>
public sealed class PointsTests
{
    [Fact]
    public void Points_that_count_from_1_come_out_from_0()
    {
        using var set = new MiniatureDataset()
            .Pictures("trainset/Zoë Müller 1.jpg", "testset/b.png", "ibug/c.jpg")
            .Lines("trainset/Zoë Müller 1.pts", MiniatureDataset.Pts(68))
            .WindowsLines("testset/b.PTS", MiniatureDataset.Pts(39))
            .Lines("ibug/c.pts", MiniatureDataset.Pts(68));

        var listing = set.ReadAs("300w");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Split)).ShouldBe(
            [("ibug/c.jpg", null), ("testset/b.png", "test"), ("trainset/Zoë Müller 1.jpg", "train")]);
        listing.Faces[2].Landmarks.ShouldNotBeNull()[1].ShouldBe(new Vector2(1, 3.5f));
        listing.Faces[2].Points.ShouldBeNull();
        listing.Faces[1].Points.ShouldNotBeNull().Count.ShouldBe(39);
        listing.Faces[1].Landmarks.ShouldBeNull();
    }

    [Fact]
    public void Files_of_points_that_do_not_hold_them_are_named()
    {
        using var set = new MiniatureDataset()
            .Pictures("good.jpg", "alone.jpg", "short.jpg", "words.jpg", "many.jpg", "empty.jpg")
            .Lines("good.pts", MiniatureDataset.Pts(68))
            .Lines("short.pts", MiniatureDataset.Pts(67, announced: 68))
            .Lines("words.pts", "version: 1", "n_points: 1", "{", "one two", "}")
            .Lines("many.pts", "version: 1", "n_points: 2000000000", "{", "}")
            .Lines("empty.pts")
            .Lines("gone.pts", MiniatureDataset.Pts(68));

        var listing = set.ReadAs("300w");

        listing.Names().ShouldBe(["good.jpg"]);
        listing.ShouldHaveProblems(
            "alone.jpg: missing annotation", "short.jpg: malformed file", "words.jpg: malformed file",
            "many.jpg: malformed file", "empty.jpg: malformed file", "gone: absent picture");
        listing.Problems.Single(problem => problem.Name == "short.jpg").Detail.ShouldContain("announces 68 points and holds 67");
    }

    [Fact]
    public void Torchs_tensors_are_read_as_they_stand()
    {
        using var set = new MiniatureDataset()
            .Pictures("300VW-3D/CatA/114/0001.jpg", "300VW-3D/Trainset/001/0001.jpg", "Menpo-3D/a.jpg")
            .Bytes("300VW-3D/CatA/114/0001.t7", Tensor("Float", 68, 2))
            .Bytes("300VW-3D/Trainset/001/0001.t7", Tensor("Double", 68, 3))
            .Lines("Menpo-3D/a.pts", MiniatureDataset.Pts(68));

        var listing = set.ReadAs("ls3d-w");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Split, face.Photograph)).ShouldBe(
            [("test", "300VW-3D/CatA/114"), ("train", "300VW-3D/Trainset/001"), (null, null)]);
        listing.Faces[0].Landmarks.ShouldNotBeNull()[1].ShouldBe(new Vector2(2, 3));
        listing.Faces[1].Landmarks.ShouldNotBeNull()[1].ShouldBe(new Vector2(3, 4));
    }

    [Fact]
    public void Damaged_tensors_are_named()
    {
        var good = Tensor("Float", 68, 2);
        using var set = new MiniatureDataset().Pictures("a.jpg").Bytes("a.t7", good);
        var damaged = new Dictionary<string, byte[]>
        {
            ["cut"] = good[..^1],
            ["empty"] = [],
            ["bytes"] = Tensor("Byte", 68, 2),
            ["narrow"] = Tensor("Float", 68, 1),
            ["lying"] = Tensor("Float", 68, 2, claimed: long.MaxValue / 4),
            ["stride"] = Tensor("Float", 68, 2, stride: 1L << 40),
            ["offset"] = Tensor("Float", 68, 2, offset: 2),
            ["nothing"] = Tensor("Float", 68, 2, offset: 0),
            ["table"] = [3, .. good[1..]],
            ["long"] = [.. good, .. new byte[1 << 17]],
            ["nan"] = [.. good[..^4], 0, 0, 0xC0, 0x7F],
        };
        foreach (var (name, bytes) in damaged)
        {
            set.Pictures($"{name}.jpg").Bytes($"{name}.t7", bytes);
        }

        var listing = set.ReadAs("ls3d-w");

        listing.Names().ShouldBe(["a.jpg"]);
        listing.ShouldHaveProblems([.. damaged.Keys.Select(name => $"{name}.jpg: malformed file")]);
    }

    [Fact]
    public void Helens_194_points_belong_to_the_picture_in_the_first_line()
    {
        using var set = Helen().Pictures("test/232194_1.jpg", "train_1/100466187_1.jpg");

        var listing = set.ReadAs("helen");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Split)).ShouldBe([("test/232194_1.jpg", "test"), ("train_1/100466187_1.jpg", "train")]);
        listing.Faces[0].Points.ShouldNotBeNull()[193].ShouldBe(new Vector2(193, 0.25f));
    }

    [Fact]
    public void Helens_lists_of_names_give_the_split()
    {
        using var set = Helen().Pictures("helen_1/232194_1.jpg", "helen_2/100466187_1.jpg")
            .Lines("trainnames.txt", "232194_1").WindowsLines("testnames.txt", "100466187_1", "nobody_1");

        var listing = set.ReadAs("helen");

        listing.Named("helen_1/232194_1.jpg").Split.ShouldBe("train");
        listing.Named("helen_2/100466187_1.jpg").Split.ShouldBe("test");
        listing.ShouldHaveProblems("nobody_1: absent picture");
    }

    [Fact]
    public void Helens_bad_annotations_are_named()
    {
        using var set = Helen().Pictures("helen_1/232194_1.jpg", "helen_2/100466187_1.jpg", "helen_2/232194_1.jpg", "helen_2/3.jpg")
            .Lines("annotation/3.txt", ["absent_1", .. Points(194)])
            .Lines("annotation/4.txt", ["3", .. Points(193)])
            .Lines("annotation/5.txt", ["232194_1", .. Points(194)]);

        var listing = set.ReadAs("helen");

        listing.Names().ShouldBe(["helen_2/100466187_1.jpg"]);
        listing.ShouldHaveProblems(
            "helen_2/232194_1.jpg: duplicate name", "absent_1: absent picture", "annotation/4.txt: malformed file",
            "helen_2/3.jpg: missing annotation", "helen_1/232194_1.jpg: duplicate name");
    }

    [Fact]
    public void Other_files_in_Helens_annotation_folder_are_refused()
    {
        using var set = new MiniatureDataset().Pictures("helen_1/1.jpg").Lines("annotation/1.txt", "000001.jpg 0", "000002.jpg 1");

        set.ErrorAs("helen").ShouldContain("a name and 194 points");
    }

    [Fact]
    public void Helen_with_iBUGs_points_is_recognised_by_its_name()
    {
        using var set = new MiniatureDataset("Helen").Pictures("testset/1.jpg").Lines("testset/1.pts", MiniatureDataset.Pts(68));

        var face = set.ReadAs("helen").Faces.ShouldHaveSingleItem();

        face.Split.ShouldBe("test");
        face.Landmarks.ShouldNotBeNull();
    }

    private static MiniatureDataset Helen() => new MiniatureDataset()
        .WindowsLines("annotation/1.txt", ["232194_1", .. Points(194)])
        .Lines("annotation/2.txt", ["100466187_1", .. Points(194)]);

    private static string[] Points(int count) => [.. Enumerable.Range(1, count).Select(i => $"{i}.0 , 1.25")];

    /// <summary>What torch.save writes: [rows, columns] of 0, 1, 2 and so on.</summary>
    private static byte[] Tensor(string type, long rows, long columns, long? claimed = null, long? stride = null, long offset = 1)
    {
        using var memory = new MemoryStream();
        using var to = new BinaryWriter(memory);
        Begin(1, $"torch.{type}Tensor");
        to.Write(2);
        to.Write(rows);
        to.Write(columns);
        to.Write(stride ?? columns);
        to.Write(1L);
        to.Write(offset);
        Begin(2, $"torch.{type}Storage");
        to.Write(claimed ?? rows * columns);
        for (var i = 0; i < rows * columns; i++)
        {
            switch (type)
            {
                case "Float": to.Write((float)i); break;
                case "Double": to.Write((double)i); break;
                default: to.Write((byte)i); break;
            }
        }

        return memory.ToArray();

        void Begin(int index, string name)
        {
            to.Write(4);
            to.Write(index);
            Text("V 1");
            Text(name);
        }

        void Text(string text)
        {
            to.Write(text.Length);
            to.Write(Encoding.ASCII.GetBytes(text));
        }
    }
}
