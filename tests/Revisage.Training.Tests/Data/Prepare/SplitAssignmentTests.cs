using Revisage.Data;
using Revisage.Data.Prepare;
using Revisage.Data.Sources;

namespace Revisage.Training.Tests.Data.Prepare;

public class SplitAssignmentTests
{
    [Fact]
    public void An_official_split_stays()
    {
        var face = Face("a", split: "test");

        Assign([face]).Of("set", face).ShouldBe("test");
    }

    [Fact]
    public void Without_a_partition_the_share_validates_and_adding_faces_moves_none()
    {
        var faces = Enumerable.Range(0, 5000).Select(i => Face($"{i}.jpg")).ToArray();

        var few = Assign(faces[..2500]);
        var all = Assign(faces);

        faces.Count(face => all.Of("set", face) == "val").ShouldBeInRange(160, 240);    // 0.04 x 5000, 3 standard deviations
        faces[..2500].ShouldAllBe(face => few.Of("set", face) == all.Of("set", face));
    }

    [Fact]
    public void Another_seed_chooses_others()
    {
        var faces = Enumerable.Range(0, 500).Select(i => Face($"{i}.jpg")).ToArray();

        faces.Select(face => Assign(faces, new PrepareOptions { Seed = 2 }).Of("set", face)).ShouldNotBe(faces.Select(face => Assign(faces).Of("set", face)));
    }

    [Fact]
    public void All_faces_of_an_identity_are_in_the_strictest_of_their_splits()
    {
        SourceFace[] faces = [Face("1", "Ann", "train"), Face("2", "Ann", "val"), Face("3", "Ann"), Face("4", "Ben", "train")];

        faces.Select(face => Assign(faces).Of("set", face)).ShouldBe(["val", "val", "val", "train"]);
    }

    [Fact]
    public void An_identity_stays_in_the_split_that_the_set_has_it_in()
    {
        var face = Face("1", "Ann", "val");
        var existing = new FaceRecord { Name = "0", Set = "other", Split = "train", Width = 1, Height = 1, Hr = 1, Identity = "Ann" };

        new SplitAssignment([Input([face])], [existing], new PrepareOptions()).Of("set", face).ShouldBe("train");
    }

    [Fact]
    public void A_number_is_an_identity_of_its_dataset_and_a_name_of_all()
    {
        SplitAssignment.IdentityOf("celeba", Face("1", "42")).ShouldBe("celeba/42");
        SplitAssignment.IdentityOf("lfw", Face("1", "Ann_B")).ShouldBe("Ann_B");
        SplitAssignment.IdentityOf("lfw", Face("1")).ShouldBeNull();
    }

    [Fact]
    public void Faces_of_one_photograph_share_a_split()
    {
        for (var i = 0; i < 200; i++)
        {
            SourceFace[] faces = [Face($"{i}.jpg"), Face($"{i}.jpg#2"), Face($"{i}.jpg#13")];
            faces.Select(face => Assign(faces).Of("set", face)).Distinct().Count().ShouldBe(1);
        }

        SplitAssignment.PhotographOf("no#number.jpg").ShouldBe("no#number.jpg");
    }

    [Fact]
    public void The_last_tenth_by_name_of_a_low_quality_set_validates()
    {
        var faces = Enumerable.Range(0, 30).Select(i => Face($"{i:00}.jpg")).Reverse().ToArray();
        var splits = Assign(faces, new PrepareOptions { LowQuality = true });

        faces.Where(face => splits.Of("set", face) == "val").Select(face => face.Name).ShouldBe(["29.jpg", "28.jpg", "27.jpg"]);
    }

    [Fact]
    public void A_face_is_free_that_only_its_own_name_put_into_a_split()
    {
        SplitAssignment.IsFree(Face("1.jpg")).ShouldBeTrue();
        SplitAssignment.IsFree(Face("1.jpg", split: "val")).ShouldBeFalse();
        SplitAssignment.IsFree(Face("1.jpg", "Ann")).ShouldBeFalse();
        SplitAssignment.IsFree(Face("1.jpg#2")).ShouldBeFalse();
        SplitAssignment.IsFree(Face("1.jpg") with { Photograph = "p" }).ShouldBeFalse();
    }

    private static SplitAssignment Assign(IReadOnlyList<SourceFace> faces, PrepareOptions? options = null) => new([Input(faces)], [], options ?? new PrepareOptions());

    private static PrepareInput Input(IReadOnlyList<SourceFace> faces) => new("set", DrawnPhotographs.Terms, new SourceListing(faces, []));

    private static SourceFace Face(string name, string? identity = null, string? split = null) => new() { Path = name, Name = name, Identity = identity, Split = split };
}
