using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class SmallFacesTests
{
    [Fact]
    public void Mirrored_rows_run_backwards_in_each_plane()
    {
        var point = Enumerable.Range(0, 768).Select(i => (double)i).ToArray();

        var mirrored = SmallFaces.Mirror(point);

        mirrored[0].ShouldBe(15);
        mirrored[16].ShouldBe(31);
        mirrored[767].ShouldBe(752);
        SmallFaces.Mirror(mirrored).ShouldBe(point);
    }

    [Fact]
    public void The_distance_is_the_root_mean_square_in_grey_levels()
    {
        var faces = new SmallFaces([Flat(100), Flat(200)]);
        faces.DistanceTo(Flat(103)).ShouldBe(3, 1e-12);

        var half = Flat(100);
        half.AsSpan(0, 384).Fill(110);
        faces.DistanceTo(half).ShouldBe(Math.Sqrt(50), 1e-12);
    }

    [Fact]
    public void A_mirrored_copy_is_no_way_off()
    {
        var faces = DrawnFaces.Small(5);
        faces.DistanceTo(SmallFaces.Mirror(faces.Points[3])).ShouldBe(0);
    }

    [Fact]
    public void A_photograph_that_is_there_twice_is_not_its_own_neighbour()
    {
        // 100 and 101 are one photograph saved twice; the next is 49 or 50 away.
        var faces = new SmallFaces([Flat(100), Flat(101), Flat(150)]);
        faces.NeighbourDistances().ShouldBe([49, 49, 50], 1e-12);
    }

    [Fact]
    public void One_photograph_alone_has_no_neighbours() =>
        Should.Throw<RevisageException>(() => new SmallFaces([Flat(100), Flat(101)]).NeighbourDistances()).Message.ShouldStartWith("The 2 faces are one photograph");

    [Fact]
    public void Points_become_pictures_of_8_bits_and_come_back()
    {
        var point = Enumerable.Range(0, 768).Select(i => (double)(i % 256)).ToArray();
        SmallFaces.ToPoint(SmallFaces.ToImage(point)).ShouldBe(point);
        SmallFaces.ToPoint(SmallFaces.ToImage([.. Enumerable.Repeat(-7.0, 384), .. Enumerable.Repeat(300.4, 384)]))
            .ShouldBe([.. Enumerable.Repeat(0.0, 384), .. Enumerable.Repeat(255.0, 384)]);
    }

    private static double[] Flat(double level) => [.. Enumerable.Repeat(level, 768)];
}
