using Revisage.Data;

namespace Revisage.Training.Tests.Data;

public class SampleOrderTests
{
    // Ten people: person p has p pictures, so nobody has none and one has a single one.
    private static readonly FaceRecord[] Faces =
    [
        .. Enumerable.Range(1, 10).SelectMany(person => Enumerable.Range(0, person).Select(i => Face($"{person}/{i}", $"{person}"))),
        Face("unknown", null),
    ];

    private static readonly DataOptions ByPeople = new() { Identities = new IdentitySampling { People = 4, Images = 3, Others = 2 } };

    [Fact]
    public void A_block_holds_several_faces_of_several_people_and_some_others()
    {
        var order = new SampleOrder(Faces, ByPeople, seed: 1);

        for (var block = 0; block < 50; block++)
        {
            string[] people = [.. Enumerable.Range(0, 12).Select(slot => Faces[order[block * 14 + slot]].Identity!)];

            people.Chunk(3).ShouldAllBe(three => three.Distinct().Count() == 1);
            people.Distinct().Count().ShouldBe(4);
            people.ShouldNotContain("1", "one picture is no pair");
        }
    }

    [Fact]
    public void A_person_with_enough_pictures_shows_different_ones()
    {
        var order = new SampleOrder(Faces, ByPeople, seed: 1);

        var drawn = Enumerable.Range(0, 50).SelectMany(block => Enumerable.Range(0, 12).Select(slot => order[block * 14 + slot]).Chunk(3));

        drawn.Where(three => Faces[three[0]].Identity != "2").ShouldAllBe(three => three.Distinct().Count() == 3);
    }

    [Fact]
    public void The_others_are_every_face_once_an_epoch()
    {
        var order = new SampleOrder(Faces, ByPeople, seed: 1);

        var others = Enumerable.Range(0, Faces.Length / 2).SelectMany(block => new[] { order[block * 14 + 12], order[block * 14 + 13] });

        others.Order().ShouldBe(Enumerable.Range(0, Faces.Length));
    }

    [Fact]
    public void A_sample_is_the_same_whatever_was_asked_before()
    {
        var (forwards, backwards) = (new SampleOrder(Faces, ByPeople, seed: 1), new SampleOrder(Faces, ByPeople, seed: 1));

        int[] up = [.. Enumerable.Range(0, 100).Select(sample => forwards[sample])];
        int[] down = [.. Enumerable.Range(0, 100).Reverse().Select(sample => backwards[sample])];

        down.Reverse().ShouldBe(up);
        Enumerable.Range(0, 100).Select(sample => new SampleOrder(Faces, ByPeople, seed: 2)[sample]).ShouldNotBe(up);
    }

    [Fact]
    public void Too_few_people_are_refused() =>
        Should.Throw<RevisageException>(() => new SampleOrder(Faces, new DataOptions { Identities = new IdentitySampling { People = 10 } }, 1))
            .Message.ShouldStartWith("The recipe draws 10 people a batch, but only 9 have two faces or more.");

    private static FaceRecord Face(string name, string? identity) =>
        new() { Name = name, Set = "s", Split = "train", Width = 8, Height = 8, Hr = 8, Identity = identity };
}
