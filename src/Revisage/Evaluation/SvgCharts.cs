using System.Globalization;

namespace Revisage.Evaluation;

/// <summary>A row of <see cref="SvgCharts.Boxes"/>.</summary>
internal sealed record BoxRow(string Name, IReadOnlyList<double> Values);

/// <summary>A line of <see cref="SvgCharts.Lines"/>; shares are from 0 to 1.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<(double X, double Share)> Points);

/// <summary>
/// Drawings of numbers that a browser shows without any library. Their colours are the page's style sheet's, which knows
/// <c>.c0</c> to <c>.c6</c> and <c>.dash0</c> to <c>.dash2</c>: 21 lines that can be told apart, also without seeing colours.
/// </summary>
internal static class SvgCharts
{
    private const int Colours = 7;
    private const int Dashes = 3;

    private const double Width = 560;
    private const double Right = Width - 20;

    /// <summary>The classes that give the model at a place its colour and its dashes, the same in every drawing.</summary>
    public static string ClassOf(int place) => Invariant($"c{place % Colours} dash{place / Colours % Dashes}");

    /// <summary>Box plots side by side: the middle half of the values, their median, their mean as a dot, and 5 % to 95 % of them.</summary>
    /// <param name="axis">What the values are, with their unit.</param>
    public static Html Boxes(string axis, IReadOnlyList<BoxRow> rows)
    {
        const double rowHeight = 30, top = 8;
        var left = 24 + 9 * Math.Min(22, rows.Max(row => row.Name.Length));
        var boxes = rows.Select(row => Box.Of(row.Values)).ToArray();
        var scale = new Scale(boxes.Min(box => box.Low), boxes.Max(box => box.High), left, Right);
        var bottom = top + rowHeight * rows.Count;

        return $"""
            <svg viewBox="0 0 {Width} {bottom + 48}" role="img" aria-label="{axis} of each face, by model">
            {scale.Ticks.Select(tick => Vertical(scale, tick, top, bottom))}
            <text class="axis" x="{(left + Right) / 2:0.#}" y="{bottom + 40:0.#}">{axis}</text>
            {rows.Index().Select(row => Draw(row.Index, row.Item, boxes[row.Index]))}
            </svg>
            """;

        Html Draw(int place, BoxRow row, Box box)
        {
            var y = top + rowHeight * (place + 0.5);
            double X(double value) => scale.At(value);
            return $"""
                <g class="box {ClassOf(place)}">
                <title>{row.Name}: median {scale.Text(box.Median)}, mean {scale.Text(box.Mean)}, half of the faces from {scale.Text(box.Quarter)} to {scale.Text(box.ThreeQuarters)}, 90 % from {scale.Text(box.Low)} to {scale.Text(box.High)}</title>
                <rect class="catch" x="0" y="{y - rowHeight / 2:0.#}" width="{Width}" height="{rowHeight}"/>
                <text class="name" x="{left - 12:0.#}" y="{y + 4:0.#}">{Shortened(row.Name)}</text>
                <path class="whisker" d="M{X(box.Low):0.#} {y:0.#}H{X(box.Quarter):0.#}M{X(box.ThreeQuarters):0.#} {y:0.#}H{X(box.High):0.#}M{X(box.Low):0.#} {y - 5:0.#}v10M{X(box.High):0.#} {y - 5:0.#}v10"/>
                <rect class="half" x="{X(box.Quarter):0.#}" y="{y - 9:0.#}" width="{Math.Max(1, X(box.ThreeQuarters) - X(box.Quarter)):0.#}" height="18" rx="2"/>
                <path class="median" d="M{X(box.Median):0.#} {y - 9:0.#}v18"/>
                <circle class="mean" cx="{X(box.Mean):0.#}" cy="{y:0.#}" r="3.5"/>
                </g>
                """;
        }
    }

