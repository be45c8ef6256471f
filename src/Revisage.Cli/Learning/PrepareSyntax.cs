using System.CommandLine;

namespace Revisage.Cli.Learning;

/// <summary>What <c>prepare</c> takes.</summary>
public sealed class PrepareSyntax
{
    public PrepareSyntax()
    {
        Layout.OneOf(Layouts);
        Crop.OneOf("aligned", "celeba", "gwainet", "box", "openface");
        Faces.OneOf("largest", "all");
        Parser.CompletedBy(() => ModelChoice.Names);
        Size.OneOf("128", "256");
        Command = new Command("prepare", LearningCommands.Describe("prepare")) { Folders, Output, Layout, Crop, Size, Extent, Faces, Parser, LowQuality, MinSharpness, Sheet, Check, Seed };
        Command.Validators.Add(result =>
        {
            if (result.Given(Check) == result.Given(Output))
                result.AddError("Name the packed set's folder by -o, or with --check the sets to verify and no -o.");
            if (result.GetValue(LowQuality) && result.GetValue(Crop) is { } other and not ("aligned" or "openface"))
                result.AddError($"--low-quality cuts faces by their landmarks, as aligned or openface do, but --crop is {other}.");
        });
    }

    /// <summary>The layouts of datasets that are read, in the order in which they are looked for.</summary>
    public static IReadOnlyList<string> Layouts { get; } =
    [
        "prepared", "low-quality", "london", "press", "ytf-keypoints", "celebamask-hq", "celeba", "celeba-wild", "wider-face", "aflw",
        "all-age-faces", "vggface2", "casia-webface", "lfw", "helen", "ls3d-w", "300w", "utkface", "folder",
    ];

    public Command Command { get; }

    public Argument<string[]> Folders { get; } = new("folder") { Description = "Photographs, or datasets as they are downloaded.", Arity = ArgumentArity.OneOrMore };

    public Option<string?> Output { get; } = new("--output", "-o") { Description = "The packed set's folder. One that holds a set is added to; a run that was stopped goes on.", HelpName = "OUT" };

    public Option<string?> Layout { get; } = new("--layout") { Description = $"Of the folders: {string.Join(", ", Layouts)}. The default is what each looks like.", HelpName = "ID" };

    public Option<string> Crop { get; } = new("--crop") { Description = "aligned: this project's; celeba, gwainet: the centre of CelebA's aligned pictures; box: the face's box; openface: around the landmarks.", HelpName = "NAME", DefaultValueFactory = _ => "aligned" };

    public Option<int> Size { get; } = new("--size") { Description = "Pixels of the face's side: 128 or 256.", HelpName = "N", DefaultValueFactory = _ => 128 };

    public Option<double?> Extent { get; } = new Option<double?>("--extent") { Description = "Side of the square of --crop aligned or openface over the landmarks' larger extent. The default is 1.45, with --low-quality 1.15.", HelpName = "X" }.Within(1, 4);

    public Option<string> Faces { get; } = new("--faces") { Description = "Of a photograph with several: largest or all.", HelpName = "WHICH", DefaultValueFactory = _ => "largest" };

    public Option<string?> Parser { get; } = new("--parser") { Description = "A face parser, such as face-parser, that draws the parsing maps which a dataset lacks. The default draws polygons between the landmarks.", HelpName = "NAME|FILE.onnx" };

    public Option<bool> LowQuality { get; } = new("--low-quality") { Description = "The set of small real faces for High-to-Low, of crops and of photographs (faces of 18 to 64 pixels): cut by the model 'landmarks' as --crop says, in their own pixels." };

    public Option<double?> MinSharpness { get; } = new Option<double?>("--min-sharpness") { Description = "Reject faces whose Laplacian varies less (try 50).", HelpName = "X" }.Within(0, double.MaxValue);

    public Option<string?> Sheet { get; } = new("--sheet") { Description = "Also draw faces of the set with landmarks, heatmaps and parsing maps.", HelpName = "FILE.png" };

    public Option<bool> Check { get; } = new("--check") { Description = "Verify the packed sets FOLDER instead of making one." };

    public Option<int> Seed { get; } = new("--seed") { Description = "Decides which identities validate where a dataset has no partition.", HelpName = "N", DefaultValueFactory = _ => 1 };
}
