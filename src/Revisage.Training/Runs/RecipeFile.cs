using System.Globalization;
using System.Text.RegularExpressions;
using Revisage.Imaging;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Features;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Revisage.Training.Runs;

/// <summary>
/// Recipes as YAML: keys are the records' properties in snake_case, and every key must be known. What a file leaves out, in a section too, is
/// as in the method's recipe record.
/// </summary>
public static partial class RecipeFile
{
    /// <summary>Reads a recipe and lays overrides such as <c>learning_rate.peak=1e-4</c> over it.</summary>
    /// <param name="name">A file, or the name of one in <paramref name="folder"/> without its extension.</param>
    /// <param name="folder">Where the recipes that ship lie.</param>
    /// <exception cref="RevisageException">It is absent, is not YAML, or has a key or a value that its method does not take.</exception>
    public static Recipe Load(string name, string folder, IReadOnlyList<string> overrides)
    {
        var path = File.Exists(name) ? name : Path.Combine(folder, name + ".yaml");
        if (!File.Exists(path))
        {
            if (MethodCatalog.All.OfType<ImportedMethod>().FirstOrDefault(method => method.Id == name) is { } imported)
            {
                throw imported.NotTrained();
            }

            var known = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order().ToArray() : [];
            throw new UsageException($"There is no recipe '{name}'. Name a file, or one of: {string.Join(", ", known)}.{Spelling.Hint(name, known)}");
        }

        try
        {
            return Parse(File.ReadAllText(path), $"'{path}'", overrides);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"The recipe '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <param name="source">What messages call it.</param>
    /// <inheritdoc cref="Load"/>
    public static Recipe Parse(string yaml, string source, IReadOnlyList<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        // Alone first, so that a fault of the file has its line in the file.
        _ = Read(yaml, null, fault => $"The recipe {source}, line {fault.Start.Line}");
        return Checked(Read(yaml, overrides, _ => $"--set {string.Join(" --set ", overrides)}"));

        Recipe Read(string text, IReadOnlyList<string>? changes, Func<YamlException, string> where)
        {
            try
            {
                var stream = new YamlStream();
                stream.Load(new StringReader(text));
                var root = stream.Documents.FirstOrDefault()?.RootNode as YamlMappingNode
                    ?? throw new RevisageException($"The recipe {source} is not a YAML mapping. It begins with a line such as 'method: edsr'.");
                foreach (var change in changes ?? [])
                {
                    Override(root, change);
                }

                if (!root.Children.TryGetValue("method", out var id))
                {
                    throw new RevisageException($"The recipe {source} names no method. Add 'method:' with one of: {MethodCatalog.Names}.");
                }

                var deserializer = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithEnumNamingConvention(UnderscoredNamingConvention.Instance).WithDuplicateKeyChecking()
                    .WithEnforceNullability().WithTypeMapping<IReadOnlyList<int>, List<int>>().WithTypeMapping<IReadOnlyList<long>, List<long>>().WithTypeMapping<IReadOnlyList<double>, List<double>>().WithTypeMapping<IReadOnlyList<string>, List<string>>().WithTypeMapping<IReadOnlyList<ShrinkMethod>, List<ShrinkMethod>>()
                    .WithTypeMapping<IReadOnlyList<ResNetStage>, List<ResNetStage>>().Build();
                var type = MethodCatalog.Find(id.ToString()).RecipeType;
                return (Recipe)deserializer.Deserialize(changes is null ? text : Text(OverDefaults(root, type)), type)!;
            }
            catch (YamlException e)
            {
                var fault = $"{where(e)}: {WithoutTypes(Innermost(e).ReplaceLineEndings(" "))} Correct the key or its value.";
                throw changes is null ? new RevisageException(fault, e) : new UsageException(fault, e);
            }
        }

        Recipe Checked(Recipe read)
        {
            (string Key, double Value, double Least)[] bounds =
            [
                ("iterations", read.Iterations, 1), ("batch", read.Batch, 1), ("average_decay", read.AverageDecay, 0),
                ("learning_rate.peak", read.LearningRate.Peak, 0), ("learning_rate.warmup", read.LearningRate.Warmup, 0),
                ("data.low_res", read.Data.LowRes, 0), ("data.high_res", read.Data.HighRes, read.Data.LowRes),
                ("report.validation_images", read.Report.ValidationImages, 1), ("report.picture_rows", read.Report.PictureRows, 1),
            ];
            // Not-a-number is not at least anything.
            return bounds.FirstOrDefault(bound => !(bound.Value >= bound.Least)) is ({ } key, var value, var least)
                ? throw new RevisageException(string.Create(CultureInfo.InvariantCulture, $"The recipe {source}: {key} is {value}, less than {least}. Correct the value."))
                : read;
        }
    }

    /// <summary>The whole recipe, defaults included; of sections that are alike each is written out, so that one of them can be overridden.</summary>
    public static string ToYaml(Recipe recipe) =>
        new SerializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithEnumNamingConvention(UnderscoredNamingConvention.Instance).DisableAliases().Build().Serialize(recipe);

    private static void Override(YamlMappingNode root, string change)
    {
        var equals = change.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new UsageException($"'--set {change}' is not of the form KEY=VALUE, such as learning_rate.peak=1e-4.");
        }

        var keys = change[..equals].Split('.');
        var node = root;
        foreach (var key in keys[..^1])
        {
            if (!node.Children.TryGetValue(key, out var child) || child is not YamlMappingNode)
            {
                node.Children[key] = child = new YamlMappingNode();
            }

            node = (YamlMappingNode)child;
        }

        var value = new YamlStream();
        value.Load(new StringReader(change[(equals + 1)..]));
        node.Children[keys[^1]] = value.Documents.FirstOrDefault()?.RootNode ?? new YamlScalarNode("");
    }

    /// <summary>A section would else be a new record, with its type's defaults and not those that the recipe's record gives it.</summary>
    private static YamlMappingNode OverDefaults(YamlMappingNode given, Type recipe)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(ToYaml((Recipe)Activator.CreateInstance(recipe)!)));
        var whole = (YamlMappingNode)stream.Documents[0].RootNode;
        Lay(given, whole);
        return whole;

