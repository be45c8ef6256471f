using System.Numerics;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Tests;

namespace Revisage.Training.Tests.Data.Sources;

/// <summary>The layouts of the project's own faces, in miniature and for real.</summary>
public sealed class SharedFacesTests
{
    private static readonly string LandmarkColumns = "file," + string.Join(',', Enumerable.Range(0, 68).Select(i => $"x{i},y{i}"));

    [Fact]
    public void Frames_have_68_points_a_person_and_a_video()
    {
        using var set = new MiniatureDataset().Pictures("images/José María_40.jpg", "images/José María_41.jpg", "images/José María_50.jpg")
            .WindowsLines("keypoints.csv",
                LandmarkColumns, "José María_40.jpg," + MiniatureDataset.Numbers(68, ","), "José María_41.jpg," + MiniatureDataset.Numbers(68, ","),
                "José María_50.jpg," + MiniatureDataset.Numbers(67, ","));

        var listing = set.ReadAs("ytf-keypoints");

        listing.Faces.Select(face => (face.Identity, face.Photograph)).ShouldBe([("José María", "José María_4"), ("José María", "José María_4")]);
        listing.Faces[0].Landmarks.ShouldNotBeNull()[67].ShouldBe(new Vector2(135, 136));
        listing.ShouldHaveProblems("keypoints.csv:4: malformed line");
    }

    [Fact]
    public void Of_a_frame_that_is_listed_twice_the_last_line_counts()
    {
        using var set = new MiniatureDataset().Pictures("images/A_40.jpg")
            .Lines("keypoints.csv", LandmarkColumns, "A_40.jpg,7,7," + MiniatureDataset.Numbers(67, ","), "A_40.jpg,8,8," + MiniatureDataset.Numbers(67, ","));

        var listing = set.ReadAs("ytf-keypoints");

        listing.Faces.ShouldHaveSingleItem().Landmarks.ShouldNotBeNull()[0].ShouldBe(new Vector2(8, 8));
        listing.ShouldHaveProblems("keypoints.csv:3: duplicate name");
    }

    [Fact]
    public void Udacitys_two_lists_are_the_splits()
    {
        var header = "," + string.Join(',', Enumerable.Range(0, 136));
        using var set = new MiniatureDataset().Pictures("training/Luis_Fonsi_21.jpg", "test/Valerie_Harper_30.jpg", "test/Valerie_Harper.jpg")
            .Lines("training_frames_keypoints.csv", header, "Luis_Fonsi_21.jpg," + MiniatureDataset.Numbers(68, ","))
            .Lines("test_frames_keypoints.csv", header, "Valerie_Harper_30.jpg," + MiniatureDataset.Numbers(68, ","), "Valerie_Harper.jpg," + MiniatureDataset.Numbers(68, ","));

        var listing = set.ReadAs("ytf-keypoints");

        listing.Faces.Select(face => (face.Name, face.Split)).ShouldBe([("training/Luis_Fonsi_21.jpg", "train"), ("test/Valerie_Harper_30.jpg", "test")]);
        listing.ShouldHaveProblems("test/Valerie_Harper.jpg: malformed name");
    }

    [Fact]
    public void Prepared_faces_are_as_their_index_says()
    {
        using var set = Prepared();

        var listing = set.ReadAs("prepared");

        listing.Problems.ShouldBeEmpty();
        var (a, b) = (listing.Named("x/a.jpg"), listing.Named("y/b.jpg"));
        (a.Split, a.Identity, a.Age, a.Gender, a.Ethnicity, a.Hr).ShouldBe(("train", null, 2, "f", "asian", 128));
        (b.Split, b.Identity, b.Age, b.Gender, b.Hr).ShouldBe(("val", "B", null, null, 256));
        a.Parsing.ShouldBeEmpty();
        b.Parsing.ShouldBe([Path.Combine(set.Folder, "y/masks/b.png")]);
        a.Landmarks.ShouldNotBeNull()[0].ShouldBe(new Vector2(1, 2));
    }

    [Fact]
    public void What_is_missing_from_prepared_faces_is_named()
    {
        using var set = Prepared().Without("y/masks/b.png").Pictures("x/new.jpg");
        File.AppendAllLines(Path.Combine(set.Folder, "index.csv"), ["x/gone.jpg,x,train,,,,,,160,128", "x/new.jpg,x,other,,,,,,160,128"]);

        var listing = set.ReadAs("prepared");

        listing.Names().ShouldBe(["x/a.jpg"]);
        listing.ShouldHaveProblems("y/b.jpg: missing annotation", "x/gone.jpg: absent picture", "index.csv:5: malformed line");
    }

    [Fact]
    public void Another_index_is_refused()
    {
        using var set = Prepared().Lines("index.csv", "file,width,height", "x/a.jpg,1,1");

        set.ErrorAs("prepared").ShouldContain("columns file, split and hr");
    }

