using System.Text.Json;
using System.Text.RegularExpressions;
using Revisage.Evaluation;
using Revisage.Imaging;

namespace Revisage.Tests.Evaluation;

public sealed partial class MosTests : IDisposable
{
    private readonly SyntheticFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void The_page_tells_no_candidate_and_no_file()
    {
        var (html, key) = Create(faceCount: 5, new MosOptions { Faces = 3 });

        var text = Regex.Replace(html, "data:image/png;base64,[^\"]*", "picture");
        foreach (var secret in new[] { "nearest", "bilinear", "bicubic", "noisy", "\"HR", "revisage-8x", Path.GetFileName(faces.Folder), "http:", "https:" })
            text.ShouldNotContain(secret, Case.Insensitive);
        text.ShouldContain("default-src 'none'");
        key.ShouldContain("bicubic");
        key.ShouldContain("noisy");
    }

    [Fact]
    public void Its_ids_are_those_of_the_key_and_stand_for_every_picture_of_the_faces_that_were_spread()
    {
        var (html, key) = Create(faceCount: 5, new MosOptions { Faces = 3 });

        using var page = JsonDocument.Parse(Data().Match(html).Groups[1].Value);
        var keyed = PicturesOf(key);
        var shown = page.RootElement.GetProperty("pictures").EnumerateArray().ToArray();
        shown.Select(picture => picture.GetProperty("id").GetString()).ShouldBe(keyed.Select(picture => picture.Id));
        keyed.Select(picture => picture.Id).Distinct().Count().ShouldBe(3 * 4);
        keyed.GroupBy(picture => picture.Model).Select(group => (group.Key ?? "HR", group.Count())).ShouldBe([("nearest", 3), ("bilinear", 3), ("bicubic", 3), ("HR", 3)], ignoreOrder: true);
        keyed.Select(picture => Path.GetFileName(picture.Face)).Distinct().Order().ShouldBe(["a-noisy-0.png", "a-noisy-1.png", "a-noisy-3.png"]);

        // The same small face is beside all pictures of a face, and the true picture is the file's.
        page.RootElement.GetProperty("smalls").GetArrayLength().ShouldBe(3);
        shown.Select(picture => picture.GetProperty("small").GetInt32()).Zip(keyed, (small, picture) => (small, picture.Face)).Distinct().Count().ShouldBe(3);
        var (truth, file) = shown.Zip(keyed).First(pair => pair.Second.Model is null);
        var png = Convert.FromBase64String(truth.GetProperty("large").GetString()!["data:image/png;base64,".Length..]);
        ImageFile.Decode(png, "truth").ToRgb24().ShouldBe(ImageFile.Load(file.Face).ToRgb24());
    }

    [Fact]
    public void The_seed_alone_gives_the_order_and_ids_are_new_each_time()
    {
        string[] OrderOf(int seed) => [.. PicturesOf(Create(faceCount: 4, new MosOptions { Seed = seed }).KeyJson).Select(picture => $"{picture.Model} of {picture.Face}")];

        OrderOf(1).ShouldBe(OrderOf(1));
        OrderOf(2).ShouldNotBe(OrderOf(1));
        OrderOf(2).ShouldBe(OrderOf(1), ignoreOrder: true);
        var options = new MosOptions();
        PicturesOf(Create(4, options).KeyJson).Select(picture => picture.Id).Intersect(PicturesOf(Create(4, options).KeyJson).Select(picture => picture.Id)).ShouldBeEmpty();
    }

    [Fact]
    public void A_title_is_no_markup_and_only_the_reports_upscalers_are_taken()
    {
        Create(2, new MosOptions { Title = "Which </h1><script>" }).Html.ShouldContain("<h1>Which &lt;/h1&gt;&lt;script&gt;</h1>");

        var report = Evaluator.Evaluate([faces.Plain("a", 1)], Protocol.Revisage8x, Upscaler.Baselines(8));
        Should.Throw<ArgumentException>(() => MosPage.Create(report, [.. Upscaler.Baselines(8).Skip(1)], new MosOptions()));
        Should.Throw<ArgumentOutOfRangeException>(() => MosPage.Create(report, Upscaler.Baselines(8), new MosOptions { Faces = 0 }));
    }

