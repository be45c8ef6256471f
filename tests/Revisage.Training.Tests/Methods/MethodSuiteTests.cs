using System.Text.RegularExpressions;
using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Methods.Gwainet;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Methods.WNet;
using Revisage.Training.Priors.Features;
using Revisage.Training.Priors.Parsing;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods;

/// <summary>What holds for every method of the catalog; a new one is asked all of it.</summary>
[Trait("Category", "torch")]
public class MethodSuiteTests
{
    // What makes wide networks cheap to train here; the listings are those of the defaults.
    private static readonly Dictionary<string, string[]> Narrow = new()
    {
        ["progressive"] = ["network.channels=16", "critic.channels=16", "data.low_res=4", "data.high_res=32"],
    };

    // Steps of a growing network that are still to come, and colours that have been faded out.
    private static readonly Dictionary<string, string> AtRest = new()
    {
        ["progressive/step1"] = @"^step[23]\.|^(to|from)_rgb\.[12]\.",
        ["progressive/step2"] = @"^step3\.|^(to|from)_rgb\.2\.",
        ["progressive/step3"] = @"^(to|from)_rgb\.0\.",
    };

    public static TheoryData<string> Ids => [.. MethodCatalog.All.Select(method => method.Id)];

    private static IEnumerable<Method> Trained => MethodCatalog.All.Where(method => method is not ImportedMethod);

    public static TheoryData<string> TrainedIds => [.. Trained.Select(method => method.Id)];

    public static TheoryData<string> ImportedIds => [.. MethodCatalog.All.OfType<ImportedMethod>().Select(method => method.Id)];

    public static TheoryData<string, string> Phases
    {
        get
        {
            var phases = new TheoryData<string, string>();
            foreach (var method in Trained)
            {
                foreach (var phase in method.Phases(Default(method.Id)))
                {
                    phases.Add(method.Id, phase.Name);
                }
            }

            return phases;
        }
    }

