using System.Numerics;
using Revisage.Data.Sources;
using Revisage.Faces;

namespace Revisage.Training.Tests.Data.Sources;

/// <summary>Datasets with several faces a picture: WIDER FACE and AFLW.</summary>
public sealed class DetectionDatasetTests
{
    private const string Parade = "0--Parade/0_Parade_marchingband_1_";

    [Fact]
    public void Each_box_of_WIDER_FACE_is_a_face_named_by_its_place_in_the_list()
    {
        using var set = new MiniatureDataset()
            .Pictures($"WIDER_train/images/{Parade}849.jpg", $"WIDER_train/images/{Parade}799.jpg", $"WIDER_val/images/{Parade}465.jpg", $"WIDER_test/images/{Parade}1.jpg")
            .Lines("wider_face_split/wider_face_train_bbx_gt.txt",
                $"{Parade}849.jpg", "1", "449 330 122 149 0 0 0 0 0 0 ",
                $"{Parade}799.jpg", "4", "78 221 7 8 2 0 0 0 0 0 ", "1 2 3 4 0 0 0 1 0 0 ", "5 6 7 8 0 0 0 0 2 0 ", "113 212 11 15 2 0 0 0 1 0 ")
            .WindowsLines("wider_face_split/wider_face_val_bbx_gt.txt", $"{Parade}465.jpg", "1", "345 211 4 4 2 0 0 0 2 0", "");

        var listing = DatasetCatalog.Recognise(set.Folder).Read(set.Folder);

        DatasetCatalog.Recognise(set.Folder).Id.ShouldBe("wider-face");
        listing.Faces.Select(face => (face.Name, face.Split, face.Box)).ShouldBe(
        [
            ($"WIDER_train/images/{Parade}849.jpg", "train", new FaceBox(449, 330, 122, 149)),
            ($"WIDER_train/images/{Parade}799.jpg", "train", new FaceBox(78, 221, 7, 8)),
            ($"WIDER_train/images/{Parade}799.jpg#4", "train", new FaceBox(113, 212, 11, 15)),
        ]);
        listing.ShouldHaveProblems(
            $"WIDER_train/images/{Parade}799.jpg#2: marked invalid",
            $"WIDER_train/images/{Parade}799.jpg#3: heavily occluded",
            $"WIDER_val/images/{Parade}465.jpg: heavily occluded");
    }

    [Fact]
    public void Damage_in_WIDERs_list_costs_the_lines_that_it_hits()
    {
        using var set = new MiniatureDataset()
            .Pictures("WIDER_train/images/a.jpg", "WIDER_train/images/b.jpg", "WIDER_train/images/c.jpg", "WIDER_train/images/d.jpg", "WIDER_train/images/e.jpg")
            .Lines("wider_face_train_bbx_gt.txt",
                "a.jpg", "0", "0 0 0 0 0 0 0 0 0 0 ",
                "b.jpg", "3", "1 1 5 5 0 0 0 0 0 0", "1 1 5", "1 1 0 5 0 0 0 0 0 0",
                "c.jpg", "two", "1 1 5 5 0 0 0 0 0 0",
                "d.jpg", "2", "2 2 6 6 0 0 0 0 0 0",
                "b.jpg", "1", "9 9 9 9 0 0 0 0 0 0",
                "gone.jpg", "1", "9 9 9 9 0 0 0 0 0 0");

        var listing = set.ReadAs("wider-face");

        listing.Names().ShouldBe(["WIDER_train/images/b.jpg", "WIDER_train/images/d.jpg"]);
        listing.ShouldHaveProblems(
            "WIDER_train/images/a.jpg: no face marked",
            "wider_face_train_bbx_gt.txt:7: malformed line",
            "wider_face_train_bbx_gt.txt:8: malformed line",
            "wider_face_train_bbx_gt.txt:9: malformed line",
            "wider_face_train_bbx_gt.txt:10: malformed line",
            "wider_face_train_bbx_gt.txt:11: malformed line",
            "wider_face_train_bbx_gt.txt:15: duplicate name",
            "WIDER_train/images/gone.jpg: absent picture",
            "WIDER_train/images/e.jpg: missing annotation");
    }