    [Fact]
    public void Answers_are_put_together_by_model()
    {
        var (keyPath, pictures) = Key(faceCount: 2);
        // Ann: bicubic 2 and 3, truth 5 and 5, the rest 1. Bob: bicubic 4 and 4, truth 5 and 4, the rest 2.
        var ann = Answers("ann", keyPath, Rated(pictures, model => model switch { "bicubic" => [2, 3], null => [5, 5], _ => [1, 1] }));
        var bob = Answers("bob", keyPath, Rated(pictures, model => model switch { "bicubic" => [4, 4], null => [5, 4], _ => [2, 2] }));

        var results = MosResults.Read(keyPath, [ann, bob]);

        results.Models.Select(model => (model.Name, model.IsTruth, model.Mean, model.Ratings, model.Raters)).ShouldBe(
            [("nearest", false, 1.5, 4, 2), ("bilinear", false, 1.5, 4, 2), ("bicubic", false, 3.25, 4, 2), ("HR", true, 4.75, 4, 2)]);
        var interval = results.Models[2].Interval!.Value;
        interval.Low.ShouldBeInRange(2, 3);
        interval.High.ShouldBeInRange(3.5, 4);
        results.Notes.ShouldBeEmpty();
        results.Raters.ShouldBe(["ann", "bob"]);
        results.Protocol.ShouldBe("revisage-8x");

        using var json = JsonDocument.Parse(results.ToJson());
        json.RootElement.GetProperty("raters").GetInt32().ShouldBe(2);
        var bicubic = json.RootElement.GetProperty("models")[2];
        bicubic.GetProperty("name").GetString().ShouldBe("bicubic");
        bicubic.GetProperty("mos").GetDouble().ShouldBe(3.25);
        bicubic.GetProperty("interval")[0].GetDouble().ShouldBe(interval.Low);
    }

    [Fact]
    public void Incomplete_answers_count_for_what_they_have()
    {
        var (keyPath, pictures) = Key(faceCount: 2);
        var one = pictures.First(picture => picture.Model == "bicubic");

        var results = MosResults.Read(keyPath, [Answers("ann", keyPath, new() { [one.Id] = 4 })]);

        var bicubic = results.Models.Single(model => model.Name == "bicubic");
        (bicubic.Mean, bicubic.Interval, bicubic.Ratings, bicubic.Raters).ShouldBe((4, null, 1, 1));
        results.Models[0].Mean.ShouldBeNull();
        results.Notes.ShouldBe([
            "'ann' rated 1 of 8 pictures; these count.", "Nobody rated a picture of 'nearest'.", "Nobody rated a picture of 'bilinear'.", "Nobody rated a picture of 'HR'."]);
        results.ToJson().ShouldContain("\"mos\": null");
    }

    [Fact]
    public void Answers_that_do_not_go_with_the_key_are_refused()
    {
        var (keyPath, pictures) = Key(faceCount: 1);
        var id = pictures[0].Id;

        Refused(Save("other.json", """{"kit":"0123","rater":"ann","ratings":{}}""")).ShouldBe(
            $"'{PathOf("other.json")}' answers the rating page '0123', but '{keyPath}' is the key of '{KitOf(keyPath)}'. Give the key that was written with that page.");
        Refused(Answers("ann", keyPath, new() { ["beef"] = 3 })).ShouldBe(
            $"'{PathOf("ann.json")}' rates a picture 'beef', which is none of the 4 of '{keyPath}'. Ask the rater to save the answers again.");
        foreach (var score in new[] { 0, 6, 2.5 })
            Refused(Answers("ann", keyPath, new() { [id] = score })).ShouldContain(FormattableString.Invariant($"gives picture '{id}' a score of {score}, but scores are 1, 2, 3, 4 or 5."));

        Refused(Answers("ann", keyPath, new() { [id] = 3 }), Save("again.json", File.ReadAllText(PathOf("ann.json")))).ShouldBe(
            $"'{PathOf("ann.json")}' and '{PathOf("again.json")}' are both of rater 'ann'. Leave one out, or give one of them another 'rater' if they are two people.");
        Refused().ShouldContain("There are no answers to the rating page");

        string Refused(params string[] answers) => Should.Throw<RevisageException>(() => MosResults.Read(keyPath, answers)).Message;
    }

