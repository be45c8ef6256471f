using System.Numerics;
using Revisage.Faces;

namespace Revisage.Training.Tests.Data.Sources;

public sealed class CelebATests
{
    private const string PointColumns = "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x rightmouth_y";

    [Fact]
    public void The_aligned_pictures_have_split_identity_five_points_and_gender()
    {
        using var set = Aligned();

        var listing = set.ReadAs("celeba");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Split, face.Identity, face.Gender)).ShouldBe(
        [
            ("img_align_celeba/000001.jpg", "train", "2880", "f"),
            ("img_align_celeba/000002.jpg", "val", "2937", "m"),
            ("img_align_celeba/000003.jpg", "test", "2880", "f"),
        ]);
        listing.Faces[0].Points.ShouldBe([new(69, 109), new(106, 113), new(77, 142), new(73, 152), new(108, 154)]);
        File.Exists(listing.Faces[0].Path).ShouldBeTrue();
    }

    [Fact]
    public void The_downloads_own_folders_and_Windows_line_ends_do_not_matter()
    {
        using var set = new MiniatureDataset()
            .Pictures("Img/img_align_celeba_png/000001.png", "Img/img_align_celeba_png/Zoë Müller 1.png")
            .WindowsLines("Eval/list_eval_partition.txt", "000001.jpg 2", "Zoë Müller 1.jpg 0")
            .WindowsLines("Anno/list_landmarks_align_celeba.txt", "2", PointColumns,
                "000001.jpg  69  109  106  113   77  142   73  152  108  154", "Zoë Müller 1.jpg 69 109 106 113 77 142 73 152 108 154");

        var listing = set.ReadAs("celeba");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Split, face.Identity, face.Gender)).ShouldBe(
            [("Img/img_align_celeba_png/000001.png", "test", null, null), ("Img/img_align_celeba_png/Zoë Müller 1.png", "train", null, null)]);
    }

    [Fact]
    public void What_does_not_fit_is_counted_and_named()
    {
        using var set = Aligned()
            .Pictures("img_align_celeba/000004.jpg", "img_align_celeba/000005.jpg", "img_align_celeba/000003.JPG")
            .Lines("list_eval_partition.txt", "000001.jpg 0", "000002.jpg 1", "000002.jpg 2", "000003.jpg 2", "000005.jpg 7", "000009.jpg 0")
            .Lines("identity_CelebA.txt", "000001.jpg 2880", "000002.jpg 2937", "000003.jpg 2880", "000005.jpg 1", "000009.jpg 1")
            .Without("list_attr_celeba.txt");
        File.AppendAllLines(
            Path.Combine(set.Folder, "list_landmarks_align_celeba.txt"),
            ["000004.jpg 69 111 108 111 88 136 73 152 105 152", "000005.jpg 69 111 108 111 88 136 73 152 105 152"]);

        var listing = set.ReadAs("celeba");

        listing.Names().ShouldBe(["img_align_celeba/000001.jpg", "img_align_celeba/000003.JPG"]);
        listing.ShouldHaveProblems(
            "img_align_celeba/000003.jpg: duplicate name",
            "img_align_celeba/000004.jpg: missing annotation",
            "list_eval_partition.txt:3: duplicate name",
            "list_eval_partition.txt:5: malformed line",
            "img_align_celeba/000009.jpg: absent picture");
    }

    [Fact]
    public void Landmarks_of_the_pictures_in_the_wild_are_refused()
    {
        using var set = Aligned().Lines("list_landmarks_align_celeba.txt", "1", PointColumns, "000001.jpg 165 184 244 176 196 249 194 271 266 260");
        set.ErrorAs("celeba").ShouldContain("'list_landmarks_celeba.txt', renamed");

        set.Without("list_landmarks_align_celeba.txt").Lines("list_landmarks_celeba.txt", "1", PointColumns);
        set.ErrorAs("celeba").ShouldContain("want 'list_landmarks_align_celeba.txt'");
    }

    [Theory]
    [InlineData("list_landmarks_align_celeba.txt", "image_id x_1 y_1 width height", "lefteye_x")]
    [InlineData("list_eval_partition.txt", "000001.jpg 2880,000002.jpg 2937,000003.jpg 8692", "name 0, 1 or 2")]
    [InlineData("identity_CelebA.txt", "000001.jpg 0,000002.jpg 0,000003.jpg 1", "name identity")]
    [InlineData("list_attr_celeba.txt", "2,Smiling Young,000001.jpg 1 1", "Male")]
    [InlineData("list_eval_partition.txt", "n000001/0001_01 0,n000001/0002_01 1", "names one of the 3 pictures")]
    public void An_annotation_file_of_something_else_is_refused_by_name(string file, string lines, string expected)
    {
        using var set = Aligned().Lines(file, lines.Split(','));

        var error = set.ErrorAs("celeba");

        error.ShouldContain(file);
        error.ShouldContain(expected);
    }

    [Fact]
    public void A_folder_without_the_partition_is_refused()
    {
        using var set = Aligned().Without("list_eval_partition.txt");

        set.ErrorAs("celeba").ShouldContain("has no 'list_eval_partition.txt'");
    }

    [Fact]
    public void The_pictures_in_the_wild_have_a_box()
    {
        using var set = Wild();

        var face = set.ReadAs("celeba-wild").Faces.ShouldHaveSingleItem();

        (face.Name, face.Split, face.Identity, face.Box).ShouldBe(("img_celeba/000001.jpg", "train", "2880", new FaceBox(95, 71, 226, 313)));
        face.Points.ShouldNotBeNull()[2].ShouldBe(new Vector2(196, 249));
    }

    [Fact]
    public void Landmarks_of_the_aligned_pictures_are_refused_in_the_wild()
    {
        using var set = Wild().Lines("list_landmarks_celeba.txt", "1", PointColumns, "000001.jpg 69 109 106 113 77 142 73 152 108 154");

        set.ErrorAs("celeba-wild").ShouldContain("belongs to the aligned pictures");
    }

    [Fact]
    public void An_empty_box_is_a_malformed_line()
    {
        using var set = Wild().Pictures("img_celeba/000002.jpg", "img_celeba/000003.jpg")
            .Lines("list_bbox_celeba.txt", "3", "image_id x_1 y_1 width height", "000001.jpg 95 71 226 313", "000002.jpg 72 94 0 306", "000003.jpg 1 1 10 10")
            .Lines("identity_CelebA.txt", "000001.jpg 2880", "000002.jpg 1", "000003.jpg 1")
            .Lines("list_eval_partition.txt", "000001.jpg 0", "000002.jpg 0", "000003.jpg 0")
            .Lines("list_landmarks_celeba.txt", "3", PointColumns,
                "000001.jpg 165 184 244 176 196 249 194 271 266 260", "000002.jpg 2 2 2 2 2 2 2 2 2 2", "000003.jpg 2 2 2 2 2 2 2 2 2 nan");

        set.ReadAs("celeba-wild").ShouldHaveProblems("list_bbox_celeba.txt:4: malformed line", "list_landmarks_celeba.txt:5: malformed line");
    }

    [Fact]
    public void CelebAMask_HQ_has_its_masks_and_through_the_mapping_CelebAs_split_and_identity()
    {
        using var set = MaskHq()
            .Lines("Eval/list_eval_partition.txt", "119613.jpg 0", "099094.jpg 2", "000001.jpg 0")
            .Lines("identity_CelebA.txt", "119613.jpg 12", "099094.jpg 13", "000001.jpg 14")
            .Lines("CelebAMask-HQ-attribute-anno.txt", "2", "5_o_Clock_Shadow Male Young", "0.jpg  -1 -1  1", "2000.jpg -1  1  1");

        var listing = set.ReadAs("celebamask-hq");

        listing.Problems.ShouldBeEmpty();
        listing.Faces.Select(face => (face.Name, face.Split, face.Identity, face.Gender)).ShouldBe(
            [("CelebA-HQ-img/0.jpg", "train", "12", "f"), ("CelebA-HQ-img/2000.jpg", "test", "13", "m")]);
        listing.Faces[0].Parsing.Select(path => Path.GetRelativePath(set.Folder, path)).ShouldBe(
            ["CelebAMask-HQ-mask-anno/0/00000_l_brow.png", "CelebAMask-HQ-mask-anno/0/00000_skin.png"]);
    }

    [Fact]
    public void CelebAMask_HQ_without_CelebA_has_no_split()
    {
        using var set = MaskHq();

        set.ReadAs("celebamask-hq").Faces.ShouldAllBe(face => face.Split == null && face.Identity == null);
    }

    [Fact]
    public void CelebAMask_HQ_refuses_identities_for_the_partition()
    {
        using var set = MaskHq().Lines("list_eval_partition.txt", "119613.jpg 2880", "099094.jpg 2937");

        set.ErrorAs("celebamask-hq").ShouldContain("2 of 2 have another form");
    }

    [Fact]
    public void Masks_that_are_missing_or_too_many_are_named()
    {
        using var set = MaskHq().Pictures(
            "CelebA-HQ-img/7.jpg", "CelebAMask-HQ-mask-anno/0/00009_skin.png", "CelebAMask-HQ-mask-anno/0/00000_beard.png");

        set.ReadAs("celebamask-hq").ShouldHaveProblems(
            "CelebA-HQ-img/7.jpg: missing annotation",
            "CelebA-HQ-img/9.jpg: absent picture",
            "CelebAMask-HQ-mask-anno/0/00000_beard.png: malformed name");
    }

    private static MiniatureDataset Aligned() => new MiniatureDataset()
        .Pictures("img_align_celeba/000001.jpg", "img_align_celeba/000002.jpg", "img_align_celeba/000003.jpg", "img_align_celeba/._000001.jpg")
        .Lines("list_eval_partition.txt", "000001.jpg 0", "000002.jpg 1", "000003.jpg 2")
        .Lines("identity_CelebA.txt", "000001.jpg 2880", "000002.jpg 2937", "000003.jpg 2880")
        .Lines("list_attr_celeba.txt", "3", "5_o_Clock_Shadow Male Young ", "000001.jpg -1 -1  1", "000002.jpg -1  1  1", "000003.jpg  1 -1 -1")
        .Lines("list_landmarks_align_celeba.txt", "3", PointColumns + " ",
            "000001.jpg 69  109  106  113   77  142   73  152  108  154",
            "000002.jpg 69  110  107  112   81  135   70  151  108  153",
            "000003.jpg 76  112  104  106  108  128   74  156   98  158");

    private static MiniatureDataset Wild() => new MiniatureDataset()
        .Pictures("img_celeba/000001.jpg")
        .Lines("list_eval_partition.txt", "000001.jpg 0")
        .Lines("identity_CelebA.txt", "000001.jpg 2880")
        .Lines("list_bbox_celeba.txt", "1", "image_id x_1 y_1 width height", "000001.jpg    95  71 226 313")
        .Lines("list_landmarks_celeba.txt", "1", PointColumns, "000001.jpg 165  184  244  176  196  249  194  271  266  260");

    private static MiniatureDataset MaskHq() => new MiniatureDataset()
        .Pictures(
            "CelebA-HQ-img/0.jpg", "CelebA-HQ-img/2000.jpg", "CelebAMask-HQ-mask-anno/0/00000_skin.png",
            "CelebAMask-HQ-mask-anno/0/00000_l_brow.png", "CelebAMask-HQ-mask-anno/1/02000_hair.png")
        .Lines("CelebA-HQ-to-CelebA-mapping.txt", "idx          orig_idx    orig_file", "0            119612      119613.jpg", "2000         99093       099094.jpg");
}
