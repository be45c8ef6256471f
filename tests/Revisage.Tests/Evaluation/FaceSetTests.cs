using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Evaluation;

public sealed class FaceSetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_index_says_what_each_face_is()
    {
        Picture("a/1.png");
        Picture("b/2.png");
        Index("file,set,split,identity,age,gender,ethnicity,mask,size,hr,native_side",
            "a/1.png,a,train,Ann,,f,,,160,128,152.2",
            "b/2.png,b,val,,71,,asian,1,320,256,430.6");

        FaceSet.Open(folder).Faces.ShouldBe([
            new FaceImage(Path.Combine(folder, "a/1.png"), "a", "train", "Ann", null, "f", null, 128),
            new FaceImage(Path.Combine(folder, "b/2.png"), "b", "val", null, 71, null, "asian", 256)]);
    }

    [Fact]
    public void A_split_is_chosen_by_name()
    {
        Picture("1.png");
        Picture("2.png");
        Index("file,set,split,hr", "1.png,a,train,128", "2.png,a,val,128");
        var faces = FaceSet.Open(folder);

        faces.OfSplit("val").Faces.ShouldHaveSingleItem().Path.ShouldEndWith("2.png");
        Should.Throw<RevisageException>(() => faces.OfSplit("test")).Message.ShouldContain("no split 'test', only 'train', 'val'");
    }

    [Fact]
    public void Results_are_reported_on_test_faces_and_where_there_are_none_on_validation_faces()
    {
        Picture("1.png");
        Picture("2.png");
        Picture("3.png");
        Index("file,set,split,hr", "1.png,a,train,128", "2.png,a,val,128", "3.png,a,test,128");
        FaceSet.Open(folder).ToReportOn().Faces.ShouldHaveSingleItem().Path.ShouldEndWith("3.png");

        Index("file,set,split,hr", "1.png,a,train,128", "2.png,a,val,128");
        FaceSet.Open(folder).ToReportOn().Faces.ShouldHaveSingleItem().Path.ShouldEndWith("2.png");

        Index("file,set,split,hr", "1.png,a,train,128");
        Should.Throw<RevisageException>(() => FaceSet.Open(folder).ToReportOn()).Message.ShouldContain("no split 'val', only 'train'");

        File.Delete(Path.Combine(folder, "index.csv"));
        FaceSet.Open(folder).ToReportOn().Faces.Count.ShouldBe(3);
    }

    [Fact]
    public void Without_an_index_every_picture_is_a_face_of_every_split()
    {
        Picture("deep/b.JPG");
        Picture("a.png");
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "");

        var faces = FaceSet.Open(folder).OfSplit("val").Faces;

        faces.Select(face => Path.GetRelativePath(folder, face.Path)).ShouldBe(["a.png", Path.Combine("deep", "b.JPG")]);
        faces.ShouldAllBe(face => face.Set == Path.GetFileName(folder) && face.Split == null && face.Hr == null);
    }

    [Fact]
    public void A_guide_is_the_persons_next_photograph_and_never_the_same_one()
    {
        var random = new Random(1);
        foreach (var name in new[] { "1", "2", "3", "4", "5", "6" })
        {
            Noise(name, random);
        }

        // Ann's first, brighter by a level, and mirrored.
        var first = ImageFile.Load(Path.Combine(folder, "1.png"));
        ImageFile.Save(new Image(32, 32, [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => first.Pixels[i / 32 * 32 + 31 - i % 32] + 1 / 255f)]), Path.Combine(folder, "twice.png"));
        Index("file,set,split,hr,identity", "1.png,a,val,32,Ann", "2.png,a,val,32,Bob", "twice.png,a,val,32,Ann", "3.png,a,val,32,Ann", "4.png,a,val,32,Cem", "5.png,a,val,32,", "6.png,a,val,32,Bob");

        var guided = FaceSet.Open(folder).Guided().Faces;

        guided.Select(face => (Path.GetFileName(face.Path), Path.GetFileName(face.Guide!.Path)))
            .ShouldBe([("1.png", "3.png"), ("2.png", "6.png"), ("twice.png", "3.png"), ("3.png", "1.png"), ("6.png", "2.png")]);
    }

    [Fact]
    public void A_strangers_guide_is_that_of_the_next_face_of_somebody_else()
    {
        var random = new Random(1);
        foreach (var name in new[] { "1", "2", "3", "4" })
        {
            Noise(name, random);
        }

        Index("file,set,split,hr,identity", "1.png,a,val,128,Ann", "2.png,a,val,128,Ann", "3.png,a,val,128,Bob", "4.png,a,val,128,Bob");

        var shown = FaceSet.Open(folder).Taken(Protocol.Revisage8xStranger).Faces;

        // Ann's are shown the guide of Bob's first, and Bob's that of Ann's.
        shown.Select(face => (Path.GetFileName(face.Path), Path.GetFileName(face.Guide!.Path)))
            .ShouldBe([("1.png", "4.png"), ("2.png", "4.png"), ("3.png", "2.png"), ("4.png", "2.png")]);
    }

    [Fact]
    public void Without_a_second_photograph_there_is_no_guide()
    {
        Picture("1.png");
        Index("file,set,split,hr,identity", "1.png,a,val,1,Ann");

        Should.Throw<RevisageException>(() => FaceSet.Open(folder).Guided()).Message
            .ShouldBe($"A guided model is shown another photograph of each person, but of 1 faces of '{folder}' none has one. Name a set whose index has a column 'identity', such as one of LFW.");
    }

    [Fact]
    public void A_missing_column_is_named_beside_those_found()
    {
        Index("file,set,mask", "1.png,a,");

        Refusal().ShouldContain("has no column 'split', 'hr' (found: file, set, mask)");
    }

    [Fact]
    public void Files_that_are_not_there_are_counted_and_the_first_is_named()
    {
        Picture("1.png");
        Index("file,set,split,hr", "1.png,a,val,128", "gone.png,a,val,128", "lost.png,a,val,128");

        Refusal().ShouldContain("names 2 of 3 files that are not there (first: 'gone.png')");
    }

    [Fact]
    public void Torn_lines_and_odd_numbers_are_refused_by_line()
    {
        Picture("1.png");
        Index("file,set,split,hr", "1.png,a,val,128", "1.png,a");
        Refusal().ShouldContain("line 3: 2 fields under 4 columns");

        Index("file,set,split,hr", "1.png,a,val,large");
        Refusal().ShouldContain("line 2: hr is 'large', not a whole number");
    }

    [Fact]
    public void A_folder_that_is_empty_or_absent_is_refused()
    {
        Refusal().ShouldContain("holds no index.csv and no picture");
        Should.Throw<RevisageException>(() => FaceSet.Open(Path.Combine(folder, "none"))).Message.ShouldContain("none' is no folder");
    }

    private string Refusal() => Should.Throw<RevisageException>(() => FaceSet.Open(folder)).Message;

    private void Index(params string[] lines) => File.WriteAllLines(Path.Combine(folder, "index.csv"), lines);

    private void Picture(string name) => ImageFile.Save(ImagingFixtures.Plain(4, 4, 1, 2, 3), Path.Combine(folder, name));

    /// <summary>Of blocks, which stay different at 16 pixels.</summary>
    private void Noise(string name, Random random)
    {
        var blocks = Enumerable.Range(0, 3 * 8 * 8).Select(_ => random.NextSingle()).ToArray();
        ImageFile.Save(new Image(32, 32, [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => blocks[i / 1024 * 64 + i / 32 % 32 / 4 * 8 + i % 32 / 4])]), Path.Combine(folder, $"{name}.png"));
    }
}
