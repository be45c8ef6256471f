using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Degradations;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Methods.Progressive;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Runs;

public sealed class RecipeFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-recipes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Keys_fill_the_methods_record_and_the_rest_keeps_its_defaults()
    {
        var recipe = Parse("""
            method: edsr
            iterations: 7
            precision: fp32
            learning_rate:
              peak: 2e-3
              milestones: [10, 20]
            data:
              range: unit
              sets: [lfw, utk]
              only: landmarks, parsing
              augmentation:
                flip: 0
                scale: {from: 0.9, to: 1.1}
              degradation:
                shrink: bilinearchain
            network:
              channels: 8
            adam:
              beta2: 0.99
            """).ShouldBeOfType<EdsrRecipe>();

        recipe.Iterations.ShouldBe(7);
        recipe.Precision.ShouldBe(Precision.Fp32);
        recipe.LearningRate.Peak.ShouldBe(2e-3);
        recipe.LearningRate.Milestones.ShouldBe([10, 20]);
        recipe.Data.Range.ShouldBe(ValueRange.Unit);
        recipe.Data.Sets.ShouldBe(["lfw", "utk"]);
        recipe.Data.Only.ShouldBe(Annotations.Landmarks | Annotations.Parsing);
        recipe.Data.Augmentation.ShouldBe(new AugmentationOptions { Flip = 0, Scale = new Interval { From = 0.9, To = 1.1 } });
        recipe.Data.Degradation.Shrink.ShouldBe(ShrinkMethod.BilinearChain);
        recipe.Network.ShouldBe(new EdsrOptions { Channels = 8 });
        recipe.Adam.ShouldBe(new AdamOptions { Beta2 = 0.99 });
        recipe.Batch.ShouldBe(new EdsrRecipe { Method = "edsr" }.Batch);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var recipe = new EdsrRecipe
        {
            Method = "edsr",
            Description = "a: b # no comment",
            Iterations = 5_000_000_000,
            Batch = 3,
            LearningRate = new LearningRate { Peak = 1.0 / 3, Warmup = 2, Factor = 0.3, CosineFloor = 1e-7 },
            Seed = -4,
            Precision = Precision.Fp32,
            AverageDecay = 0.9,
            Data = new DataOptions { HighRes = 64, LowRes = 8, Range = ValueRange.Byte, Augmentation = new AugmentationOptions { Flip = 0.25, Shift = 3 }, People = PeopleShare.Second, Identities = new IdentitySampling { People = 3 } },
            Report = new ReportOptions { LogEvery = 1, ValidateEvery = 2, ValidationImages = 3, CheckpointEvery = 4, PictureRows = 5 },
            Network = new EdsrOptions { Channels = 4, Blocks = 1, Doublings = 2 },
            Adam = new AdamOptions { Beta1 = 0.5, Beta2 = 0.6, Epsilon = 1e-3 },
        };

        var read = (EdsrRecipe)Parse(RecipeFile.ToYaml(recipe));

        read.LearningRate.Milestones.ShouldBe(recipe.LearningRate.Milestones);
        // Records compare lists by reference.
        (read with { LearningRate = recipe.LearningRate, Data = read.Data with { Sets = recipe.Data.Sets } }).ShouldBe(recipe);
        read.Data.Sets.ShouldBe(recipe.Data.Sets);
        (read.LearningRate with { Milestones = recipe.LearningRate.Milestones, WarmupShares = recipe.LearningRate.WarmupShares }).ShouldBe(recipe.LearningRate);
    }

    /// <summary>The record's own, where it has others than the section's type: the features' width, the progressive method's layers.</summary>
    [Fact]
    public void What_a_section_leaves_out_is_as_the_methods_record_has_it()
    {
        ((FaceFeaturesRecipe)Parse("method: face-features\nnetwork: {depth: 19}")).Network.Width.ShouldBe(24);

        var recipe = (ProgressiveRecipe)Parse("method: progressive\nstep3: {iterations: 7}", "perceptual.vgg=vgg16.pth", "weights.heatmap=[0, 0, 0]");
        (recipe.Step3.Iterations, recipe.Step3.FadeIn, recipe.Step3.LearningRate.Peak).ShouldBe((7, 0.25, 1e-3));
        (recipe.Perceptual.Vgg, recipe.Perceptual.Input).ShouldBe(("vgg16.pth", VggInput.Unit));
        recipe.Perceptual.Layers.ShouldBe(["relu1_2", "relu2_2", "relu3_3", "relu4_3"]);
        recipe.Weights.Heatmap.ShouldBe([0, 0, 0]);
        recipe.Weights.Attention.ShouldBe([0, 500, 50]);
    }

    [Fact]
    public void Of_two_sections_that_are_alike_one_is_overridden()
    {
        var written = RecipeFile.ToYaml(Parse("method: progressive"));

        var recipe = (ProgressiveRecipe)Parse(written, "critic.channels=64", "step2.learning_rate.peak=0.5");

        (recipe.Network.Channels, recipe.Critic.Channels).ShouldBe((512, 64));
        (recipe.Step2.LearningRate.Peak, recipe.Step3.LearningRate.Peak).ShouldBe((0.5, 1e-3));
    }

    [Fact]
    public void Milestones_are_written_and_read_back()
    {
        var recipe = new EdsrRecipe { Method = "edsr", LearningRate = new LearningRate { Milestones = [3, 9], WarmupShares = [0.25, 0.5] } };

        Parse(RecipeFile.ToYaml(recipe)).LearningRate.Milestones.ShouldBe([3, 9]);
        Parse(RecipeFile.ToYaml(recipe)).LearningRate.WarmupShares.ShouldBe([0.25, 0.5]);
    }

    [Fact]
    public void Overrides_win_and_make_the_sections_they_need()
    {
        var recipe = (EdsrRecipe)Parse("method: edsr\nbatch: 4\n", "batch=2", "network.blocks=1", "learning_rate.milestones=[5, 6]", "description=a=b");

        recipe.Batch.ShouldBe(2);
        recipe.Network.Blocks.ShouldBe(1);
        recipe.LearningRate.Milestones.ShouldBe([5, 6]);
        recipe.Description.ShouldBe("a=b");
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("=3")]
    public void An_override_without_key_or_value_is_refused(string change) =>
        Fault(() => Parse("method: edsr", change)).ShouldBe($"'--set {change}' is not of the form KEY=VALUE, such as learning_rate.peak=1e-4.");

    [Theory]
    [InlineData("method: edsr\nbatch: 4\nbatches: 5\n", 3, "batches")]
    [InlineData("method: edsr\nlearning_rate:\n  peek: 5\n", 3, "peek")]
    [InlineData("method: edsr\nbatch: many\n", 2, "many")]
    [InlineData("method: edsr\nbatch: 2\nbatch: 4\n", 3, "batch")]
    [InlineData("method: edsr\nbatch: [2\n", 3, "")]
    [InlineData("method: edsr\nprecision: fp64\n", 2, "fp64")]
    [InlineData("method: edsr\n# a comment\nlearning_rate:\n", 3, "null")]
    public void A_key_or_value_that_is_not_taken_is_named_with_its_line(string yaml, int line, string what)
    {
        var message = Fault(() => Parse(yaml));

        message.ShouldStartWith($"The recipe 'test', line {line}: ");
        message.ShouldContain(what);
        message.ShouldEndWith("Correct the key or its value.");
        message.ShouldNotContain('\n');
    }

    [Fact]
    public void A_fault_of_the_file_keeps_its_line_beside_overrides() =>
        Fault(() => Parse("# a comment\n\nmethod: edsr\nbatches: 5\n", "batch=2")).ShouldStartWith("The recipe 'test', line 4: ");

    [Theory]
    [InlineData("network.chanels=4", "chanels")]
    [InlineData("batch=many", "many")]
    [InlineData("batch=[1", "")]
    [InlineData("data=~", "Data")]
    public void An_override_that_is_not_taken_is_named(string change, string what)
    {
        var message = Fault(() => Parse("method: edsr", change));

        message.ShouldStartWith($"--set {change}: ");
        message.ShouldContain(what);
    }

    [Theory]
    [InlineData("learning_rat.peak=1")]
    [InlineData("learning_rate.peek=1")]
    [InlineData("batch=many")]
    [InlineData("batch={a: 1}")]
    [InlineData("learning_rate=1")]
    [InlineData("precision=fp64")]
    [InlineData("data=~")]
    public void Faults_speak_of_keys_and_not_of_types(string change)
    {
        var message = Should.Throw<UsageException>(() => Parse("method: edsr", change)).Message;

        message.ShouldNotMatch(@"System\.|Revisage\.|Recipe|`");
        if (change.StartsWith("learning_rat.", StringComparison.Ordinal))
        {
            message.ShouldContain("There is no key 'learning_rat'.");
            message.ShouldContain("Did you mean 'learning_rate'?");
        }
    }

    [Theory]
    [InlineData("batch=0", "batch is 0, less than 1")]
    [InlineData("iterations=-5", "iterations is -5, less than 1")]
    [InlineData("learning_rate.peak=-1e-4", "learning_rate.peak is -0.0001, less than 0")]
    [InlineData("learning_rate.peak=.nan", "learning_rate.peak is NaN, less than 0")]
    [InlineData("data.high_res=8", "data.high_res is 8, less than 16")]
    [InlineData("report.picture_rows=0", "report.picture_rows is 0, less than 1")]
    public void A_number_that_no_training_can_use_is_named(string change, string expected) =>
        Fault(() => Parse("method: edsr", change)).ShouldBe($"The recipe 'test': {expected}. Correct the value.");

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b\n")]
    public void What_is_no_mapping_is_refused(string yaml) =>
        Fault(() => Parse(yaml)).ShouldBe("The recipe 'test' is not a YAML mapping. It begins with a line such as 'method: edsr'.");

    [Fact]
    public void An_unknown_method_or_none_lists_those_there_are()
    {
        Fault(() => Parse("batch: 3")).ShouldBe("The recipe 'test' names no method. Add 'method:' with one of: " + MethodCatalog.Names + ".");
        Fault(() => Parse("method: esdr")).ShouldBe($"There is no method 'esdr'. There are: {MethodCatalog.Names}. Did you mean 'edsr'?");
    }

    [Fact]
    public void A_recipe_is_found_by_name_or_path_and_an_unknown_one_lists_those_there_are()
    {
        File.WriteAllText(Path.Combine(folder, "b.yaml"), "method: edsr\nbatch: 5\n");
        File.WriteAllText(Path.Combine(folder, "a.yaml"), "method: edsr\n");

        RecipeFile.Load("b", folder, []).Batch.ShouldBe(5);
        RecipeFile.Load(Path.Combine(folder, "b.yaml"), "/nowhere", []).Batch.ShouldBe(5);
        Fault(() => RecipeFile.Load("c", folder, [])).ShouldBe("There is no recipe 'c'. Name a file, or one of: a, b.");
    }

    [Fact]
    public void Every_recipe_that_ships_is_taken()
    {
        var recipes = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.yaml");

        recipes.ShouldNotBeEmpty();
        recipes.Select(path => RecipeFile.Load(path, "", [])).ShouldAllBe(recipe => recipe.Iterations > 0);
    }

    [Fact]
    public void Papers_are_followed_in_32_bits() =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.paper.yaml").Select(path => RecipeFile.Load(path, "", []))
            .ShouldAllBe(recipe => recipe.Precision == Precision.Fp32);

    /// <summary>A named file of weights is torchvision's, which Caffe's scale would blind.</summary>
    [Fact]
    public void No_recipe_and_no_default_feeds_torchvisions_weights_Caffes_colours()
    {
        var recipes = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.yaml").Select(path => RecipeFile.Load(path, "", []))
            .Concat(MethodCatalog.All.Where(method => method is not ImportedMethod).Select(method => Parse($"method: {method.Id}")));

        var perceptual = recipes.SelectMany(recipe => recipe.GetType().GetProperties().Select(property => property.GetValue(recipe)).OfType<PerceptualOptions>()).ToArray();

        perceptual.Length.ShouldBeGreaterThan(8);
        perceptual.ShouldAllBe(options => options.Input != VggInput.Caffe);
    }

    [Fact]
    public void No_recipe_moves_the_upright_face_that_its_network_is_to_find()
    {
        var unaligned = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.yaml")
            .Select(path => RecipeFile.Load(path, "", [])).Where(recipe => recipe.Data.Unaligned is not null).ToArray();

        unaligned.Select(recipe => recipe.Method).Distinct().Order().ShouldBe(["mtun", "stn0"]);
        unaligned.ShouldAllBe(recipe => recipe.Data.Augmentation.Shift == 0 && recipe.Data.Augmentation.Rotation == 0 && recipe.Data.Augmentation.Scale == null);
    }

    [Fact]
    public void The_papers_GWAInet_makes_small_faces_as_its_protocol_does() =>
        RecipeFile.Load("gwainet.paper", Path.Combine(AppContext.BaseDirectory, "recipes"), []).Data.Degradation.Shrink.ShouldBe(Evaluation.Protocol.Gwainet.Degradation);

    [Fact]
    public void A_recipe_says_what_is_around_a_face_out_of_place() =>
        RecipeFile.Load("mtun.paper", Path.Combine(AppContext.BaseDirectory, "recipes"), ["data.unaligned.outside=margin"]).Data.Unaligned!.Outside.ShouldBe(UnalignedOutside.Margin);

    private static Recipe Parse(string yaml, params string[] overrides) => RecipeFile.Parse(yaml, "'test'", overrides);

    private static string Fault(Action action) => Should.Throw<RevisageException>(action).Message;
}
