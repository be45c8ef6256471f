using Revisage.Metrics;

namespace Revisage.Tests.Metrics;

public class FeatureMapDistanceTests
{
    // Two channels at two places: at the first [3, 4] of length 5, at the second [0, 2].
    private static readonly MapOfFeatures Map = new(2, new float[] { 3, 0, 4, 2 });

    [Fact]
    public void Equal_maps_are_at_no_distance() => FeatureMapDistance.Between([Map, Map], [Map, Map]).ShouldBe(0);

    [Fact]
    public void Squares_of_unit_vectors_differences_are_averaged_over_places()
    {
        // [1, 0] for [0.6, 0.8] at the first, 0.16 + 0.64; [0, 1] for [0, 1] at the second.
        var other = new MapOfFeatures(2, new float[] { 7, 0, 0, 9 });

        FeatureMapDistance.Between([Map], [other]).ShouldBe(0.8 / 2, 1e-9);
        FeatureMapDistance.Between([other], [Map]).ShouldBe(0.8 / 2, 1e-9);
    }

    [Fact]
    public void How_strongly_a_feature_is_seen_does_not_count() =>
        FeatureMapDistance.Between([Map], [new MapOfFeatures(2, new float[] { 30, 0, 40, 0.5f })]).ShouldBe(0, 1e-12);

    [Fact]
    public void Maps_are_summed_whatever_their_size()
    {
        // One place of opposite directions, (1 + 1)².
        MapOfFeatures one = new(1, new float[] { 5 }), opposite = new(1, new float[] { -0.1f });

        FeatureMapDistance.Between([one, Map], [opposite, Map]).ShouldBe(4, 1e-6);
    }

    [Fact]
    public void Where_nothing_is_seen_there_is_no_direction()
    {
        var nothing = new MapOfFeatures(2, new float[4]);

        FeatureMapDistance.Between([nothing], [nothing]).ShouldBe(0);
        FeatureMapDistance.Between([nothing], [Map]).ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Maps_that_do_not_correspond_are_refused()
    {
        Should.Throw<ArgumentException>(() => FeatureMapDistance.Between([Map], [])).Message.ShouldStartWith("Maps of one network are compared, not 1 with 0.");
        Should.Throw<ArgumentException>(() => FeatureMapDistance.Between([Map], [new MapOfFeatures(1, new float[4])]))
            .Message.ShouldStartWith("Maps of one size are compared, not 2 channels of 4 numbers with 1 of 4.");
    }
}
