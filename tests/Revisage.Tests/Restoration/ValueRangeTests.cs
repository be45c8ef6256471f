using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public class ValueRangeTests
{
    [Theory]
    [InlineData(ValueRange.Unit, 0f, 0.25f, 1f)]
    [InlineData(ValueRange.Signed, -1f, -0.5f, 1f)]
    [InlineData(ValueRange.Byte, 0f, 63.75f, 255f)]
    public void Black_a_quarter_and_white_become_the_ranges(ValueRange range, float black, float quarter, float white)
    {
        var values = new float[3];
        range.FromUnit([0f, 0.25f, 1f], values);
        values.ShouldBe([black, quarter, white]);

        var unit = new float[3];
        range.ToUnit(values, unit);
        unit.ShouldBe([0f, 0.25f, 1f]);
    }

    [Theory]
    [InlineData(ValueRange.Unit)]
    [InlineData(ValueRange.Signed)]
    [InlineData(ValueRange.Byte)]
    public void What_lies_outside_is_clipped(ValueRange range)
    {
        var unit = new float[5];
        range.ToUnit([-1000, 1000, float.NaN, float.PositiveInfinity, float.NegativeInfinity], unit);

        unit.ShouldBe([0, 1, 0, 1, 0]);
    }

    [Fact]
    public void An_unknown_range_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => ((ValueRange)9).FromUnit([0], new float[1]));
}