    [Fact]
    public void Another_list_is_refused_for_WIDERs()
    {
        using var set = new MiniatureDataset().Pictures("WIDER_train/images/a.jpg").Lines("wider_face_train_bbx_gt.txt", "3", "a b c");

        set.ErrorAs("wider-face").ShouldContain("no list of boxes of WIDER FACE");
    }

    [Fact]
    public void AFLW_has_boxes_and_21_points_of_which_hidden_ones_are_NaN()
    {
        using var set = Aflw(
            $"data/flickr/0/image00002.jpg,10,20,30,40,{MiniatureDataset.Numbers(21, ",")}",
            $"data/flickr/0/image00002.jpg,,,,,,,{MiniatureDataset.Numbers(20, ",")}");

        var listing = set.ReadAs("aflw");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Box)).ShouldBe(
            [("data/flickr/0/image00002.jpg", new FaceBox(10, 20, 30, 40)), ("data/flickr/0/image00002.jpg#2", null)]);
        listing.Faces[0].Points.ShouldNotBeNull()[20].ShouldBe(new Vector2(41, 42));
        float.IsNaN(listing.Faces[1].Points.ShouldNotBeNull()[0].X).ShouldBeTrue();
        listing.Faces[1].Points.ShouldNotBeNull()[1].ShouldBe(new Vector2(1, 2));
    }

    [Fact]
    public void AFLWs_bad_lines_are_named()
    {
        using var set = Aflw(
            $"data/flickr/0/image00002.jpg,10,20,30,40,{MiniatureDataset.Numbers(21, ",")}",
            $"data/flickr/0/image00002.jpg,10,20,-30,40,{MiniatureDataset.Numbers(21, ",")}",
            $"data/flickr/9/gone.jpg,10,20,30,40,{MiniatureDataset.Numbers(21, ",")}",
            $"data/flickr/9/gone.jpg,10,20,30,40,{MiniatureDataset.Numbers(21, ",")}")
            .Pictures("data/flickr/2/image3.jpg");

        var listing = set.ReadAs("aflw");

        listing.Names().ShouldBe(["data/flickr/0/image00002.jpg"]);
        listing.ShouldHaveProblems("aflw.csv:3: malformed line", "data/flickr/9/gone.jpg: absent picture", "data/flickr/2/image3.jpg: missing annotation");
    }

    [Fact]
    public void AFLWs_database_is_refused_with_the_way_to_export_it()
    {
        using var set = new MiniatureDataset().Pictures("data/flickr/0/image00002.jpg").Lines("data/aflw.sqlite", "SQLite format 3");

        DatasetCatalog.Recognise(set.Folder).Id.ShouldBe("aflw");
        set.ErrorAs("aflw").ShouldContain("sqlite3 -csv -header");
    }

    private static MiniatureDataset Aflw(params string[] lines)
    {
        string[] points =
        [
            "LeftBrowLeftCorner", "LeftBrowCenter", "LeftBrowRightCorner", "RightBrowLeftCorner", "RightBrowCenter", "RightBrowRightCorner",
            "LeftEyeLeftCorner", "LeftEyeCenter", "LeftEyeRightCorner", "RightEyeLeftCorner", "RightEyeCenter", "RightEyeRightCorner",
            "LeftEar", "NoseLeft", "NoseCenter", "NoseRight", "RightEar", "MouthLeftCorner", "MouthCenter", "MouthRightCorner", "ChinCenter",
        ];
        return new MiniatureDataset()
            .Pictures("data/flickr/0/image00002.jpg")
            .WindowsLines("aflw.csv", ["#FILENAME,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT," + string.Join(',', points.Select(name => $"{name}_X,{name}_Y")), .. lines]);
    }
}
