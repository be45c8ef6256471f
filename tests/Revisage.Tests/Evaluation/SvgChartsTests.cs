using System.Globalization;
using System.Xml.Linq;
using Revisage.Evaluation;

namespace Revisage.Tests.Evaluation;

public sealed class SvgChartsTests
{
    [Fact]
    public void A_box_stands_on_the_axis_where_its_quarters_are()
    {
        // Quarters of 0, 1, ... 100 are 25, 50 and 75.
        var svg = XElement.Parse(SvgCharts.Boxes("dB", [new BoxRow("a <b>", [.. Enumerable.Range(0, 101).Select(i => (double)i)])]).ToString());

        var half = svg.Descendants("rect").Single(rect => Text(rect, "class") == "half");
        var (left, right) = (Number(half, "x"), Number(half, "x") + Number(half, "width"));
        var median = double.Parse(Text(svg.Descendants("path").Single(path => Text(path, "class") == "median"), "d")[1..].Split(' ')[0], CultureInfo.InvariantCulture);
        median.ShouldBe((left + right) / 2, 0.2);
        TickAt(svg, "40").ShouldBe(median - (right - left) / 5, 0.2);
        TickAt(svg, "80").ShouldBe(right + (right - left) / 10, 0.2);
        svg.Descendants("title").Single().Value.ShouldBe("a <b>: median 50.0, mean 50.0, half of the faces from 25.0 to 75.0, 90 % from 5.0 to 95.0");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(100.0)]
    [InlineData(1e-9)]
    public void Values_that_are_all_alike_still_have_an_axis(double value)
    {
        var svg = SvgCharts.Boxes("dB", [new BoxRow("a", [value, value]), new BoxRow("b", [value])]).ToString();

        svg.ShouldNotContain("NaN");
        svg.ShouldNotContain("∞");
        XElement.Parse(svg).Descendants("text").Count(text => Text(text, "class") == "tick").ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Lines_go_from_the_left_to_the_right_and_from_all_faces_to_none()
    {
        var svg = XElement.Parse(SvgCharts.Lines("threshold", "faces", [new ChartLine("a", [(0.5, 1), (0.75, 0.5), (1, 0)])]).ToString());

        var points = Text(svg.Descendants("polyline").Single(), "points").Split(' ').Select(point => point.Split(',').Select(at => double.Parse(at, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        points.Select(point => point[0]).ShouldBe([TickAt(svg, "0.5"), (TickAt(svg, "0.5") + TickAt(svg, "1.0")) / 2, TickAt(svg, "1.0")]);
        points[1][1].ShouldBe((points[0][1] + points[2][1]) / 2);
        points[0][1].ShouldBeLessThan(points[2][1]);
    }

    [Fact]
    public void Twenty_one_models_look_different() => Enumerable.Range(0, 21).Select(SvgCharts.ClassOf).Distinct().Count().ShouldBe(21);

    private static double TickAt(XElement svg, string text) => Number(svg.Descendants("text").Single(tick => Text(tick, "class") == "tick" && tick.Value == text), "x");

    private static string Text(XElement element, string name) => element.Attribute(name)?.Value ?? "";

    private static double Number(XElement element, string name) => double.Parse(Text(element, name), CultureInfo.InvariantCulture);
}