        static void Lay(YamlMappingNode from, YamlMappingNode over)
        {
            foreach (var (key, value) in from.Children)
            {
                if (value is YamlMappingNode section && over.Children.TryGetValue(key, out var there) && there is YamlMappingNode known)
                {
                    Lay(section, known);
                }
                else
                {
                    over.Children[key] = value;
                }
            }
        }
    }

    private static string Text(YamlMappingNode root)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
        return writer.ToString();
    }

    // What the reader of YAML says of types, in a recipe's terms.
    private static string WithoutTypes(string message)
    {
        var unknown = UnknownKey().Match(message);
        if (unknown.Success)
        {
            var (key, type) = (unknown.Groups["key"].Value, typeof(Recipe).Assembly.GetType(unknown.Groups["type"].Value));
            string[] keys = [.. type?.GetProperties().Where(property => property.SetMethod is not null).Select(property => UnderscoredNamingConvention.Instance.Apply(property.Name)) ?? []];
            return $"There is no key '{key}'. There are: {string.Join(", ", keys)}.{Spelling.Hint(key, keys)}";
        }

        return TypeName().Replace(message, "what the key takes");
    }

    [GeneratedRegex(@"Property '(?<key>[^']*)' not found on type '(?<type>[^']*)'")]
    private static partial Regex UnknownKey();

    [GeneratedRegex(@"(type )?'?(System|Revisage)\.[\w.+`\[\]]+'?")]
    private static partial Regex TypeName();

    private static string Innermost(Exception e) => e.InnerException is null ? e.Message : Innermost(e.InnerException);
}
