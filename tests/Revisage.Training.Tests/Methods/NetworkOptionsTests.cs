using System.Collections;
using System.Globalization;
using System.Reflection;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;
using YamlDotNet.RepresentationModel;

namespace Revisage.Training.Tests.Methods;

/// <summary>No network has an option that does nothing, and no recipe sets one that does nothing there.</summary>
[Trait("Category", "torch")]
public class NetworkOptionsTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "recipes");

    public static TheoryData<string> Recipes => [.. Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order()];

    public static TheoryData<string> Methods =>
        [.. MethodCatalog.All.Where(method => method is not ImportedMethod && Network(method.RecipeType) is not null).Select(method => method.Id)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Every_option_that_a_recipe_sets_for_its_network_changes_the_weights(string name)
    {
        var yaml = File.ReadAllText(Path.Combine(Folder, name + ".yaml"));
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        foreach (var (key, value) in NetworkKeys((YamlMappingNode)stream.Documents[0].RootNode, ""))
        {
            // A part's options are those of its own network.
            Block Built(params string[] changes)
            {
                var recipe = RecipeFile.Parse(yaml, name, changes);
                var method = MethodCatalog.Find(recipe.Method);
                return key.StartsWith("network.", StringComparison.Ordinal)
                    ? method.ShippedNetwork(recipe)
                    : method.Parts(recipe).Select(part => MethodCatalog.Find(part.Method).ShippedNetwork(part)).Single();
            }

            var listing = NetworkCase.Listing(Built());
            var number = int.Parse(value, CultureInfo.InvariantCulture);
            new[] { number + 1, number - 1, 2 * number, number / 2, number + 16 }.Where(other => other > 0 || number == 1)
                .Any(other => Differs(() => NetworkCase.Listing(Built($"{key}={other.ToString(CultureInfo.InvariantCulture)}")), () => listing)).ShouldBeTrue($"{key} of {name} changes nothing");
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_option_of_a_network_changes_its_weights_its_cost_or_what_it_makes(string id)
    {
        var method = MethodCatalog.Find(id);
        var recipe = RecipeFile.Parse($"method: {id}", $"of {id}", []);
        var place = Network(method.RecipeType)!;
        var options = place.GetValue(recipe)!;
        foreach (var option in options.GetType().GetProperties().Where(property => property.SetMethod is not null))
        {
            var changed = Others(option.PropertyType, option.GetValue(options)).Select(other => With(recipe, place, With(options, option, other))).ToArray();
            (changed.Any(other => Differs(() => Weights(method, other), () => Weights(method, recipe)))
                || changed.Any(other => Differs(() => Cost(method, other), () => Cost(method, recipe)))
                || changed.Any(other => Differs(() => Made(method, other), () => Made(method, recipe))))
                .ShouldBeTrue($"{option.Name} of {id} changes nothing");
        }
    }

    private static PropertyInfo? Network(Type recipe) => recipe.GetProperty("Network");

    private static bool Differs<T>(Func<IEnumerable<T>> other, Func<IEnumerable<T>> own)
    {
        try
        {
            return !other().SequenceEqual(own());
        }
        catch (Exception e) when (e is RevisageException or TorchException or ArgumentException or InvalidOperationException or OverflowException or DivideByZeroException)
        {
            // That value does not fit; another will.
            return false;
        }
    }

    private static string[] Weights(Method method, Recipe recipe) => NetworkCase.Listing(method.ShippedNetwork(recipe));

    private static IEnumerable<string> Cost(Method method, Recipe recipe)
    {
        var walk = method.Walk(recipe);
        return [$"{walk.MultiplyAdds}", .. walk.OutputShapes.Select(shape => string.Join('x', shape))];
    }

    private static IEnumerable<float> Made(Method method, Recipe recipe)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = new TorchNetwork("made", method.ShippedNetwork(recipe), seed: 1);
        Tensor[] inputs = [.. method.Inputs(recipe).Select(input =>
        {
            var values = new float[input.Shape.Aggregate(1, (count, extent) => count * extent)];
            Fixtures.Numbers.Fill(values, input.Name);
            return Tensor.Of(values, [1, .. input.Shape.Select(extent => (long)extent)]);
        })];
        return network.Forward(inputs, NetworkCase.InUse)[0].ToArray();
    }

    private static IEnumerable<object> Others(Type type, object? value) => value switch
    {
        bool flag => [!flag],
        int number => [number + 1, number + 3, 2 * number, number / 2, number + 16, number - 1],
        double number => [2 * number, number + 1],
        Enum => Enum.GetValues(type).Cast<object>().Where(other => !other.Equals(value)),
        IReadOnlyList<int> numbers => [numbers.Select(number => number + 1).ToArray()],
        IEnumerable => [new[] { "relu1_1" }],
        _ => throw new NotSupportedException($"{type} is no option that this test can change."),
    };

    /// <summary>As <c>with</c> does, of a record whose type is not known here.</summary>
    private static T With<T>(T record, PropertyInfo property, object value)
        where T : notnull
    {
        var copy = (T)record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        property.SetValue(copy, value);
        return copy;
    }

    private static IEnumerable<(string Key, string Value)> NetworkKeys(YamlMappingNode node, string prefix)
    {
        foreach (var (key, value) in node.Children)
        {
            var path = $"{prefix}{key}";
            if (value is YamlMappingNode section)
            {
                foreach (var found in NetworkKeys(section, path + "."))
                {
                    yield return found;
                }
            }
            else if (path.Contains("network.", StringComparison.Ordinal))
            {
                yield return (path, value.ToString());
            }
        }
    }
}