    /// <summary>Lines of shares; their names are for a legend beside the drawing.</summary>
    public static Html Lines(string axis, string shares, IReadOnlyList<ChartLine> lines)
    {
        var ends = lines.SelectMany(line => line.Points).Select(point => point.X).ToArray();
        const double left = 64, top = 12, bottom = 300;
        var (across, up) = (new Scale(ends.Min(), ends.Max(), left, Right, padded: false), new Scale(0, 100, bottom, top, padded: false));

        return $"""
            <svg viewBox="0 0 {Width} {bottom + 48}" role="img" aria-label="{shares} over {axis}, by model">
            {across.Ticks.Select(tick => Vertical(across, tick, top, bottom))}
            {up.Ticks.Select(Horizontal)}
            <text class="axis" x="{(left + Right) / 2:0.#}" y="{bottom + 40}">{axis}</text>
            <text class="axis" transform="translate(16 {(top + bottom) / 2:0.#}) rotate(-90)">{shares}</text>
            {lines.Index().Select(line => Draw(line.Index, line.Item))}
            </svg>
            """;

        Html Horizontal(double tick) => $"""<path class="rule" d="M{left} {up.At(tick):0.#}H{Right}"/><text class="tick end" x="{left - 8}" y="{up.At(tick) + 4:0.#}">{up.TickText(tick)} %</text>""";

        Html Draw(int place, ChartLine line)
        {
            var points = line.Points.Select(point => Invariant($"{across.At(point.X):0.#},{up.At(100 * point.Share):0.#}"));
            return $"""<polyline class="line {ClassOf(place)}" points="{string.Join(' ', points)}"><title>{line.Name}</title></polyline>""";
        }
    }

    private static Html Vertical(Scale scale, double tick, double top, double bottom) =>
        $"""<path class="rule" d="M{scale.At(tick):0.#} {top}V{bottom}"/><text class="tick" x="{scale.At(tick):0.#}" y="{bottom + 18}">{scale.TickText(tick)}</text>""";

    private static string Shortened(string name) => name.Length <= 22 ? name : $"{name[..21]}…";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Box(double Low, double Quarter, double Median, double ThreeQuarters, double High, double Mean)
    {
        public static Box Of(IReadOnlyList<double> values)
        {
            double[] sorted = [.. values.Order()];
            return new Box(Quantile(0.05), Quantile(0.25), Quantile(0.5), Quantile(0.75), Quantile(0.95), values.Average());

            // Between the two nearest values, as spreadsheets do it.
            double Quantile(double share)
            {
                var at = share * (sorted.Length - 1);
                var below = (int)at;
                return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
            }
        }
    }

    /// <summary>From values to places in a drawing, with round numbers along the way.</summary>
    private sealed class Scale
    {
        private readonly double low;
        private readonly double high;
        private readonly double from;
        private readonly double to;
        private readonly int decimals;

        public Scale(double low, double high, double from, double to, bool padded = true)
        {
            // One face alone, or faces that are all alike, would make an axis of no length.
            var padding = padded ? Math.Max(0.03 * (high - low), 1e-3 * Math.Max(1, Math.Abs(high))) : 0;
            (this.low, this.high, this.from, this.to) = (low - padding, high + padding, from, to);
            var step = RoundStep((this.high - this.low) / 5);
            decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 6);
            var first = (long)Math.Ceiling(this.low / step - 1e-9);
            var last = (long)Math.Floor(this.high / step + 1e-9);
            Ticks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
        }

        public IReadOnlyList<double> Ticks { get; }

        public double At(double value) => from + (value - low) / (high - low) * (to - from);

        public string TickText(double tick) => tick.ToString($"F{decimals}", CultureInfo.InvariantCulture);

        public string Text(double value) => value.ToString($"F{decimals + 1}", CultureInfo.InvariantCulture);

        // 1, 2 or 5 times a power of ten, whichever is nearest.
        private static double RoundStep(double rough)
        {
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            return power * (rough / power) switch
            {
                < 1.5 => 1,
                < 3.5 => 2,
                < 7.5 => 5,
                _ => 10,
            };
        }
    }
}
