namespace Revisage.Training.Tests.Data.Sources;

/// <summary>Datasets whose folders or file names say who somebody is, or how old.</summary>
public sealed class IdentityDatasetTests
{
    [Fact]
    public void VGGFace2_has_identity_box_points_gender_and_photographs_of_several_faces()
    {
        using var set = Vgg()
            .Lines("meta/identity_meta.csv", "Class_ID, Name, Sample_Num, Flag, Gender", "n000001, \"14th_Dalai_Lama\",424,0, m,", "n000002, \"A, Fine Frenzy\",315,1, f,")
            .Lines("bb_landmark/loose_bb_train.csv", "NAME_ID,X,Y,W,H", "\"n000002/0001_01\",1,2,3,4", "n000002/0001_01,161,140,224,324", "n000002/0001_02,1,2,3,4", "n000002/0003_01,-5,2,3,4")
            .WindowsLines("bb_landmark/loose_landmark_test.csv", "NAME_ID,P1X,P1Y,P2X,P2Y,P3X,P3Y,P4X,P4Y,P5X,P5Y", "n000001/0019_01,1.5,2,3,4,5,6,7,8,9,10");

        var listing = set.ReadAs("vggface2");

        listing.Faces.Select(face => (face.Name, face.Split, face.Identity, face.Gender, face.Photograph, face.Box?.Left)).ShouldBe(
        [
            ("train/n000002/0001_01.jpg", "train", "n000002", "f", "train/n000002/0001", 161),
            ("train/n000002/0001_02.jpg", "train", "n000002", "f", "train/n000002/0001", 1),
            ("train/n000002/0003_01.jpg", "train", "n000002", "f", null, -5),
            ("test/n000001/0019_01.jpg", "test", "n000001", "m", null, null),
        ]);
        listing.Faces[3].Points.ShouldNotBeNull()[0].X.ShouldBe(1.5f);
        listing.ShouldHaveProblems("train/\"n000002/0001_01\": absent picture");
    }

    [Fact]
    public void VGGFace2s_bad_input_is_named()
    {
        using var set = Vgg().Pictures("train/loose.jpg")
            .Lines("identity_meta.csv", "Class_ID, Name, Sample_Num, Flag, Gender", "n000002, \"A_Fine_Frenzy\",315,1, x,")
            .Lines("loose_bb_train.csv", "NAME_ID,X,Y,W,H", "n000002/0001_01,161,140,224", "n000002/0001_02,1,2,3,4", "n000002/0003_01,1,2,3,4");

        var listing = set.ReadAs("vggface2");

        listing.Names().ShouldBe(["train/n000002/0001_02.jpg", "train/n000002/0003_01.jpg", "test/n000001/0019_01.jpg"]);
        listing.ShouldHaveProblems(
            "identity_meta.csv:2: malformed line", "n000001: missing annotation", "n000002: missing annotation",
            "train/loose.jpg: malformed name", "loose_bb_train.csv:2: malformed line");
    }

    [Fact]
    public void Another_table_is_refused_for_VGGFace2s_boxes()
    {
        using var set = Vgg().Lines("loose_bb_train.csv", "NAME_ID,P1X,P1Y", "n000002/0001_01,1,2");

        set.ErrorAs("vggface2").ShouldContain("should have the columns 'NAME_ID X Y W H', but has 'NAME_ID,P1X,P1Y'");
    }

    [Fact]
    public void CASIA_WebFaces_folders_are_the_identities()
    {
        using var set = new MiniatureDataset().Pictures("CASIA-WebFace/0000045/001.jpg", "CASIA-WebFace/0000045/002.jpg", "CASIA-WebFace/0000099/001.jpg", "CASIA-WebFace/x/1.jpg");

        var listing = set.ReadAs("casia-webface");

        listing.Faces.Select(face => face.Identity).ShouldBe(["0000045", "0000045", "0000099"]);
        listing.ShouldHaveProblems("CASIA-WebFace/x/1.jpg: malformed name");
    }

