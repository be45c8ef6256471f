using System.Text.RegularExpressions;
using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>
/// How the names of an author's file become those of a network here. Networks keep the published names, so most
/// maps only list what a file may hold and a network need not take.
/// </summary>
/// <param name="Layout">Whose files, for errors.</param>
public sealed record NameMap(string Layout)
{
    /// <summary>Regular expressions of names that are left over unless the network wants them.</summary>
    public IReadOnlyList<string> Spare { get; init; } = [];

    /// <summary>From the file's name to the network's.</summary>
    public Func<string, string> Rename { get; init; } = name => name;

    /// <summary>From the file's layout of numbers to LibTorch's.</summary>
    public Func<StoredArray, StoredArray> Convert { get; init; } = array => array;

    /// <summary>The arrays that the network wants, by its names.</summary>
    /// <param name="wanted">The names of all weights of the network.</param>
    /// <param name="section">See <see cref="ImportedCheckpoint.Weights"/>.</param>
    /// <exception cref="RevisageException">One is absent, or the file has one that is neither wanted nor spare.</exception>
    public IReadOnlyDictionary<string, StoredArray> Apply(ImportedCheckpoint checkpoint, IEnumerable<string> wanted, string? section = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var names = wanted.ToHashSet();
        var arrays = new Dictionary<string, StoredArray>();
        var left = new List<string>();
        foreach (var (published, array) in checkpoint.Weights(section))
        {
            var name = Rename(published);
            if (names.Contains(name) && arrays.TryAdd(name, Convert(array) with { Name = name }))
            {
                continue;
            }

            if (!Spare.Any(pattern => Regex.IsMatch(published, pattern)))
            {
                left.Add(published);
            }
        }

        var missing = names.Where(name => !arrays.ContainsKey(name)).ToArray();
        return missing.Length == 0 && left.Count == 0
            ? arrays
            : throw new RevisageException(
                $"'{checkpoint.Source}' is no file of {Layout} for this network: {Few("missing", missing)}, {Few("unknown", left)}. Choose the file, or the network's options, that belong together.");
    }

    private static string Few(string what, IReadOnlyList<string> names) =>
        names.Count == 0 ? $"none is {what}" : $"{names.Count} {(names.Count == 1 ? "is" : "are")} {what} (first: '{names[0]}')";
}

/// <summary>The layouts of the files that the five papers' authors published, or rest on.</summary>
public static class AuthorLayouts
{
    // Counts batches; nothing reads it at a fixed momentum.
    private const string BatchCounts = @"\.num_batches_tracked$";

    // Where the parser has each of FaceClass. It has background, skin, brows, eyes, glasses, ears, earring, nose, mouth, lips, neck,
    // necklace, cloth, hair and hat.
    private static readonly int[] ParserClasses = [0, 1, 10, 6, 4, 5, 2, 3, 7, 8, 11, 12, 13, 17, 18, 9, 15, 14, 16];

    /// <summary>Progressive face super-resolution (Kim 2019), the generator: section "model_state_dict"; equalised weights end in weight_orig.</summary>
    public static NameMap Progressive { get; } = new("the progressive generator") { Spare = [BatchCounts] };

    /// <summary>Its distilled face alignment network: a whole module, fan_model.fan_squeeze.</summary>
    public static NameMap DistilledFan { get; } = new("the distilled face alignment network") { Spare = [BatchCounts] };

    /// <summary>The face alignment network of four stacks (Bulat 2017), 2DFAN4.</summary>
    public static NameMap Fan4 { get; } = new("2DFAN4") { Spare = [BatchCounts] };

    /// <summary>Low-to-High (Bulat 2018): a2.0 is never used in the authors' forward pass.</summary>
    public static NameMap LowToHigh { get; } = new("the Low-to-High generator") { Spare = [BatchCounts, @"^a2\.0\.(weight|bias)$"] };

    /// <summary>torchvision's VGG-16 and VGG-19: "features.N" and, where only those are wanted, a spare "classifier.N".</summary>
    public static NameMap Vgg { get; } = new("torchvision's VGG") { Spare = [@"^(features|classifier)\.\d+\.(weight|bias)$"] };

    /// <summary>
    /// LPIPS (Zhang 2018), in two files: torchvision's AlexNet or VGG-16, and weights/v0.1/alex.pth or vgg.pth of the authors' package; or in
    /// one, the state dict of the package's whole network, which holds its linear layers twice.
    /// </summary>
    public static NameMap Lpips { get; } = new("LPIPS")
    {
        Spare = [@"^classifier\.\d+\.(weight|bias)$", @"^lins\.", @"^scaling_layer\."],
        Rename = name => Regex.Replace(Regex.Replace(name, @"^(net\.slice\d+\.(?=\d)|features\.)", "net.features."), @"^(lin\d+)\.1\.", "$1.model.1."),
    };

    /// <summary>pytorch-fid's Inception-v3, carried over from TensorFlow: the classifier is not looked at.</summary>
    public static NameMap Inception { get; } = new("FID's Inception-v3") { Spare = [BatchCounts, @"^fc\."] };

    /// <summary>The ResNet-18 of ML.NET's package, whose numbered arrays are those of <see cref="OnnxResNet18"/>.</summary>
    public static NameMap ResNet18 { get; } = new("ML.NET's ResNet-18") { Rename = OnnxResNet18.Rename, Convert = OnnxResNet18.Convert };

    /// <summary>
    /// The face parser of zllrunning/face-parsing.PyTorch, 79999_iter: its two auxiliary heads serve training alone, and its classes stand in
    /// another order than CelebAMask-HQ's palette.
    /// </summary>
    public static NameMap FaceParser { get; } = new("the face parser")
    {
        Spare = [BatchCounts, @"^conv_out(16|32)\."],
        Convert = array => Regex.IsMatch(array.Name, @"^conv_out(16|32)?\.conv_out\.weight$") && array.Shape[0] == ParserClasses.Length ? array.InOrder(ParserClasses) : array,
    };

    /// <summary>
    /// GWAInet (Dogan 2019) in TensorFlow: slashes become dots, and the weights turn; GFEnet, which the generator's scope holds
    /// between its own layers, gets one of its own; the optimiser's numbers are spare.
    /// </summary>
    public static NameMap Gwainet { get; } = new("GWAInet's checkpoint")
    {
        Spare = [@"/Adam(_1)?$", @"(^|/)beta[12]_power(_\d+)?$", @"(^|/)global_step$"],
        Rename = name => Regex.Replace(name, "^generator/(?=input_g_preprocessing/|conv1_g/|resblocks/[^/]+/resblock_g)", "generator/gfe/").Replace('/', '.'),
        Convert = TensorFlowCheckpoint.ToTorch,
    };
}
