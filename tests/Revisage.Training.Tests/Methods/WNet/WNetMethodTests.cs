using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Methods.WNet;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Methods.WNet;

/// <summary>W-Net as a method: what it learns from, what a recipe can leave out, and what it ships.</summary>
[Trait("Category", "torch")]
public sealed class WNetMethodTests : IDisposable
{
    // 16 to 32 pixels, the left half skin and the right half eye.
    private const string Small = """
        method: wnet
        precision: fp32
        batch: 4
        learning_rate: {peak: 2e-3}
        network: {channels: 16, doublings: 1, encoder_levels: 1}
        data: {high_res: 32, low_res: 16, range: unit, parsing: true}
        report: {validation_images: 4, picture_rows: 2}
        """;

    private static readonly Method Method = MethodCatalog.Find("wnet");

    private readonly SyntheticFaces faces = new(train: 8, val: 4, side: 32, hr: 32, annotated: true);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-wnet-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Validations_picture_shows_the_parsing_map_beside_the_face()
    {
        var recipe = RecipeFile.Parse(Small, "of the test", []);
        using var stage = Method.Phases(recipe)[0].Create(Stages.Setting);

        var picture = Method.CreateValidation(recipe, new ValidationFaces(faces.Open(), recipe.Data, recipe.Report)).Run(stage).Picture.ShouldNotBeNull();

        // Small, bicubic, network, map, truth.
        (picture.Width, picture.Height).ShouldBe((5 * 32, 2 * 32));
    }

    [Fact]
    public void The_small_map_is_grey_where_skin_ends_and_parts_are_masks()
    {
        using var scope = new TensorScope();
        // The right column of small pixels is a quarter skin; the last face's map nobody drew.
        var labels = new byte[2 * 32 * 32];
        Array.Fill(labels, FaceBatch.Unlabelled, 32 * 32, 32 * 32);
        for (var i = 0; i < 32 * 32; i++)
        {
            labels[i] = (byte)((i % 32) switch { < 9 => FaceClass.Skin, < 12 => FaceClass.LowerLip, < 20 => FaceClass.Nose, _ => FaceClass.Hair });
        }

        var batch = new FaceBatch(0, 2, [], 16, [], 32, [], labels, [], [], []);
        var (skin, parts) = (WNetTargets.Skin(batch), WNetTargets.Parts(batch));

        skin.Shape.ShouldBe([2, 1, 16, 16]);
        skin.ToArray()[..3].ShouldBe([1, 1, 1]);
        skin.ToArray()[4].ShouldBeInRange(0.4f, 0.6f);
        skin.ToArray()[8..16].ShouldAllBe(value => value == 0);
        parts.Shape.ShouldBe([2, 4, 32, 32]);
        parts.Sum([3]).Narrow(2, 0, 1).ToArray().ShouldBe([0, 0, 8, 3, 0, 0, 0, 0]);        // eyes, brows, nose, mouth
        skin.Narrow(0, 1, 1).Sum().Item().ShouldBe(0);
    }

    [Theory]
    [InlineData("pixel parsing parts face_features")]
    [InlineData("pixel parts face_features", "parsing_map=0")]
    [InlineData("pixel parsing face_features", "parts=0")]
    [InlineData("pixel parsing parts", "perceptual.weight=0")]
    [InlineData("pixel", "parsing_map=0", "parts=0", "perceptual.weight=0", "data.parsing=false")]
    public void A_loss_without_weight_is_not_computed_and_asks_for_nothing(string names, params string[] overrides)
    {
        var recipe = Recipe(overrides);
        using var scope = new TensorScope();
        using var stage = Method.FirstStage(recipe);

        Method.Check(recipe);
        stage.Step(Batch(recipe), 0).Values().Select(loss => loss.Name).ShouldBe(names.Split(' '));

        Method.Priors(recipe).ShouldBe(names.Contains("face_features", StringComparison.Ordinal) ? ["face-features"] : []);
        Method.Needs(recipe).ShouldBe(names == "pixel" ? Annotations.None : Annotations.Parsing);
        Method.CreateValidation(recipe, Faces(recipe)).Run(stage).Metrics.Select(metric => metric.Name)
            .ShouldBe(names == "pixel" ? ["psnr", "ssim"] : ["psnr", "ssim", "parsing_error"]);
    }

    /// <summary>Of the four parts these faces show the eyes alone, so that one picture with all of them is the picture of one.</summary>
    [Fact]
    public void Together_one_part_loses_what_it_does_apart()
    {
        double Features(string together)
        {
            var recipe = Recipe(together);
            using var scope = new TensorScope();
            using var stage = Method.FirstStage(recipe);
            return stage.Step(Batch(recipe), 0).Values()[3].Value;
        }

        Features("parts_together=true").ShouldBe(Features("parts_together=false"), 1e-6);
        Features("parts_together=true").ShouldBeGreaterThan(1e-5);
    }

    [Fact]
    public void A_few_steps_bring_face_and_map_nearer()
    {
        var recipe = Recipe("perceptual.weight=0");
        using var stage = Method.FirstStage(recipe);
        var validation = Method.CreateValidation(recipe, Faces(recipe));
        double[] Losses(int step)
        {
            using var scope = new TensorScope();
            return [.. stage.Step(Batch(recipe), step).Values().Select(loss => loss.Value)];
        }

        var first = Losses(0);
        for (var step = 1; step < 15; step++)
        {
            Losses(step);
        }

        Losses(15).Zip(first).ShouldAllBe(loss => loss.First < 0.9 * loss.Second);
        var result = validation.Run(stage);
        result.Metrics[2].Value.ShouldBeLessThan(25);
        result.Score.ShouldBe(result.Metrics[0].Value);
        result.Picture.ShouldNotBeNull();
    }