    [Fact]
    public void Every_method_is_in_the_catalog_once()
    {
        var declared = typeof(Method).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Method)) && !type.IsAbstract);

        MethodCatalog.All.Select(method => method.GetType()).ShouldBe(declared, ignoreOrder: true);
        MethodCatalog.All.Select(method => method.Id).ShouldBeUnique();
        MethodCatalog.All.ShouldAllBe(method => MethodCatalog.Find(method.Id) == method);
    }

    /// <summary>Reviewed as code: a change of depth, width or names shows here.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void The_shipped_weights_are_those_that_were_approved(string id)
    {
        var approved = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", $"{id}.txt"));

        Listing(Shipped(id)).ShouldBe(approved);
    }

    [Fact]
    public void Edsr_has_the_parameters_of_the_baseline()
    {
        // head 1,792; 16 blocks of two 36,928; the body's end 36,928; 3 doublings of 147,712; tail 1,731.
        ShapeWalk.Of(Shipped("edsr"), 3, 16, 16).Parameters.ShouldBe(1792 + 33 * 36_928 + 3 * 147_712 + 1731);
        ShapeWalk.Of(Shipped("edsr"), 3, 16, 16).Parameters.ShouldBe(1_665_283);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_shipped_network_takes_any_batch(string id)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var method = MethodCatalog.Find(id);
        using var network = new TorchNetwork("shipped", Shipped(id), seed: 1);
        Tensor[] two = [.. method.Inputs(Default(id)).Select(input =>
        {
            var values = new float[2 * input.Shape.Aggregate(1, (count, extent) => count * extent)];
            Fixtures.Numbers.Fill(values, input.Name);
            return Tensor.Of(values, [2, .. input.Shape.Select(extent => (long)extent)]);
        })];

        var both = network.Forward(two, new ForwardMode(Training: false, Precision.Fp32));
        var second = network.Forward([.. two.Select(input => input.Narrow(0, 1, 1))], new ForwardMode(Training: false, Precision.Fp32));

        var shapes = method.Walk(Default(id)).OutputShapes;
        both.Count.ShouldBe(method.Outputs(Default(id)).Count);
        shapes.Count.ShouldBe(method.Outputs(Default(id)).Count);
        foreach (var (i, shape) in shapes.Index())
        {
            both[i].Shape.ShouldBe([2, .. shape.Select(extent => (long)extent)]);
            second[i].Shape.ShouldBe([1, .. shape.Select(extent => (long)extent)]);
            // A face does not depend on its neighbours; another batch size may sum in another order.
            var (alone, beside) = (second[i].ToArray(), both[i].ToArray()[(both[i].ToArray().Length / 2)..]);
            var largest = Math.Max(1, beside.Max(Math.Abs));
            alone.Zip(beside).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(1e-5f * largest);
        }
    }

    /// <summary>Two steps: behind a layer that begins at zero, nothing learns in the first.</summary>
    [Theory]
    [MemberData(nameof(Phases))]
    public void Two_steps_of_training_move_every_weight(string id, string name)
    {
        using var faces = new SyntheticFaces(train: 8, val: 2, side: 128, hr: 128, annotated: true);
        var recipe = RecipeFile.Parse($"method: {id}", $"of {id}", Narrow.GetValueOrDefault(id, [])) with { Precision = Precision.Fp32, AverageDecay = 0 };
        var phase = MethodCatalog.Find(id).Phases(recipe).Single(phase => phase.Name == name);
        using var stage = phase.Create(Stages.Setting);
        var source = faces.Open();
        var dataset = FaceDataset.Load(source, "train", phase.Data with { Parsing = true }, seed: 1, lowQuality: source);
        var before = stage.Networks.ToDictionary(network => network.Name, network => network.Save().ToDictionary(array => array.Name, array => array.ToFloats()));

        for (var step = 0; step < 2; step++)
        {
            using var scope = new TensorScope();
            stage.Step(dataset.Batch(step * 4 * stage.BatchesPerStep, 4 * stage.BatchesPerStep), step).Values().ShouldAllBe(loss => double.IsFinite(loss.Value));
        }

        foreach (var network in stage.Networks)
        {
            var learned = network.Weights.Where(named => named.Weight.Learned).Select(named => named.Path).ToHashSet();
            // What a Wasserstein critic adds to every score cancels.
            learned.RemoveWhere(path => network.Block is GwainetCritic && path == "score.bias");
            // What it adds to real and made scores alike cancels in the hinge loss, as long as none is beyond 1.
            learned.RemoveWhere(path => network.Block is ImageDiscriminator && path == "fc.bias");
            // What a convolution adds, the batch norm behind it takes out again: it moves by rounding, or not at all.
            learned.RemoveWhere(path => network.Block is WNetGenerator && Regex.IsMatch(path, @"(Up|Down)\.\d+\.(up\.)?conv\.bias$"));
            var resting = AtRest.TryGetValue($"{id}/{name}", out var pattern) ? learned.Where(path => Regex.IsMatch(path, pattern)) : [];
            network.Save().Where(array => learned.Contains(array.Name) && array.ToFloats().SequenceEqual(before[network.Name][array.Name]))
                .Select(array => array.Name).ShouldBe(resting, ignoreOrder: true, network.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_option_of_the_network_changes_the_listing(string id)
    {
        var recipe = Default(id);
        var method = MethodCatalog.Find(id);
        if (recipe.GetType().GetProperty("Network") is not { } network)
        {
            return;
        }

        var approved = Listing(method.ShippedNetwork(recipe));

        // How a border and colours are taken changes what is made, as NetworkOptionsTests has it, and no weight.
        foreach (var option in network.PropertyType.GetProperties()
            .Where(property => property.CanWrite && property.PropertyType != typeof(WarpBorder) && property.Name != nameof(BiSeNetOptions.Normalizes)))
        {
            var changed = Default(id);
            var options = network.GetValue(changed)!;
            option.SetValue(options, option.GetValue(options) switch
            {
                int depth when options is VggOptions && option.Name == nameof(VggOptions.Depth) => depth + 3,
                int number => Math.Max(1, 2 * number),
                bool flag => !flag,
                Enum choice => Enum.GetValues(choice.GetType()).Cast<object>().First(value => !value.Equals(choice)),
                IReadOnlyList<string> => (string[])["relu4_1"],
                IReadOnlyList<int> numbers => numbers.Select(number => number + 1).ToArray(),
                var other => throw new NotSupportedException($"{option.Name} is a {other?.GetType().Name}: say here how it changes."),
            });

            Listing(method.ShippedNetwork(changed)).ShouldNotBe(approved, option.Name);
        }
    }

    [Theory]
    [MemberData(nameof(TrainedIds))]
    public void The_last_phase_holds_the_shipped_weights(string id)
    {
        var method = MethodCatalog.Find(id);
        using var stage = method.Phases(Default(id))[^1].Create(Stages.Setting);

        var checkpoint = Checkpoint.Of(stage, new CheckpointState { Iteration = 0, Recipe = "", Threads = 1, Faces = 1 });

        checkpoint.WeightsOf(method.ShippedWeights).Keys.ShouldBe(Shipped(id).NamedWeights().Select(named => named.Path));
        stage.Networks.Select(network => network.Name).ShouldBeUnique();
        stage.Optimizers.ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(ImportedIds))]
    public void What_is_only_imported_refuses_to_be_trained(string id)
    {
        var message = $"'{id}' is not trained here: it is of use with its published weights alone. Bring these in by 'revisage import --method {id}' (see docs/priors.md).";
        var method = MethodCatalog.Find(id);

        Should.Throw<RevisageException>(() => method.Check(Default(id))).Message.ShouldBe(message);
        Should.Throw<RevisageException>(() => method.Phases(Default(id))).Message.ShouldBe(message);
        Should.Throw<RevisageException>(() => RecipeFile.Load(id, AppContext.BaseDirectory, [])).Message.ShouldBe(message);
        method.AuthorLayout.ShouldNotBeNull();
        RecipeFile.ToYaml(method.Published).ShouldBe(RecipeFile.ToYaml(Default(id)));
    }

    private static Recipe Default(string id) => RecipeFile.Parse($"method: {id}", $"of {id}", []);

    private static Block Shipped(string id) => MethodCatalog.Find(id).ShippedNetwork(Default(id));

    private static string[] Listing(Block network) =>
        [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}")];
}
