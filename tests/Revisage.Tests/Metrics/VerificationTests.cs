using Revisage.Metrics;

namespace Revisage.Tests.Metrics;

public class VerificationTests
{
    [Fact]
    public void Pairs_that_similarity_parts_are_all_told_right()
    {
        var verification = Verification.Of(Pairs(same: i => 0.9 - 0.01 * i, different: i => 0.1 + 0.01 * i));

        verification.Accuracy.ShouldBe(1);
        verification.AreaUnderCurve.ShouldBe(1);
        verification.TrueAcceptedAt(0).ShouldBe(1);
    }

    [Fact]
    public void Similarities_turned_round_are_all_told_wrong_by_their_order() =>
        Verification.Of(Pairs(same: i => 0.1 + 0.01 * i, different: i => 0.9 - 0.01 * i)).AreaUnderCurve.ShouldBe(0);

    [Fact]
    public void One_similarity_for_all_tells_nothing()
    {
        var verification = Verification.Of(Pairs(same: _ => 0.5, different: _ => 0.5));

        verification.AreaUnderCurve.ShouldBe(0.5);
        verification.Accuracy.ShouldBe(0.5);
        verification.Curve.Count.ShouldBe(2);
    }

    [Fact]
    public void The_area_is_the_share_of_pairs_in_the_right_order()
    {
        // Of one person 0, 2, 4 .. 38, of two 1, 3, 5 .. 39: same number i is above i of the 20 others.
        var verification = Verification.Of(Pairs(same: i => 2 * i, different: i => 2 * i + 1));

        verification.AreaUnderCurve.ShouldBe(Enumerable.Range(0, 20).Sum() / 400.0, 1e-12);
        verification.TrueAcceptedAt(0.05).ShouldBe(0.05, "above 37 there is one of either kind");
    }

    [Fact]
    public void Too_few_pairs_are_refused() =>
        Should.Throw<RevisageException>(() => Verification.Of([.. Enumerable.Repeat(new VerificationPair(1, true), 30), .. Enumerable.Repeat(new VerificationPair(0, false), 9)]))
            .Message.ShouldContain("there are 30 and 9");

    private static VerificationPair[] Pairs(Func<int, double> same, Func<int, double> different) =>
        [.. Enumerable.Range(0, 20).SelectMany(i => new[] { new VerificationPair(same(i), true), new VerificationPair(different(i), false) })];
}
