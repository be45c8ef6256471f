using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
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
        var recipe = Default(id);
        using var network = new TorchNetwork("shipped", Shipped(id), seed: 1);
        var values = new float[2 * 3 * recipe.Data.LowRes * recipe.Data.LowRes];
        Fixtures.Numbers.Fill(values, "faces");
        var two = Tensor.Of(values, 2, 3, recipe.Data.LowRes, recipe.Data.LowRes);

        var both = network.Forward(two, new ForwardMode(Training: false, Precision.Fp32));
        var second = network.Forward(two.Narrow(0, 1, 1), new ForwardMode(Training: false, Precision.Fp32));

        both.Shape.ShouldBe([2, 3, recipe.Data.HighRes, recipe.Data.HighRes]);
        second.Shape.ShouldBe([1, 3, recipe.Data.HighRes, recipe.Data.HighRes]);
        // A face does not depend on its neighbours; another batch size may sum in another order.
        second.ToArray().Zip(both.ToArray()[second.ToArray().Length..]).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(1e-5f);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_weight_receives_a_gradient(string id)
    {
        using var scope = new TensorScope();
        var recipe = Default(id);
        using var network = new TorchNetwork("shipped", Shipped(id), seed: 1);
        var values = new float[3 * recipe.Data.LowRes * recipe.Data.LowRes];
        Fixtures.Numbers.Fill(values, "face");

        var y = network.Forward(Tensor.Of(values, 1, 3, recipe.Data.LowRes, recipe.Data.LowRes), new ForwardMode(Training: true, Precision.Fp32));
        var gradients = Autograd.Gradients((y * y).Mean(), network.Parameters);

        var learned = network.Weights.Where(named => named.Weight.Learned).Select(named => named.Path);
        learned.Zip(gradients).Where(pair => pair.Second.Abs().Sum().Item() is 0 or double.NaN).Select(pair => pair.First).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_option_of_the_network_changes_the_listing(string id)
    {
        var recipe = Default(id);
        var method = MethodCatalog.Find(id);
        var network = recipe.GetType().GetProperty("Network").ShouldNotBeNull();
        var approved = Listing(method.ShippedNetwork(recipe));

        foreach (var option in network.PropertyType.GetProperties().Where(property => property.CanWrite))
        {
            var changed = Default(id);
            var options = network.GetValue(changed)!;
            option.SetValue(options, option.GetValue(options) switch
            {
                int number => number + 1,
                bool flag => !flag,
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

        var shipped = stage.Networks.Single(network => network.Name == method.ShippedWeights);

        Listing(shipped.Block).ShouldBe(Listing(Shipped(id)));
        stage.Networks.Select(network => network.Name).ShouldBeUnique();
        stage.Optimizers.ShouldNotBeEmpty();
    }

    private static Recipe Default(string id) => RecipeFile.Parse($"method: {id}", $"of {id}", []);

    private static Block Shipped(string id) => MethodCatalog.Find(id).ShippedNetwork(Default(id));

    private static string[] Listing(Block network) =>
        [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}")];
}
