using Revisage.Training.Onnx.Int8;

namespace Revisage.Training.Tests.Onnx.Int8;

public class ActivationObserverTests
{
    [Fact]
    public void All_values_reach_from_the_smallest_to_the_largest()
    {
        var observer = new ActivationObserver("a");
        observer.Add([0.5f, -0.25f]);
        observer.Add([3, 0]);

        observer.Range(1).ShouldBe((-0.25f, 3));
    }

    [Fact]
    public void A_share_leaves_out_as_many_below_as_above()
    {
        var observer = new ActivationObserver("a");
        // 998 from 0 to 1, and one far away on either side.
        observer.Add([.. Enumerable.Range(0, 998).Select(i => i / 997f), -50, 100]);

        var (low, high) = observer.Range(0.998);

        // 100 needs bins of 1/32.
        low.ShouldBeInRange(-1 / 32f, 0);
        high.ShouldBeInRange(1, 1 + 1 / 32f);
    }

    [Fact]
    public void Growing_keeps_what_was_counted_on_its_side_of_zero()
    {
        var observer = new ActivationObserver("a");
        observer.Add([-1e-6f, 1e-6f]);
        observer.Add([1000]);

        // A third is more than the first and the last hold each, so one value of the three is left.
        observer.Range(0.3).Low.ShouldBe(0);
        observer.Range(0.3).High.ShouldBeInRange(0, 1);
        observer.Range(1).ShouldBe((-1e-6f, 1000));
    }

    [Fact]
    public void Values_that_are_not_finite_are_refused_by_name() =>
        Should.Throw<RevisageException>(() => new ActivationObserver("body.3").Add([1, float.NaN])).Message.ShouldStartWith("'body.3' reaches NaN");

    [Fact]
    public void Zero_is_exact_in_every_range()
    {
        foreach (var (low, high) in new[] { (-1f, 2f), (0.5f, 2f), (-3f, -1f) })
        {
            var range = ByteRange.Of(low, high);

            (range.Scale * 255).ShouldBe(Math.Max(high, 0) - Math.Min(low, 0), 1e-6);
            (range.Scale * (0 - range.ZeroPoint)).ShouldBe(Math.Min(low, 0), range.Scale);
        }
    }

    [Fact]
    public void An_activation_that_is_always_zero_has_a_scale() => ByteRange.Of(0, 0).ShouldBe(new ByteRange(1, 0));
}
