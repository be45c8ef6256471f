using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Features;
using Revisage.Training.Torch;
using Revisage.Training.Training;

namespace Revisage.Training.Tests.Methods;

/// <summary>What holds for every method of the catalog; a new one is asked all of it.</summary>
[Trait("Category", "torch")]
public class MethodSuiteTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.All.Select(method => method.Id)];

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
        var side = InputSide(id);
        using var network = new TorchNetwork("shipped", Shipped(id), seed: 1);
        var values = new float[2 * 3 * side * side];
        Fixtures.Numbers.Fill(values, "faces");
        var two = Tensor.Of(values, 2, 3, side, side);

        var both = network.Forward(two, new ForwardMode(Training: false, Precision.Fp32));
        var second = network.Forward(two.Narrow(0, 1, 1), new ForwardMode(Training: false, Precision.Fp32));

        long[] face = [.. ShapeWalk.Of(Shipped(id), 3, side, side).OutputShapes[0].Select(extent => (long)extent)];
        both.Shape.ShouldBe([2, .. face]);
        second.Shape.ShouldBe([1, .. face]);
        // A face does not depend on its neighbours; another batch size may sum in another order.
        var largest = both.Abs().Amax([.. Enumerable.Range(0, face.Length + 1).Select(axis => (long)axis)]).Item();
        second.ToArray().Zip(both.ToArray()[second.ToArray().Length..]).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan((float)(1e-5 * Math.Max(1, largest)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_step_of_training_moves_every_weight(string id)
    {
        using var faces = new SyntheticFaces(train: 8, val: 2, side: 128, hr: 128, annotated: true);
        var recipe = Default(id) with { Precision = Precision.Fp32, AverageDecay = 0 };
        using var stage = MethodCatalog.Find(id).CreateStage(recipe, default);
        var batch = FaceDataset.Load(faces.Open(), "train", recipe.Data with { Parsing = true }, seed: 1).Batch(0, 4);
        var trained = stage.Networks[0];
        var before = trained.Save().ToDictionary(array => array.Name, array => array.ToFloats());
        using var scope = new TensorScope();

        var losses = stage.Step(batch, 0).Values();

        losses.ShouldAllBe(loss => double.IsFinite(loss.Value));
        var learned = trained.Weights.Where(named => named.Weight.Learned).Select(named => named.Path).ToHashSet();
        trained.Save().Where(array => learned.Contains(array.Name) && array.ToFloats().SequenceEqual(before[array.Name])).Select(array => array.Name).ShouldBeEmpty();
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

        foreach (var option in network.PropertyType.GetProperties().Where(property => property.CanWrite))
        {
            var changed = Default(id);
            var options = network.GetValue(changed)!;
            option.SetValue(options, option.GetValue(options) switch
            {
                int depth when options is VggOptions && option.Name == nameof(VggOptions.Depth) => depth + 3,
                int number => 2 * number,
                bool flag => !flag,
                IReadOnlyList<string> => (string[])["relu4_1"],
                var other => throw new NotSupportedException($"{option.Name} is a {other?.GetType().Name}: say here how it changes."),
            });

            Listing(method.ShippedNetwork(changed)).ShouldNotBe(approved, option.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_stage_holds_the_shipped_weights(string id)
    {
        var method = MethodCatalog.Find(id);
        using var stage = method.CreateStage(Default(id), default);

        var checkpoint = Checkpoint.Of(stage, new CheckpointState { Iteration = 0, Recipe = "", Threads = 1, Faces = 1 });

        checkpoint.WeightsOf(method.ShippedWeights).Keys.ShouldBe(Shipped(id).NamedWeights().Select(named => named.Path));
        stage.Networks.Select(network => network.Name).ShouldBeUnique();
        stage.Optimizers.ShouldNotBeEmpty();
    }

    private static int InputSide(string id) =>
        MethodCatalog.Find(id).Task == ModelTask.SuperResolution ? Default(id).Data.LowRes : Default(id).Data.HighRes;

    private static Recipe Default(string id) => RecipeFile.Parse($"method: {id}", $"of {id}", []);

    private static Block Shipped(string id) => MethodCatalog.Find(id).ShippedNetwork(Default(id));

    private static string[] Listing(Block network) =>
        [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}")];
}
