using System.Globalization;
using System.Text.RegularExpressions;
using Revisage.Training.Methods;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Methods;

/// <summary>What a network's summary says of its cost is so.</summary>
public partial class NetworkSummaryTests
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["revisage"] = "Methods/RevisageNet/RevisageNetwork.cs",
        ["edsr"] = "Methods/Edsr/EdsrNetwork.cs",
        ["srcnn"] = "Methods/Baselines/SrcnnNetwork.cs",
        ["vdsr"] = "Methods/Baselines/VdsrNetwork.cs",
        ["srgan"] = "Methods/Baselines/SrganGenerator.cs",
        ["urdgn"] = "Methods/Baselines/UrdgnGenerator.cs",
        ["progressive"] = "Methods/Progressive/ProgressiveGenerator.cs",
        ["gwainet"] = "Methods/Gwainet/GwainetNetwork.cs",
        ["mtun"] = "Methods/Mtun/MtunGenerator.cs",
        ["high-to-low"] = "Methods/HighToLow/HighToLowGenerator.cs",
        ["low-to-high"] = "Methods/HighToLow/LowToHighGenerator.cs",
        ["wnet"] = "Methods/WNet/WNetGenerator.cs",
    };

    public static TheoryData<string> Ids => [.. Files.Keys];

    /// <summary>At the size that a recipe without any key has: the paper's, or 16 to 128 pixels.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void It_tells_the_parameters_and_the_multiply_adds(string id)
    {
        var method = MethodCatalog.Find(id);
        var recipe = RecipeFile.Parse($"method: {id}", $"of {id}", []);
        var walk = method.Walk(recipe);
        var summary = Break().Replace(File.ReadAllText(Path.Combine(Checkout.Root.ShouldNotBeNull(), "src", "Revisage.Training", Files[id])), " ");

        summary.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"{walk.Parameters:N0} parameters"));
        summary.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"{walk.MultiplyAdds / 1e9:F2} G multiply-adds from {method.Inputs(recipe)[0].Shape[^1]} pixels"));
    }

    [GeneratedRegex(@"\s*\n\s*///\s*")]
    private static partial Regex Break();
}
