using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Revisage.Batch;
using Revisage.Cli;
using Revisage.Imaging;
using Revisage.Photographs;
using Revisage.Restoration;
using Revisage.Tests.Photographs;

namespace Revisage.Tests.Cli;

/// <remarks>Alone, since the folder of models is the process's.</remarks>
[Collection(RunsAlone.Name)]
public sealed partial class EnhancePageTests : IDisposable
{
    private readonly StandInPhotoModels models = new();
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-page-").FullName;
    private readonly StringWriter error = new();

    public EnhancePageTests()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, models.Folder);
        Directory.CreateDirectory(In("in"));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, null);
        models.Dispose();
        Directory.Delete(folder, recursive: true);
        error.Dispose();
    }

    [Fact]
    public void It_holds_every_photograph_and_every_face_of_each()
    {
        Save("a.png", new PixelBox(64, 32, 32, 32), new PixelBox(0, 0, 32, 32));
        Save("b.jpg");
        File.WriteAllText(In("in/c.png"), "no picture");

        Enhance("--faces", "1", "--report", In("r.json"), "--report", In("r.html")).ShouldBe(ExitCode.Failed);

        string[] photographs = [.. Sections().Matches(Page()).Select(match => match.Value)];
        photographs.Length.ShouldBe(3);
        JpegsOf(photographs[0]).Select(jpeg => (jpeg.Width, jpeg.Height)).ShouldBe([(192, 96), (384, 192), (256, 256), (256, 256)]);
        photographs[0].ShouldContain("<td>light-32</td>");
        photographs[0].ShouldContain("<td class=\"why\">not among the largest</td>");
        JpegsOf(photographs[1]).Count().ShouldBe(2);
        photographs[1].ShouldContain("No face was found.");
        JpegsOf(photographs[2]).ShouldBeEmpty();
        photographs[2].ShouldContain("c.png");
        Page().ShouldContain("3 photographs, 1 of them failed; 1 face restored, 1 left as they are.");
    }

    [Fact]
    public void A_box_lies_over_each_face_and_leads_to_its_row()
    {
        Save("a.png", new PixelBox(64, 32, 32, 32), new PixelBox(0, 0, 32, 32));

        Enhance("--faces", "1", "--report", In("r.json"), "--report", In("r.html")).ShouldBe(0);

        var page = Page();
        using var json = JsonDocument.Parse(File.ReadAllText(In("r.json")));
        var faces = json.RootElement[0].GetProperty("faces").EnumerateArray().ToArray();
        var marks = Marks().Matches(page);
        marks.Select(mark => mark.Groups["kind"].Value).ShouldBe(faces.Select(face => face.TryGetProperty("model", out _) ? "restored" : "left"));
        foreach (var (mark, face) in marks.Zip(faces))
        {
            var box = face.GetProperty("box").EnumerateArray().Select(value => value.GetDouble()).ToArray();
            var (left, top) = (Math.Max(0, box[0]), Math.Max(0, box[1]));
            Percent(mark, "left").ShouldBe(100 * left / 192, 0.01);
            Percent(mark, "top").ShouldBe(100 * top / 96, 0.01);
            Percent(mark, "width").ShouldBe(100 * (box[0] + box[2] - left) / 192, 0.01);
            Percent(mark, "height").ShouldBe(100 * (box[1] + box[3] - top) / 96, 0.01);
            page.ShouldContain($"<tr id=\"{mark.Groups["row"].Value}\"");
        }

        static double Percent(Match mark, string side) => double.Parse(mark.Groups[side].Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Names_are_no_markup_and_stay_readable()
    {
        const string name = "<b>\"Ann's\" & 'Bö' 😀<script>.png";
        Save(name, new PixelBox(64, 32, 32, 32));

        Enhance("--report", In("r.html")).ShouldBe(0);

        var page = Page();
        page.ShouldNotContain("<b>");
        page.ShouldNotContain("😀<script");
        Regex.Count(page, "<script").ShouldBe(1);
        WebUtility.HtmlDecode(Regex.Match(page, "<h2><bdi>(.*?)</bdi></h2>").Groups[1].Value).ShouldBe(name);
        WebUtility.HtmlDecode(Regex.Match(page, "alt=\"before: ([^\"]*)\"").Groups[1].Value).ShouldBe(name);
    }

    [Fact]
    public void It_asks_for_nothing_outside_itself_and_calls_no_restored_face_more_than_a_guess()
    {
        Save("a.png", new PixelBox(64, 32, 32, 32));

        Enhance("--report", In("r.html")).ShouldBe(0);

        var page = Jpegs().Replace(Page(), "src=\"data:\"");
        page.ShouldContain("default-src 'none'");
        page.ShouldNotContain("http:", Case.Insensitive);
        page.ShouldNotContain("https:", Case.Insensitive);
        page.ShouldNotContain("url(");
        page.ShouldNotContain("@import");
        Regex.Matches(page, " (?:src|href)=\"([^\"]{0,20})").Select(match => match.Groups[1].Value).ShouldAllBe(address => address.StartsWith("data:", StringComparison.Ordinal) || address.StartsWith('#'));
        page.ShouldContain("The details of restored faces are the network's guess and are not for identification.");
        page.ShouldNotContain("original", Case.Insensitive);
    }

    [Fact]
    public void Before_and_after_are_moved_by_a_named_slider()
    {
        Save("a.png");

        Enhance("--report", In("r.html")).ShouldBe(0);

        var page = Page();
        page.ShouldContain("""<input type="range" class="cut" min="0" max="100" value="50" aria-label="Where before ends and after begins, from the left: a.png">""");
        page.ShouldContain("alt=\"before: a.png\"");
        page.ShouldContain("alt=\"after: a.png\"");
        page.ShouldContain("prefers-color-scheme: dark");
        page.ShouldContain("width=device-width");
    }

    [Fact]
    public void It_appears_whole_or_not_at_all()
    {
        File.WriteAllText(In("r.html"), "old");
        using (var page = new EnhancePage(In("r.html")))
        {
            page.Add(new PhotoOutcome(new PlannedPicture("a.png", "out/a.png"), null, "It is damaged."));
        }

        File.ReadAllText(In("r.html")).ShouldBe("old");
        Directory.GetFiles(folder).Select(Path.GetFileName).ShouldBe(["r.html"]);

        using (var page = new EnhancePage(In("r.html")))
        {
            page.Add(new PhotoOutcome(new PlannedPicture("a.png", "out/a.png"), null, "It is damaged."));
            page.Complete();
        }

        Page().ShouldStartWith("<!DOCTYPE html>");
        Page().ShouldEndWith("</html>\n");
        Directory.GetFiles(folder).Select(Path.GetFileName).ShouldBe(["r.html"]);
    }

    [Fact]
    public void What_an_earlier_run_did_is_named_and_not_shown()
    {
        Save("a.png");
        Enhance("--report", In("r.html")).ShouldBe(0);

        Enhance("--resume", "--report", In("r.html")).ShouldBe(0);

        Page().ShouldContain("Done by an earlier run and not shown");
        Page().ShouldNotContain("data:image");
    }

    [Theory]
    [InlineData("r.htm", "--report is 'r.htm', but a report is a file that ends in .json or .html.")]
    [InlineData("r", "--report is 'r', but a report is a file that ends in .json or .html.")]
    public void Another_ending_is_refused_before_the_work(string name, string message)
    {
        Save("a.png");

        Enhance("--report", In("r.html"), "--report", name).ShouldBe(ExitCode.Usage);

        error.ToString().ShouldContain(message);
        Directory.Exists(In("out")).ShouldBeFalse();
        File.Exists(In("r.html")).ShouldBeFalse();
    }

    [Fact]
    public void One_file_is_not_named_twice()
    {
        Save("a.png");

        Enhance("--report", In("r.html"), "--report", In("in/../r.html")).ShouldBe(ExitCode.Usage);

        error.ToString().ShouldContain("name one file");
    }

    private static IEnumerable<Image> JpegsOf(string markup) =>
        Jpegs().Matches(markup).Select(match => ImageFile.Decode(Convert.FromBase64String(match.Groups[1].Value), "picture"));

    private string Page() => File.ReadAllText(In("r.html"));

    private int Enhance(params string[] args) =>
        RevisageCommand.Run(["enhance", In("in"), "-o", In("out"), .. args], [], new InvocationConfiguration { Error = error, EnableDefaultExceptionHandler = false });

    private void Save(string name, params PixelBox[] faces) => PhotoFile.Save(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), faces), In(Path.Combine("in", name)));

    private string In(string name) => Path.Combine(folder, name);

    [GeneratedRegex("<section class=\"photo\".*?</section>", RegexOptions.Singleline)]
    private static partial Regex Sections();

    [GeneratedRegex("src=\"data:image/jpeg;base64,([^\"]*)\"")]
    private static partial Regex Jpegs();

    [GeneratedRegex("""<a class="mark (?<kind>\w+)" href="#(?<row>\w+)"[^>]*style="left: (?<left>[\d.]+)%; top: (?<top>[\d.]+)%; width: (?<width>[\d.]+)%; height: (?<height>[\d.]+)%">""")]
    private static partial Regex Marks();
}