    [Fact]
    public void Files_that_are_no_answers_or_no_key_are_refused()
    {
        var (keyPath, pictures) = Key(faceCount: 1);
        var answers = Answers("ann", keyPath, new() { [pictures[0].Id] = 3 });

        foreach (var text in new[] { "", "no", "null", "[]", "{}", """{"kit":null,"rater":"a","ratings":{}}""", """{"kit":"a","rater":"a","ratings":{"a":"4"}}""", """{"kit":"a","rater":"a","ratings":{"a":1,"a":2}}""" })
        {
            var message = Should.Throw<RevisageException>(() => MosResults.Read(keyPath, [Save("bad.json", text)])).Message;
            message.ShouldStartWith($"'{PathOf("bad.json")}' is no answers file of a rating page: ");
            message.ShouldEndWith("Give the file as it was saved.");
        }

        Should.Throw<RevisageException>(() => MosResults.Read(answers, [answers])).Message.ShouldStartWith($"'{answers}' is no key file of a rating page: ");
        Should.Throw<RevisageException>(() => MosResults.Read(PathOf("none.json"), [answers])).Message.ShouldBe($"'{PathOf("none.json")}', a rating page's key file, does not exist. Check the name.");
        Should.Throw<RevisageException>(() => MosResults.Read(keyPath, [faces.Folder])).Message.ShouldContain("a rating page's answers file, cannot be read");
        var broken = Save("broken.json", File.ReadAllText(keyPath).Replace("\"model\": \"bicubic\"", "\"model\": \"cubic\"", StringComparison.Ordinal));
        Should.Throw<RevisageException>(() => MosResults.Read(broken, [answers])).Message.ShouldContain("its pictures do not go with its models");
    }

    private (string Html, string KeyJson) Create(int faceCount, MosOptions options)
    {
        var report = Evaluator.Evaluate([.. Enumerable.Range(0, faceCount).Select(i => faces.Noisy("a", i))], Protocol.Revisage8x, Upscaler.Baselines(8));
        return MosPage.Create(report, Upscaler.Baselines(8), options);
    }

    private (string Path, Picture[] Pictures) Key(int faceCount)
    {
        var (_, key) = Create(faceCount, new MosOptions());
        return (Save("key.json", key), PicturesOf(key));
    }

    private string Answers(string rater, string keyPath, Dictionary<string, double> ratings) =>
        Save($"{rater}.json", JsonSerializer.Serialize(new { kit = KitOf(keyPath), rater, ratings }));

    private string Save(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    private string PathOf(string name) => Path.Combine(faces.Folder, name);

    private static Dictionary<string, double> Rated(Picture[] pictures, Func<string?, double[]> scoresOf) =>
        pictures.GroupBy(picture => picture.Model).SelectMany(group => group.Zip(scoresOf(group.Key))).ToDictionary(pair => pair.First.Id, pair => pair.Second);

    private static Picture[] PicturesOf(string key)
    {
        using var json = JsonDocument.Parse(key);
        return [.. json.RootElement.GetProperty("pictures").EnumerateArray().Select(picture => new Picture(
            picture.GetProperty("id").GetString()!, picture.GetProperty("model").GetString(), picture.GetProperty("face").GetString()!))];
    }

    private static string KitOf(string keyPath)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(keyPath));
        return json.RootElement.GetProperty("kit").GetString()!;
    }

    [GeneratedRegex("""<script type="application/json" id="kit">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Data();

    private sealed record Picture(string Id, string? Model, string Face);
}
