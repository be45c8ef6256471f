using Revisage.Batch;

namespace Revisage.Tests.Batch;

public sealed class OutputPlanTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Results_keep_the_names_of_their_inputs()
    {
        Touch("a/1.jpg", "b/2.png");

        Plan([In("a"), In("b/2.png")]).ShouldBe(["1.png", "2.png"]);
    }

    [Fact]
    public void A_name_taken_twice_keeps_the_folders_and_others_do_not()
    {
        Touch("in/a/1.jpg", "in/b/1.jpg", "in/b/2.jpg");

        Plan([In("in")]).ShouldBe(["a/1.png", "b/1.png", "2.png"]);
    }

    [Fact]
    public void A_name_taken_twice_in_one_folder_keeps_its_extension()
    {
        Touch("1.jpg", "1.webp");

        Plan([In("1.jpg"), In("1.webp")]).ShouldBe(["1.jpg.png", "1.webp.png"]);
    }

    [Fact]
    public void Names_that_differ_in_case_alone_count_as_one()
    {
        Touch("a/Face.png", "b/face.png");

        Plan([In("a"), In("b")]).ShouldBe(["a/Face.png", "b/face.png"]);
    }

    [Fact]
    public void A_longer_name_that_meets_anothers_short_one_grows_again()
    {
        // Alone, 1.jpg.webp would become 1.jpg.png, the name that 1.jpg escapes to.
        Touch("1.jpg", "1.webp", "1.jpg.webp");

        Plan([folder]).ShouldBe(["1.jpg.png", "1.jpg.webp.png", "1.webp.png"], ignoreOrder: true);
    }

    [Fact]
    public void Folders_are_searched_below_and_what_is_no_picture_is_left_alone()
    {
        Touch("in/deep/er/1.PNG", "in/notes.txt");

        Plan([In("in")]).ShouldBe(["1.png"]);
    }

    [Fact]
    public void A_file_given_twice_is_one_input()
    {
        Touch("in/1.jpg");

        Plan([In("in"), In("in/1.jpg")]).ShouldBe(["1.png"]);
    }

    [Fact]
    public void A_missing_file_stays_in_the_plan_so_that_only_it_fails() =>
        Plan([In("nothing.png")]).ShouldBe(["nothing.png"]);

    [Fact]
    public void Inputs_that_have_but_the_root_in_common_are_told_apart_from_there()
    {
        var root = Path.GetPathRoot(folder)!;

        Plan([Path.Combine(root, "one", "1.jpg"), Path.Combine(root, "other", "1.jpg")]).ShouldBe(["one/1.png", "other/1.png"]);
    }

    [Fact]
    public void One_input_goes_to_the_picture_that_is_named()
    {
        Touch("1.jpg");

        var picture = OutputPlan.Create([In("1.jpg")], In("big.png")).Pictures.ShouldHaveSingleItem();
        picture.Output.ShouldBe(In("big.png"));
    }

    [Fact]
    public void A_folder_that_is_named_like_a_picture_is_a_folder()
    {
        Touch("1.jpg");
        Directory.CreateDirectory(In("odd.png"));

        OutputPlan.Create([In("1.jpg")], In("odd.png")).Pictures[0].Output.ShouldBe(In("odd.png/1.png"));
    }

    [Fact]
    public void Several_inputs_do_not_fit_one_picture()
    {
        Touch("1.jpg", "2.jpg");

        Should.Throw<RevisageException>(() => OutputPlan.Create([In("1.jpg"), In("2.jpg")], In("big.png")))
            .Message.ShouldContain("takes one picture, but there are 2 inputs. Name a folder instead.");
    }

    [Fact]
    public void An_input_is_never_replaced()
    {
        Touch("1.png");

        Should.Throw<RevisageException>(() => OutputPlan.Create([In("1.png")], folder))
            .Message.ShouldContain("would replace the input");
    }

    [UnixFact]
    public void An_input_is_never_replaced_by_way_of_a_link()
    {
        Touch("real/1.png");
        Directory.CreateSymbolicLink(In("link"), In("real"));
        File.CreateSymbolicLink(In("one.png"), In("real/1.png"));

        Should.Throw<UsageException>(() => OutputPlan.Create([In("real")], In("link"))).Message.ShouldContain("would replace the input");
        Should.Throw<UsageException>(() => OutputPlan.Create([In("one.png")], In("real/1.png"))).Message.ShouldContain("would replace the input");
    }

    [Fact]
    public void Results_below_the_faces_are_no_faces_of_the_next_run()
    {
        Touch("in/1.png", "in/out/1.png");

        OutputPlan.Create([In("in")], In("in/out")).Pictures.ShouldHaveSingleItem().Input.ShouldBe(In("in/1.png"));
    }

    [Theory]
    [InlineData("res.bmp")]
    [InlineData("res.jfif")]
    [InlineData("res.gif")]
    [InlineData("res.HEIC")]
    public void A_picture_that_is_not_written_is_refused_with_those_that_are(string name)
    {
        Touch("1.jpg");

        Should.Throw<UsageException>(() => OutputPlan.Create([In("1.jpg")], In(name))).Message
            .ShouldBe($"'-o {In(name)}' is named as a picture that is not written here. Choose one of .png, .jpg, .jpeg, .webp, .tif, .tiff, or name a folder.");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_and_a_model_that_would_be_replaced_are_found_before_the_work()
    {
        Touch("1.jpg", "taken", "out/1.png");

        Should.Throw<RevisageException>(() => OutputPlan.Create([In("1.jpg")], In("taken/out")).Check()).Message.ShouldContain($"'{In("taken")}' is a file, not a folder");
        Should.Throw<UsageException>(() => OutputPlan.Create([In("1.jpg")], In("out")).Check(In("out/1.png"))).Message.ShouldContain("which is read too");
        OutputPlan.Create([In("1.jpg")], In("new")).Check();
        Directory.Exists(In("new")).ShouldBeFalse();
    }

    [Fact]
    public void Folders_without_pictures_are_told()
    {
        Directory.CreateDirectory(In("empty"));

        OutputPlan.Create([In("empty")], In("out")).EmptyFolders.ShouldBe([In("empty")]);
    }

    [Fact]
    public void Standard_input_becomes_a_file_of_that_name() => Plan(["-"]).ShouldBe(["stdin.png"]);

    [Fact]
    public void Standard_output_is_taken_as_it_is()
    {
        Touch("1.jpg");

        OutputPlan.Create([In("1.jpg")], "-").Pictures.ShouldHaveSingleItem().Output.ShouldBe("-");
    }

    private string In(string path) => Path.Combine(folder, path);

    private void Touch(params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
            File.WriteAllBytes(In(path), []);
        }
    }

    private IEnumerable<string> Plan(IReadOnlyList<string> inputs) =>
        OutputPlan.Create(inputs, In("out")).Pictures.Select(picture => Path.GetRelativePath(In("out"), picture.Output));
}
