using System.CommandLine;

namespace Revisage.Cli.Learning;

/// <summary>What <c>train</c> takes.</summary>
public sealed class TrainSyntax
{
    public TrainSyntax()
    {
        Recipe.CompletionSources.Add(_ => RecipeNames().Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        Precision.OneOf("bf16", "fp32");
        Device.OneOf("cpu", "cuda");
        Command = new Command("train", LearningCommands.Describe("train")) { Recipe, Data, LowQuality, Vgg, Run, Set, Resume, Precision, Device, Threads, Profile };
        Command.Validators.Add(result =>
        {
            if (result.GetResult(Recipe) is not { Tokens.Count: > 0 } && !(result.Given(Resume) && result.Given(Run)))
                result.AddError("Name a recipe, or with --resume the run's folder by -o.");
        });
    }

    /// <summary>Where the recipes lie that are known by name.</summary>
    public static string RecipesFolder { get; } = Path.Combine(Checkout.Root ?? AppContext.BaseDirectory, "recipes");

    public Command Command { get; }

    public Argument<string?> Recipe { get; } = new("recipe") { HelpName = "recipe", Description = "A recipe of recipes/ by name, or a YAML file. Left out with --resume.", Arity = ArgumentArity.ZeroOrOne };

    public Option<string> Data { get; } = new("--data") { Description = "A folder of aligned faces whose index.csv has the splits train and val.", HelpName = "DIR", Required = true };

    public Option<string?> LowQuality { get; } = new("--low-quality") { Description = "A folder of real poor faces, prepared with --low-quality, for the recipes that learn from such.", HelpName = "DIR" };

    public Option<string?> Vgg { get; } = new("--vgg") { Description = "A file of torchvision's VGG weights for perceptual losses, in the place of face-features.", HelpName = "FILE" };

    public Option<string?> Run { get; } = new("--output", "-o") { Description = "The run's folder. The default is runs/RECIPE.", HelpName = "RUN" };

    public Option<string[]> Set { get; } = new("--set") { Description = "Override a key of the recipe, such as learning_rate.peak=1e-4. May be repeated.", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore };

    public Option<bool> Resume { get; } = new("--resume") { Description = "Go on from the run folder's checkpoint, with its recipe and what --set changes in it." };

    public Option<string?> Precision { get; } = new("--precision") { Description = "bf16 or fp32; the default is the recipe's.", HelpName = "TYPE" };

    public Option<string> Device { get; } = new("--device") { Description = "cpu or cuda.", HelpName = "KIND", DefaultValueFactory = _ => "cpu" };

    public Option<int?> Threads { get; } = new Option<int?>("--threads") { Description = "Threads of one operator. The default is one a core; results repeat only at one count.", HelpName = "N" }
        .Within(1, Environment.ProcessorCount, "as many processors as there are here");

    public Option<bool> Profile { get; } = new("--profile") { Description = "At the end, the time spent by operator." };

    /// <summary>The recipes that are known by name.</summary>
    public static IReadOnlyList<string> RecipeNames() => Directory.Exists(RecipesFolder)
        ? [.. Directory.EnumerateFiles(RecipesFolder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)]
        : [];
}