    [Fact]
    public void A_map_that_is_everywhere_skin_is_off_by_what_is_none()
    {
        var recipe = Recipe();

        var result = Method.CreateValidation(recipe, Faces(recipe)).Run(new Answers(input => [input.UpsampleNearest2d(32, 32), input * 0 + 7]));

        // Half is skin, and the answer is held to 1.
        result.Metrics[2].Value.ShouldBe(50, 0.5);
    }

    [Theory]
    [InlineData("wnet masks faces with black, which must be 0. Set data.range=unit.", "data.range=signed")]
    [InlineData("wnet halves the small face four times, but data.low_res is 24. Take a multiple of 16.", "data.low_res=24")]
    [InlineData("wnet learns from parsing maps, which the recipe does not ask for. Set data.parsing=true, or the weights parsing_map, parts and perceptual.weight to 0.", "data.parsing=false")]
    [InlineData("The recipe's network makes 3x32x32 from faces of 16 pixels, but data.high_res is 64. Set data.low_res, data.high_res or the network's doublings so that they agree.", "data.high_res=64")]
    public void What_does_not_fit_is_refused(string message, string change) =>
        Should.Throw<RevisageException>(() => Method.Check(Recipe(change))).Message.ShouldBe(message);

    [Fact]
    public void Faces_without_parsing_maps_are_refused_before_the_first_iteration()
    {
        using var bare = new SyntheticFaces(train: 2, val: 2, side: 32, hr: 32);

        Should.Throw<RevisageException>(() => TrainingRun.Start(Recipe(), new TrainingRunOptions(bare.Folder, Path.Combine(folder, "run")), new Silent(), default))
            .Message.ShouldStartWith($"wnet needs the parsing map of every face, but 2 of 2 in '{bare.Folder}' have none (first: '0.png'). Run 'revisage prepare'");
    }

    /// <summary>A to H of the paper's table 5, laid over the compact recipe.</summary>
    [Fact]
    public void Every_ablation_is_a_network_of_its_own()
    {
        var sizes =
            from parsing in (bool[])[false, true]
            from lpf in (bool[])[false, true]
            from scab in (bool[])[false, true]
            select Load("wnet.compact", $"network.parsing_block={parsing}", $"network.lpf={lpf}", $"network.scab={scab}") into recipe
            select Method.Walk(recipe);

        sizes.Select(walk => walk.Parameters).ShouldBeUnique();
        sizes.ShouldAllBe(walk => walk.OutputShapes[0].SequenceEqual(new[] { 3, 128, 128 }));
    }

    [Theory]
    [InlineData("wnet.paper")]
    [InlineData("wnet.compact")]
    public void Four_times_is_an_override(string name)
    {
        var recipe = Load(name, "data.low_res=32", "network.doublings=2");

        Method.Check(recipe);
        Method.Walk(recipe).OutputShapes.Select(shape => string.Join('x', shape)).ShouldBe(["3x128x128", "3x32x32"]);
    }

    [Fact]
    public void The_papers_recipe_is_the_default_network() => ((WNetRecipe)Load("wnet.paper")).Network.ShouldBe(new WNetOptions());

    [Fact]
    public void The_export_gives_face_and_map_and_restores_faces()
    {
        var recipe = Recipe();
        using (var stage = Method.FirstStage(recipe))
        {
            Checkpoint.Of(stage, new CheckpointState { Iteration = 1, Recipe = RecipeFile.ToYaml(recipe), Threads = 1, Faces = 1 })
                .Save(Path.Combine(folder, "checkpoint.safetensors"));
        }

        var exported = ModelExport.Write(Path.Combine(folder, "checkpoint.safetensors"), Path.Combine(folder, "small.onnx"));

        using var restorer = FaceRestorer.Open(new StoredModel("small", exported.Path), new OnnxOptions { Threads = 1 });
        restorer.Card.OutputName.ShouldBe("sr");
        // Untrained it enlarges by bicubic.
        var grey = new Image(16, 16, [.. Enumerable.Repeat(0.5f, 3 * 16 * 16)]);
        restorer.Restore([grey, grey, grey]).ShouldAllBe(face => face.Width == 32 && face.Pixels.ToArray().All(value => Math.Abs(value - 0.5) < 1e-5));
        using var model = OnnxModel.Load(exported.Path);
        model.Outputs.Select(port => port.Name).ShouldBe(["sr", "parsing"]);
    }

    private static Recipe Recipe(params string[] overrides) => RecipeFile.Parse(Small, "of the test", overrides);

    private static Recipe Load(string name, params string[] overrides) => RecipeFile.Load(name, Path.Combine(AppContext.BaseDirectory, "recipes"), overrides);

    private FaceBatch Batch(Recipe recipe) => FaceDataset.Load(faces.Open(), "train", recipe.Data, seed: 1).Batch(0, 4);

    private ValidationFaces Faces(Recipe recipe) => new(faces.Open(), recipe.Data, recipe.Report);

    private sealed class Answers(Func<Tensor, IReadOnlyList<Tensor>> answer) : ITrainingStage
    {
        public Device Device => default;

        public IReadOnlyList<TorchNetwork> Networks => [];

        public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [];

        public LossTerms Step(FaceBatch batch, long iteration) => throw new NotSupportedException();

        public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) => answer(inputs[0]);

        public void Dispose()
        {
        }
    }

    private sealed class Silent : ITrainingObserver
    {
        public void Logged(TrainingProgress progress)
        {
        }

        public void Validated(long iteration, ValidationResult result, bool best)
        {
        }
    }
}
