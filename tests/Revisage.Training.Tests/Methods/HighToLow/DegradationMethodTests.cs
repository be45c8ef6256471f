using Revisage.Data;
using Revisage.Degradations;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Methods.HighToLow;

/// <summary>High-to-Low and Low-to-High from recipe to exported models.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class DegradationMethodTests : IDisposable
{
    private readonly SyntheticFaces faces = new(train: 4, val: 2, side: 32, hr: 32);
    private readonly SyntheticFaces poor = new(train: 4, val: 3, side: 24, hr: 24);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-degradation-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        poor.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("high_to_low low_to_high joint")]
    [InlineData("high_to_low low_to_high", "joint.iterations=0")]
    [InlineData("low_to_high joint", "degrader=high-to-low")]
    [InlineData("low_to_high", "small_faces=shrunk")]
    public void A_recipe_says_which_phases_there_are(string names, params string[] overrides)
    {
        var recipe = RecipeFile.Parse("method: low-to-high", "of the test", overrides);
        var method = MethodCatalog.Find("low-to-high");

        string.Join(' ', method.Phases(recipe).Select(phase => phase.Name)).ShouldBe(names);
        method.Priors(recipe).ShouldBe(overrides.Contains("degrader=high-to-low") ? ["high-to-low"] : []);
    }

    /// <summary>Each ablation of table 1, as an override of the paper's recipe: the shipped network stays the same.</summary>
    [Theory]
    [InlineData("small_faces=shrunk", "data.degradation.shrink=bilinear")]
    [InlineData("small_faces=shrunk", "data.degradation.shrink=bilinear", "data.degradation.box={from: 2, to: 6}")]
    [InlineData("adversary.weight=0")]
    public void Ablations_leave_the_network_alone(params string[] overrides)
    {
        var method = MethodCatalog.Find("low-to-high");
        var paper = RecipeFile.Load("low-to-high.paper", Recipes(), []);
        var ablation = RecipeFile.Load("low-to-high.paper", Recipes(), overrides);

        method.Check(ablation);

        NetworkListing(method.ShippedNetwork(ablation)).ShouldBe(NetworkListing(method.ShippedNetwork(paper)));
    }

    [Theory]
    [InlineData("high-to-low.paper", "3x16x16")]
    [InlineData("high-to-low.compact", "3x64x64")]
    [InlineData("low-to-high.paper", "3x64x64")]
    [InlineData("low-to-high.compact", "3x128x128")]
    [InlineData("low-to-high.compact", "3x128x128", "data.low_res=32", "network.doublings=2", "high_to_low.network.factor=4")]
    [InlineData("cyclegan.compact", "3x128x128")]
    public void The_recipes_fit_together(string name, string output, params string[] overrides)
    {
        var recipe = RecipeFile.Load(name, Recipes(), overrides);
        var method = MethodCatalog.Find(recipe.Method);

        method.Check(recipe);

        string.Join('x', method.Walk(recipe).OutputShapes.Single()).ShouldBe(output);
    }

    [Fact]
    public void The_papers_recipes_say_what_the_records_defaults_are()
    {
        var recipe = (LowToHighRecipe)RecipeFile.Load("low-to-high.paper", Recipes(), []);
        var bare = (LowToHighRecipe)RecipeFile.Parse("method: low-to-high", "of the test", []);

        RecipeFile.ToYaml(recipe with { Description = "", Data = bare.Data, Report = bare.Report, Precision = bare.Precision }).ShouldBe(RecipeFile.ToYaml(bare));
        (recipe.Iterations, recipe.Batch, recipe.LearningRate.Peak).ShouldBe((570_000, 64, 1e-4));
        (bare.Iterations, bare.Batch, bare.LearningRate.Peak).ShouldBe((570_000, 64, 1e-4));
        (bare.Adversary.Weight, bare.Adversary.Updates, bare.Adam.Beta1, bare.Adam.Beta2, bare.Joint.Iterations).ShouldBe((0.05, 5, 0, 0.9, 2000));
    }

    [Fact]
    public void One_run_trains_both_hands_over_and_ships_both()
    {
        var run = Path.Combine(folder, "run");
        TrainingRun.Start(TinyDegradation.LowToHigh, Options(run), new Quiet(), default).ShouldBe(TrainingEnd.Complete);

        // High-to-Low is as its own phase left it until both learn together.
        var (first, second, last) = (Load("high_to_low"), Load("low_to_high"), Load("checkpoint"));
        foreach (var name in new[] { "high_to_low", "high_to_low.average", "high_to_low_discriminator" })
        {
            Floats(second, name).ShouldBe(Floats(first, name), name);
            Floats(last, name).ShouldNotBe(Floats(first, name), name);
        }

        File.ReadLines(Path.Combine(run, "train.log")).Count(line => line.StartsWith("validation")).ShouldBe(6);
        Directory.GetFiles(Path.Combine(run, "pictures")).Length.ShouldBe(6);

        var large = ModelExport.Write(Path.Combine(run, "checkpoint.safetensors"), Path.Combine(folder, "up.onnx"));
        (large.Card.Task, large.Card.Scale, large.Card.Input).ShouldBe((ModelTask.SuperResolution, 2, new PixelSize(16, 16)));
        var small = ModelExport.Write(Path.Combine(run, "checkpoint.safetensors"), Path.Combine(folder, "down.onnx"), "high-to-low");
        (small.Card.Method, small.Card.Task, small.Card.Input, small.Card.Output).ShouldBe(("high-to-low", ModelTask.Degradation, new PixelSize(32, 32), new PixelSize(16, 16)));
        Should.Throw<RevisageException>(() => ModelExport.Write(Path.Combine(run, "checkpoint.safetensors"), Path.Combine(folder, "x.onnx"), "edsr"))
            .Message.ShouldEndWith("holds no network of 'edsr', only of 'low-to-high' and 'high-to-low'. Name one of these.");

        ModelExport.MeasureByMethod(Path.Combine(run, "checkpoint.safetensors"), small, faces.Open(), poor.Open()).Measures!.Keys
            .ShouldBe(["spectrum", "high", "high_poor", "high_shrunk", "varies", "psnr"]);
        ModelExport.MeasureByMethod(Path.Combine(run, "checkpoint.safetensors"), large, faces.Open()).Measures!.Keys.ShouldBe(["psnr", "ssim", "psnr_learned"]);

        // Where there are test faces, the card's result is of these.
        File.WriteAllLines(Path.Combine(faces.Folder, "index.csv"), File.ReadAllLines(Path.Combine(faces.Folder, "index.csv")).Select((line, i) => i == 2 ? line.Replace("train", "test") : line));
        var measured = ModelExport.MeasureByMethod(Path.Combine(run, "checkpoint.safetensors"), large, faces.Open());
        (measured.Split, measured.Images).ShouldBe(("test", 1));
        ModelCard.Read(Path.ChangeExtension(large.Path, ".json")).Results.ShouldHaveSingleItem().Split.ShouldBe("test");

        // What was exported degrades the faces of any other recipe, and begins another run of Low-to-High.
        var data = TinyDegradation.LowToHigh.Data with { Degradation = new DegradationOptions { Learned = Path.Combine(folder, "down.onnx") } };
        var learned = FaceDataset.Load(faces.Open(), "train", data, seed: 1);
        learned.Batch(0, 2).LowRes.ShouldBe(learned.Batch(0, 2).LowRes);
        learned.Batch(0, 2).LowRes.ShouldNotBe(FaceDataset.Load(faces.Open(), "train", data, seed: 2).Batch(0, 2).LowRes);
        Should.Throw<RevisageException>(() => FaceDataset.Load(faces.Open(), "train", data with { LowRes = 8 }, seed: 1)).Message.ShouldContain("but the recipe's small ones have 8x8. Set data.low_res to the model's.");
        foreach (var degrader in new[] { "down.onnx", "run/checkpoint.safetensors" })
        {
            var recipe = TinyDegradation.LowToHigh with { Degrader = Path.Combine(folder, degrader) };
            using var stage = MethodCatalog.Find("low-to-high").FirstStage(recipe);
            stage.Kept[0].Save().SelectMany(array => array.ToFloats()).ShouldBe(Floats(last, "high_to_low.average"), degrader);
            // An exported file has the weights that ship, and no discriminator.
            stage.Kept[1].Save().SelectMany(array => array.ToFloats()).ShouldBe(Floats(last, degrader == "down.onnx" ? "high_to_low.average" : "high_to_low"), degrader);
        }

        Should.Throw<RevisageException>(() => MethodCatalog.Find("low-to-high").FirstStage(TinyDegradation.LowToHigh with
        {
            Degrader = Path.Combine(folder, "down.onnx"),
            HighToLow = new HighToLowSchedule { Network = TinyDegradation.HighToLow.Network with { Channels = 8 } },
        })).Message.ShouldContain("Set high_to_low.network and data.range as it has them.");

        Checkpoint Load(string name) => Checkpoint.Load(Path.Combine(run, name + ".safetensors"));

        static float[] Floats(Checkpoint checkpoint, string network) => [.. checkpoint.WeightsOf(network).Values.SelectMany(array => array.ToFloats())];
    }

    [Fact]
    public void A_run_stopped_in_its_last_phase_goes_on_to_the_same_bits()
    {
        var (whole, stopped) = (Path.Combine(folder, "whole"), Path.Combine(folder, "stopped"));
        TrainingRun.Start(TinyDegradation.LowToHigh, Options(whole), new Quiet(), default);
        using var stop = new CancellationTokenSource();
        var observer = new Quiet();
        observer.After = (phase, iteration) =>
        {
            if (phase == "joint" && iteration == 1)
            {
                stop.Cancel();
            }
        };

        TrainingRun.Start(TinyDegradation.LowToHigh, Options(stopped), observer, stop.Token).ShouldBe(TrainingEnd.Stopped);
        TrainingRun.Resume(Options(stopped), new Quiet(), default).ShouldBe(TrainingEnd.Complete);

        Arrays(stopped).ShouldBe(Arrays(whole));

        static Dictionary<string, string> Arrays(string run) =>
            Safetensors.Read(File.ReadAllBytes(Path.Combine(run, "checkpoint.safetensors"))).Arrays.ToDictionary(array => array.Name, array => Convert.ToHexString(array.Bytes.Span));
    }

    [Fact]
    public void Without_poor_faces_nothing_begins()
    {
        // The joint phase wants them too, though it comes last.
        foreach (var recipe in new Recipe[] { TinyDegradation.HighToLow, TinyDegradation.LowToHigh, TinyDegradation.LowToHigh with { Degrader = Path.Combine(folder, "x.safetensors") } })
        {
            Should.Throw<RevisageException>(() => TrainingRun.Start(recipe, Options(Path.Combine(folder, Guid.NewGuid().ToString())) with { LowQuality = null }, new Quiet(), default)).Message
                .ShouldBe("The recipe learns from real poor faces. Prepare some with 'revisage prepare FOLDER -o SET --low-quality' and name them with --low-quality SET.");
        }
    }

    [Fact]
    public void Poor_faces_are_never_enlarged()
    {
        using var small = new SyntheticFaces(train: 2, val: 1, side: 12, hr: 12);

        Should.Throw<RevisageException>(() => TrainingRun.Start(TinyDegradation.HighToLow, Options(Path.Combine(folder, "small")) with { LowQuality = small.Folder }, new Quiet(), default)).Message
            .ShouldStartWith($"None of the 2 faces of '{small.Folder}', split 'train', is what the recipe asks for (any set, 16 pixels or more).");
    }

    [Fact]
    public void Poor_faces_that_do_not_fill_a_batch_are_refused()
    {
        using var few = new SyntheticFaces(train: 1, val: 1, side: 24, hr: 24);

        Should.Throw<RevisageException>(() => TrainingRun.Start(TinyDegradation.HighToLow, Options(Path.Combine(folder, "few")) with { LowQuality = few.Folder }, new Quiet(), default)).Message
            .ShouldContain($"has 2 faces, but '{few.Folder}' has 1 that the recipe learns from.");
    }

    [Fact]
    public void Sizes_and_weights_that_do_not_fit_are_refused()
    {
        var (down, up) = (TinyDegradation.HighToLow, TinyDegradation.LowToHigh);
        Refused(down with { Data = down.Data with { LowRes = 8 } }).ShouldBe(
            "The recipe's High-to-Low makes faces of 32 pixels 2 times smaller, but data.high_res is 32 and data.low_res 8. Set network.side and network.factor, or the data's sizes, so that they agree.");
        Refused(up with { HighToLow = up.HighToLow with { Network = new HighToLowOptions() } }).ShouldContain("Set high_to_low.network.side and high_to_low.network.factor");
        Refused(up with { Network = up.Network with { Doublings = 2 } }).ShouldStartWith("The recipe's network makes 3x64x64 from faces of 16 pixels");
        Refused(up with { HighToLow = up.HighToLow with { Iterations = 0 } }).ShouldBe(
            "high_to_low.iterations is 0, so nothing has taught High-to-Low. Name a trained one by degrader, or set small_faces to shrunk.");
        Refused(up with { PixelWeight = 0, Adversary = new AdversaryOptions { Weight = 0 } }).ShouldBe(
            "The pixel loss weighs 0 and the adversarial one 0, but one must be above 0 and none below. Set pixel_weight or adversary.weight.");
        Refused(down with { Adversary = new AdversaryOptions { Updates = 0 } }).ShouldStartWith("adversary.updates is 0,");

        static string Refused(Recipe recipe) => Should.Throw<RevisageException>(() => MethodCatalog.Find(recipe.Method).Check(recipe)).Message;
    }

    [Fact]
    public void A_degrader_of_another_method_is_refused() =>
        Should.Throw<RevisageException>(() => MethodCatalog.Find("low-to-high").FirstStage(TinyDegradation.LowToHigh with { Degrader = "inet" })).Message
            .ShouldBe("'inet' is of the method 'inet', but degrader takes a High-to-Low. Train one by 'revisage train high-to-low.compact'.");

    [Theory]
    // The first block of 3,584 + 147,584 + 512; five of twice 147,584; 16,512 for each that halves the size; 129.
    [InlineData(16, 2)]
    [InlineData(64, 4)]
    public void Six_blocks_halve_the_size_at_the_end(int side, int halvings)
    {
        var network = new ImageDiscriminator(new ImageDiscriminatorOptions { Side = side, SixBlocks = true });

        var report = ShapeWalk.Of(network, 3, side, side);

        report.Parameters.ShouldBe(3_584 + 147_584 + 512 + 5 * 2 * 147_584 + halvings * 16_512 + 129);
        network.NamedWeights().Select(named => named.Path).Where(path => path.EndsWith("bypass_conv.weight", StringComparison.Ordinal)).ShouldBe(
            ["model.0.bypass_conv.weight", .. Enumerable.Range(6 - halvings, halvings).Select(block => $"model.{block}.bypass_conv.weight")]);
    }

    private TrainingRunOptions Options(string run) => new(faces.Folder, run) { Threads = 1, LowQuality = poor.Folder };

    private static string[] NetworkListing(Block network) => [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}")];

    private static string Recipes() => Path.Combine(Checkout.Root.ShouldNotBeNull(), "recipes");

    private sealed class Quiet : ITrainingObserver
    {
        private string phase = "";

        public Action<string, long>? After { get; set; }

        public void Entered(string phase) => this.phase = phase;

        public void Logged(TrainingProgress progress) => After?.Invoke(phase, progress.Iteration);

        public void Validated(long iteration, ValidationResult result, bool best)
        {
        }
    }
}