    [Fact]
    public void LFW_has_names_and_the_split_of_View_1()
    {
        using var set = Lfw().Lines("peopleDevTrain.txt", "1", "Aaron_Peirsol\t2").WindowsLines("view1/peopleDevTest.txt", "1", "Zoë_Ball\t1");

        var listing = set.ReadAs("lfw");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Identity, face.Split)).ShouldBe(
        [
            ("lfw-deepfunneled/Aaron_Peirsol/Aaron_Peirsol_0001.jpg", "Aaron_Peirsol", "train"),
            ("lfw-deepfunneled/Aaron_Peirsol/Aaron_Peirsol_0002.jpg", "Aaron_Peirsol", "train"),
            ("lfw-deepfunneled/Zoë_Ball/Zoë_Ball_0001.jpg", "Zoë_Ball", "val"),
        ]);
    }

    [Fact]
    public void LFW_without_lists_has_no_split_and_with_pairs_alone_theirs()
    {
        using var set = Lfw();
        set.ReadAs("lfw").Faces.ShouldAllBe(face => face.Split == null);

        set.Lines("pairsDevTrain.txt", "1", "Aaron_Peirsol\t1\t2", "Aaron_Peirsol\t1\tZoë_Ball\t1");
        set.ReadAs("lfw").Faces.ShouldAllBe(face => face.Split == "train");
    }

    [Fact]
    public void LFWs_bad_input_is_named()
    {
        using var set = Lfw().Pictures("lfw-deepfunneled/Zoë_Ball/Zoe_Ball_0002.jpg", "lfw-deepfunneled/New_Man/New_Man_0001.jpg")
            .Lines("peopleDevTrain.txt", "3", "Aaron_Peirsol\t3", "Zoë_Ball\tone", "Zoë_Ball\t1", "")
            .Lines("peopleDevTest.txt", "1", "Aaron_Peirsol\t1");

        var listing = set.ReadAs("lfw");

        listing.Faces.Count.ShouldBe(3);
        listing.ShouldHaveProblems(
            "lfw-deepfunneled/Aaron_Peirsol/Aaron_Peirsol_0003.jpg: absent picture", "peopleDevTrain.txt:3: malformed line",
            "lfw-deepfunneled/Zoë_Ball/Zoe_Ball_0002.jpg: malformed name", "lfw-deepfunneled/New_Man/New_Man_0001.jpg: missing annotation",
            "peopleDevTest.txt:2: duplicate name");
    }

    [Fact]
    public void LFWs_lists_of_something_else_are_refused()
    {
        using var set = Lfw().Lines("peopleDevTrain.txt", "000001.jpg 1 2 3 4", "000002.jpg 1 2 3 4");

        set.ErrorAs("lfw").ShouldContain("peopleDevTrain.txt' should be a list of View 1 of LFW");
    }

    [Fact]
    public void UTKFaces_names_are_its_labels()
    {
        using var set = new MiniatureDataset().Pictures(
            "UTKFace/26_1_2_20170116174525125.jpg.chip.jpg", "part1/100_0_4_20170112213500903.jpg", "UTKFace/61_1_20170109142408075.jpg.chip.jpg",
            "UTKFace/1_2_0_20161219140623097.jpg", "UTKFace/1_0_5_20161219140623097.jpg", "UTKFace/-1_0_0_20161219140623097.jpg");

        var listing = set.ReadAs("utkface");

        listing.Faces.Select(face => (face.Age, face.Gender, face.Ethnicity, face.Hr)).ShouldBe([(26, "f", "asian", 200), (100, "m", "other", null)]);
        listing.ShouldHaveProblems(
            "UTKFace/61_1_20170109142408075.jpg.chip.jpg: malformed name", "UTKFace/1_2_0_20161219140623097.jpg: malformed name",
            "UTKFace/1_0_5_20161219140623097.jpg: malformed name", "UTKFace/-1_0_0_20161219140623097.jpg: malformed name");
    }

    [Fact]
    public void All_Age_Faces_counts_women_up_to_7380()
    {
        using var set = new MiniatureDataset("All-Age-Faces Dataset")
            .Pictures("original images/00000A02.jpg", "original images/07380A44.jpg", "original images/07381A05.jpg", "original images/readme.jpg", "aglined faces/00000A02.jpg")
            .Lines("image sets/train.txt", "00000A02.jpg 0", "07380A44.jpg 0", "99999A01.jpg 1")
            .WindowsLines("image sets/val.txt", "07381A05 1");

        var listing = set.ReadAs("all-age-faces");

        listing.Faces.Select(face => (face.Name, face.Identity, face.Age, face.Gender, face.Split)).ShouldBe(
        [
            ("original images/00000A02.jpg", "00000", 2, "f", "train"),
            ("original images/07380A44.jpg", "07380", 44, "f", "train"),
            ("original images/07381A05.jpg", "07381", 5, "m", "val"),
        ]);
        listing.ShouldHaveProblems("original images/readme.jpg: malformed name", "original images/99999A01.jpg: absent picture");
    }

    [Fact]
    public void All_Age_Faces_without_the_originals_is_read_from_the_aligned_ones()
    {
        using var set = new MiniatureDataset().Pictures("aglined faces/00000A02.jpg", "aglined faces/00001A02.jpg")
            .Lines("image sets/train.txt", "00000A02.jpg 0").Lines("image sets/val.txt", "00000A02.jpg 0");

        var listing = set.ReadAs("all-age-faces");

        listing.Faces.ShouldBeEmpty();
        listing.ShouldHaveProblems("aglined faces/00000A02.jpg: duplicate name", "aglined faces/00001A02.jpg: missing annotation");
    }

    private static MiniatureDataset Vgg() => new MiniatureDataset().Pictures(
        "train/n000002/0001_01.jpg", "train/n000002/0001_02.jpg", "train/n000002/0003_01.jpg", "test/n000001/0019_01.jpg");

    private static MiniatureDataset Lfw() => new MiniatureDataset().Pictures(
        "lfw-deepfunneled/Aaron_Peirsol/Aaron_Peirsol_0001.jpg", "lfw-deepfunneled/Aaron_Peirsol/Aaron_Peirsol_0002.jpg", "lfw-deepfunneled/Zoë_Ball/Zoë_Ball_0001.jpg");
}
