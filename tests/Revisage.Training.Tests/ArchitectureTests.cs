using System.Reflection;
using System.Text.RegularExpressions;
using Revisage.Data;
using Revisage.Training.Layers;

namespace Revisage.Training.Tests;

/// <summary>Networks are written against the layers and other networks alone: what names a tensor or a file could not be exported.</summary>
public partial class ArchitectureTests
{
    private static readonly string[] NetworkNames = ["Network", "Generator", "Critic", "Warper", "Discriminator"];

    [Fact]
    public void Networks_import_the_layers_and_other_networks_alone()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root(), "src", "Revisage.Training"), "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(Root(), path).Split(Path.DirectorySeparatorChar).Any(folder => folder is "Methods" or "Priors"))
            .Where(path => NetworkNames.Any(name => Path.GetFileNameWithoutExtension(path).EndsWith(name, StringComparison.Ordinal)))
            .ToArray();

        files.ShouldNotBeEmpty();
        foreach (var path in files)
        {
            var imported = Import().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value);
            imported.Where(name => name != "Revisage.Training.Layers" && !name.StartsWith("Revisage.Training.Priors.", StringComparison.Ordinal) && name.Split('.')[0] != "System").ShouldBeEmpty(path);
        }
    }

    [Fact]
    public void Layers_know_neither_LibTorch_nor_the_recorder()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Root(), "src", "Revisage.Training", "Layers"), "*.cs"))
        {
            Import().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value).Where(name => name.StartsWith("Revisage", StringComparison.Ordinal)).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public void Training_sets_and_their_program_refer_to_no_LibTorch()
    {
        string[] assemblies = ["Revisage.Data", "Revisage.Data.Cli"];
        foreach (var name in assemblies)
        {
            Assembly.Load(name).GetReferencedAssemblies().Select(one => one.Name).ShouldAllBe(one => one != "Revisage.Torch" && one != "Revisage.Training", name);
            // What the compiler left out for want of a use would still be built, installed and shipped.
            File.ReadAllText(Path.Combine(Root(), "src", name, name + ".csproj")).ShouldNotMatch("<ProjectReference[^>]*Revisage[.](Torch|Training)[./]");
        }
    }

    [Fact]
    public void No_two_types_have_one_name() =>
        typeof(Block).Assembly.GetTypes().Concat(typeof(FaceBatch).Assembly.GetTypes())
            .Where(type => !type.IsNested && type.Name[0] != '<' && type.Namespace?.StartsWith("Revisage", StringComparison.Ordinal) == true).GroupBy(type => type.Name).Where(types => types.Count() > 1)
            .Select(types => string.Join(", ", types.Select(type => type.FullName))).ShouldBeEmpty();

    [Fact]
    public void Blocks_hold_no_native_memory() =>
        typeof(Block).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Block)) && type.IsAssignableTo(typeof(IDisposable))).ShouldBeEmpty();

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Import();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Revisage.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.ShouldNotBeNull().FullName;
    }
}