    [Fact]
    public void Low_quality_faces_hold_out_the_last_tenth()
    {
        using var set = new MiniatureDataset()
            .Pictures([.. Enumerable.Range(10, 10).Select(i => $"family/F0002_MID2_P000{i}_face1.jpg")])
            .Pictures("family/x.jpg", "soft/26_1_2_20170105174847679.jpg", "without_mask/0_0_aidai_0014.jpg", "small/Some_One_0001_189_106.png", "small/other.png")
            .Lines("small/small.csv", "file,x,y,side,score", "Some_One_0001_189_106.png,14.5,14.0,45.2,1.1", "gone.png,1,1,1,1");

        var listing = set.ReadAs("low-quality");

        var family = listing.Faces.Where(face => face.Name.StartsWith("family/", StringComparison.Ordinal)).ToArray();
        family.Select(face => face.Split).ShouldBe([.. Enumerable.Repeat("train", 10)]);
        (family[0].Identity, family[0].Photograph).ShouldBe(("F0002_MID2", "F0002_P00010"));
        listing.Named("soft/26_1_2_20170105174847679.jpg").Age.ShouldBe(26);
        listing.Named("without_mask/0_0_aidai_0014.jpg").Split.ShouldBe("test");
        var small = listing.Named("small/Some_One_0001_189_106.png");
        (small.Split, small.Photograph, small.Box).ShouldBe(("test", "Some_One_0001", new FaceBox(14.5, 14, 45.2, 45.2)));
        listing.ShouldHaveProblems("family/x.jpg: malformed name", "small/other.png: missing annotation", "small/gone.png: absent picture");
    }

    [Fact]
    public void London_joins_pictures_points_and_people()
    {
        using var set = new MiniatureDataset().Pictures("london/001_neutral.jpg", "london/001_smiling.jpg", "london/002_neutral.jpg", "london/002_smiling.jpg", "london/003_smiling.jpg", "london/1.jpg")
            .Lines("template189.csv", "london/001_neutral.jpg," + MiniatureDataset.Numbers(189, ","), "london/009_neutral.jpg," + MiniatureDataset.Numbers(189, ","))
            .Lines("webmorph_london_info.csv", "face_id,face_age,face_gender,face_eth", "001,24,female,white", "002,NA,male,black", "004,a,male,black");

        var listing = set.ReadAs("london");

        listing.Faces.Select(face => (face.Identity, face.Age, face.Gender, face.Ethnicity, face.Points?.Count)).ShouldBe(
            [("001", 24, "f", "white", 189), ("001", 24, "f", "white", null), ("002", null, "m", "black", null)]);
        listing.ShouldHaveProblems(
            "london/002_neutral.jpg: missing annotation", "london/003_smiling.jpg: missing annotation", "london/1.jpg: malformed name",
            "london/009_neutral.jpg: absent picture", "webmorph_london_info.csv:4: malformed line");
    }

    [Fact]
    public void Press_photographs_joined_by_a_Yes_are_of_one_person()
    {
        using var set = new MiniatureDataset().Pictures("images/img1.jpg", "images/img2.jpg", "images/img3.jpg", "images/img4.jpg")
            .WindowsLines("images/master.csv", "file_x,file_y,Decision", "img3.jpg,img2.jpg,Yes", "img3.jpg,img1.jpg,Yes", "img4.jpg,img1.jpg,No", "img1.jpg,img2.jpg,No", "img4.jpg,img9.jpg,No", "img1.jpg,img2.jpg,Maybe");

        var listing = set.ReadAs("press");

        listing.Faces.Select(face => face.Identity).ShouldBe(["img1", "img1", "img1", null]);
        listing.ShouldHaveProblems("images/master.csv:5: contradicting pair", "images/img9.jpg: absent picture", "images/master.csv:7: malformed line");
    }

    [Fact]
    public void A_plain_folders_subfolders_are_identities_if_every_picture_is_in_one_of_several()
    {
        using var set = new MiniatureDataset().Pictures("Ann/1.jpg", "Bob Ö/1.jpg", "Bob Ö/2.png").Lines("Ann/notes.txt", "no picture");
        set.ReadAs("folder").Faces.Select(face => (face.Name, face.Identity)).ShouldBe([("Ann/1.jpg", "Ann"), ("Bob Ö/1.jpg", "Bob Ö"), ("Bob Ö/2.png", "Bob Ö")]);

        set.Pictures("0.jpg");
        set.ReadAs("folder").Faces.ShouldAllBe(face => face.Identity == null);

        using var single = new MiniatureDataset().Pictures("Ann/1.jpg", "Ann/2.jpg", "Ann/2.JPG");
        var listing = single.ReadAs("folder");
        listing.Faces.ShouldAllBe(face => face.Identity == null);
        listing.Problems.ShouldHaveSingleItem().Kind.ShouldBe("duplicate name");
    }

