using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Evaluation;

public sealed partial class EvaluationPageTests : IDisposable
{
    private static readonly Upscaler[] Candidates = [Adding(1, "off <by> one & \"more\""), Adding(0, "right"), Adding(4, "off by four")];

    private readonly SyntheticFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void A_name_behind_an_aligner_breaks_where_it_is_joined() => Html.Name("stn0+<b>").ToString().ShouldBe("stn0+<wbr>&lt;b&gt;");

    [Fact]
    public void It_names_every_model_and_no_name_is_markup()
    {
        var page = Page([faces.Plain("a<b", 100), faces.Plain("c", 50)]);

        page.ShouldContain("""<th scope="row">off &lt;by&gt; one &amp; &quot;more&quot;</th>""");
        page.ShouldContain("""<th scope="row">right</th>""");
        page.ShouldContain("""<th scope="row">off by four</th>""");
        page.ShouldContain("a&lt;b<small>1 face</small>");
        page.ShouldContain("alt=\"right: a&lt;b-100.png\"");
        page.ShouldNotContain("<by>");
        page.ShouldNotContain("a<b");
    }

    [Fact]
    public void It_asks_for_nothing_outside_itself()
    {
        var page = Page([faces.Plain("a", 100), faces.Plain("c", 50)]);

        page.ShouldContain("default-src 'none'");
        page.ShouldNotContain("http:", Case.Insensitive);
        page.ShouldNotContain("https:", Case.Insensitive);
        page.ShouldNotContain("url(");
        page.ShouldNotContain("@import");
        Sources().Matches(page).Select(match => match.Groups[1].Value).ShouldAllBe(address => address.StartsWith("data:image/png;base64,", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_pictures_are_the_small_face_each_result_and_the_true_face_of_each_row()
    {
        var page = Page([.. Enumerable.Range(0, 6).Select(i => faces.Plain("a", 20 * i))]);

        var sizes = Sources().Matches(page).Select(match => SizeOfPng(match.Groups[1].Value)).ToArray();
        sizes.Length.ShouldBe(6 * (Candidates.Length + 2));
        sizes.Chunk(Candidates.Length + 2).ShouldAllBe(row => row[0] == new PngSize(16, 16) && row.Skip(1).All(size => size == new PngSize(128, 128)));
        Regex.Matches(page, "scope=\"rowgroup\" rowspan=\"2\"><span>(\\w+)").Select(match => match.Groups[1].Value).ShouldBe(["best", "median", "worst"]);
    }

    [Fact]
    public void The_best_of_each_column_is_bold_and_a_model_alone_is_not()
    {
        var report = Evaluate([faces.Plain("a", 100), faces.Plain("c", 50)]);
        var alone = Evaluator.Evaluate([faces.Plain("a", 100), faces.Plain("c", 50)], Protocol.Revisage8x, [Candidates[1]]);

        var table = EvaluationPage.Of([(report, [])], against: null);

        RowOf(table, "right").ShouldContain("<strong>100.00</strong><small>[100.00, 100.00]</small>");
        RowOf(table, "off by four").ShouldNotContain("<strong>36.09</strong>");
        RowOf(table, "off by four").ShouldContain(">36.09<small>");
        EvaluationPage.Of([(alone, [])], against: null).ShouldNotContain("<strong>");
    }

    [Fact]
    public void What_was_not_measured_stands_in_the_footnotes_alone()
    {
        var page = Page([faces.Plain("a", 100), faces.Plain("c", 50)]);

        Regex.Count(page, "LPIPS-VGG").ShouldBe(1);
        page.ShouldContain("<li>NME %, landmarks px, identity");
        page.ShouldNotContain("threshold on the similarity");
    }

    [Fact]
    public void A_gain_has_its_sign_and_interval_and_is_grey_where_it_may_be_chance()
    {
        // One candidate is better on even greys and worse on odd ones, by as much.
        var even = new Upscaler("even", small => [.. small.Select(face => Plain(Grey(face) + Grey(face) % 2))]);
        var odd = new Upscaler("odd", small => [.. small.Select(face => Plain(Grey(face) + 1 - Grey(face) % 2))]);
        var report = Evaluator.Evaluate([.. Enumerable.Range(0, 8).Select(i => faces.Plain("a", 10 + i))], Protocol.Revisage8x, [even, odd, Adding(4, "off")]);

        var page = EvaluationPage.Of([(report, [])], against: "odd");

        page.ShouldContain("PSNR gain on odd");
        RowOf(page, "even").ShouldContain("<td class=\"grey\" data-value=\"0\" title=\"better on 50 % of the faces\">+0.00<small>[−");
        RowOf(page, "off").ShouldContain("<td class=\"gain\" data-value=\"-37.9");
        RowOf(page, "off").ShouldContain(">−37.98<small>[−");
        EvaluationPage.Of([(report, [])], against: "another").ShouldNotContain("gain on");
    }

    [Fact]
    public void The_worst_group_is_marked_and_a_small_one_is_grey()
    {
        // Wrong by 4 on the bright faces, and by 8 on the three that are brightest.
        var candidate = new Upscaler("by grey", small => [.. small.Select(face => Plain(Grey(face) + (Grey(face) < 100 ? 1 : Grey(face) < 200 ? 4 : 8)))]);
        FaceImage[] all =
        [
            .. Enumerable.Range(0, 10).Select(i => faces.Plain("dark", i)),
            .. Enumerable.Range(100, 10).Select(i => faces.Plain("bright", i)),
            .. Enumerable.Range(200, 3).Select(i => faces.Plain("white", i)),
        ];

        var page = EvaluationPage.Of([(Evaluator.Evaluate(all, Protocol.Revisage8x, [candidate]), [])], against: null);

        page.ShouldContain("<th scope=\"col\">bright<small>10 faces</small></th>");
        page.ShouldContain("<th scope=\"col\" class=\"grey\">white<small>3 faces</small></th>");
        Regex.IsMatch(page, "▼<span class=\"unseen\"> worst</span></span> 36\\.09</td>").ShouldBeTrue();
        Regex.Count(page, "> worst<").ShouldBe(1);
        page.ShouldContain("The group that a model serves worst, of those with at least 10 faces.");
        page.ShouldNotContain("PSNR by age");
    }

    [Fact]
    public void Numbers_are_written_alike_under_every_culture()
    {
        var report = Evaluate([faces.Plain("a", 100), faces.Plain("c", 50)]);
        var here = EvaluationPage.Of([(report, [])], "right");
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            var commas = (System.Globalization.CultureInfo)culture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            commas.NumberFormat.NegativeSign = "minus";
            System.Globalization.CultureInfo.CurrentCulture = commas;

            EvaluationPage.Of([(report, [])], "right").ShouldBe(here);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Several_protocols_are_sections_that_the_top_of_the_page_leads_to()
    {
        FaceImage[] two = [faces.Plain("a", 100), faces.Plain("a", 50)];
        var sections = new[] { Protocol.Revisage8x, Protocol.WNet8x }.Select(protocol =>
        {
            var report = Evaluator.Evaluate(two, protocol, Upscaler.Baselines(8));
            return (report, FaceGrid.Of(report, Upscaler.Baselines(8)));
        });

        var page = EvaluationPage.Of([.. sections], "bicubic");

        page.ShouldContain("<a href=\"#s1\">wnet-8x</a>");
        page.ShouldContain("<section id=\"s1\">\n<h2>wnet-8x</h2>");
        page.ShouldContain("8 pixels of border cut");
        page.ShouldContain("W-Net 2024, 8x (DIC&#39;s protocol)");
    }

    [Fact]
    public void Results_beside_their_truth_have_no_small_face()
    {
        FaceImage[] two = [faces.Plain("a", 100), faces.Plain("a", 50)];
        Upscaler[] found = [new("found", _ => []) { Find = face => ImageFile.Load(face.Path) }];
        var report = Evaluator.Evaluate(two, Protocol.Files, found);

        var page = EvaluationPage.Of([(report, FaceGrid.Of(report, found))], against: null);

        page.ShouldNotContain("class=\"small\" src");
        page.ShouldContain("<tr><th scope=\"row\">found</th>");
    }

    private static string Page(FaceImage[] all)
    {
        var report = Evaluate(all);
        return EvaluationPage.Of([(report, FaceGrid.Of(report, Candidates))], "right");
    }

    private static EvaluationReport Evaluate(FaceImage[] all) => Evaluator.Evaluate(all, Protocol.Revisage8x, Candidates);

    private static string RowOf(string page, string model) => page.Split('\n').First(line => line.StartsWith($"<tr><th scope=\"row\">{model}</th>", StringComparison.Ordinal));

    private static Upscaler Adding(int value, string name) => new(name, small => [.. small.Select(face => Plain(Grey(face) + value))]);

    private static Image Plain(int grey) => ImagingFixtures.Plain(128, 128, (byte)grey, (byte)grey, (byte)grey);

    private static int Grey(Image image) => ImagingFixtures.At(image, 0, 0).Red;

    private static PngSize SizeOfPng(string address)
    {
        var png = Convert.FromBase64String(address[(address.IndexOf(',', StringComparison.Ordinal) + 1)..]);
        png.AsSpan(0, 8).ToArray().ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        return new PngSize(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
    }

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Sources();

    private sealed record PngSize(int Width, int Height);
}