    [Fact]
    public void A_folder_without_pictures_and_an_unknown_layout_are_refused()
    {
        using var set = new MiniatureDataset().Lines("readme.txt", "nothing");

        set.ErrorAs("folder").ShouldContain("holds no picture");
        Should.Throw<RevisageException>(() => DatasetCatalog.Find("celebb")).Message.ShouldContain("Choose one of prepared");
        Should.Throw<RevisageException>(() => DatasetCatalog.Recognise(Path.Combine(set.Folder, "gone"))).Message.ShouldContain("is no folder");
        foreach (var layout in DatasetCatalog.Layouts)
        {
            layout.Recognises(Path.Combine(set.Folder, "gone")).ShouldBeFalse(layout.Id);
            Should.Throw<RevisageException>(() => layout.Read(Path.Combine(set.Folder, "gone")), layout.Id);
            Should.Throw<RevisageException>(() => layout.Read(set.Folder), layout.Id);
        }
    }

    [Fact]
    public void A_file_that_is_no_text_is_refused()
    {
        using var set = Prepared().Bytes("index.csv", new byte[1 << 20]);

        set.ErrorAs("prepared").ShouldContain("no text of annotations");
    }

    [FacesFact]
    public void The_prepared_faces_are_21239_of_3644_people()
    {
        var folder = Path.Combine(FacesFactAttribute.Folder, "aligned");
        var layout = DatasetCatalog.Recognise(folder);
        var listing = layout.Read(folder);

        layout.Id.ShouldBe("prepared");
        listing.Faces.Count.ShouldBe(21_239);
        // Twins, which the index leaves out and the folder still has.
        listing.Problems.Count.ShouldBe(24);
        listing.Problems.ShouldAllBe(problem => problem.Kind == "missing annotation");
        listing.Faces.CountBy(face => face.Split!).OrderBy(split => split.Value).ShouldBe([new("val", 231), new("test", 686), new("train", 20_322)]);
        listing.Faces.Count(face => face.Parsing.Count == 1).ShouldBe(946);
        listing.Faces.Select(face => face.Identity).OfType<string>().Distinct().Count().ShouldBe(3644);
    }

    [FacesFact]
    public void The_694_lines_of_frames_are_of_571()
    {
        var folder = Path.Combine(FacesFactAttribute.Folder, "keypoints/ytf");

        var listing = DatasetCatalog.Recognise(folder).Read(folder);

        // 123 names are there twice, with the points of another crop in the first line.
        listing.Faces.Count.ShouldBe(571);
        listing.Problems.Count.ShouldBe(123);
        listing.Problems.ShouldAllBe(problem => problem.Kind == "duplicate name");
    }

    [FacesFact]
    public void The_low_quality_faces_are_1900_800_500_and_108() =>
        Read("lowquality", "low-quality").Faces.CountBy(face => face.Name.Split('/')[0]).ShouldBe(
            [new("family", 1900), new("soft", 800), new("without_mask", 500), new("small", 108)]);

    [FacesFact]
    public void The_London_set_is_45_people_twice()
    {
        var layout = DatasetCatalog.Recognise(Path.Combine(FacesFactAttribute.Folder, "photos/london"));
        var listing = layout.Read(Path.Combine(FacesFactAttribute.Folder, "photos/london"));

        layout.Id.ShouldBe("london");
        listing.Faces.CountBy(face => face.Identity!).Select(person => person.Value).ShouldBe([.. Enumerable.Repeat(2, 45)]);

        // The template's rows of the people who were not taken along.
        listing.Problems.ShouldAllBe(problem => problem.Kind == "absent picture");
    }

    [FacesFact]
    public void The_press_photographs_are_64()
    {
        var listing = Read("photos/press", "press");

        listing.Faces.Count.ShouldBe(64);
        listing.Faces.Where(face => face.Identity is not null).CountBy(face => face.Identity!).ShouldAllBe(person => person.Value > 1);
    }

    private static SourceListing Read(string folder, string id)
    {
        var path = Path.Combine(FacesFactAttribute.Folder, folder);
        DatasetCatalog.Recognise(path).Id.ShouldBe(id);
        var listing = DatasetCatalog.Find(id).Read(path);
        listing.Problems.ShouldBeEmpty();
        listing.Faces.ShouldAllBe(face => File.Exists(face.Path));
        return listing;
    }

    private static MiniatureDataset Prepared() => new MiniatureDataset()
        .Pictures("x/a.jpg", "y/b.jpg", "y/masks/b.png")
        .Lines("index.csv", "file,set,split,identity,age,gender,ethnicity,mask,size,hr", "x/a.jpg,x,train,,2,f,asian,,160,128", "y/b.jpg,y,val,B,,,,1,320,256")
        .Lines("landmarks.csv", LandmarkColumns, "x/a.jpg," + MiniatureDataset.Numbers(68, ","), "y/b.jpg," + MiniatureDataset.Numbers(68, ","));
}
