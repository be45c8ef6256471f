using System.Globalization;
using Revisage.Benchmarks;
using Revisage.Torch;

// A RECIPE is one of recipes/, or a method for that one's defaults, and may be followed by settings: wnet.compact, wnet,network.channels=32.
//   training RECIPE SECONDS [--profile]   images/s of forward, backward and update of its generator
//   describe RECIPE                       that generator as JSON, for training_step.py
//   precision RECIPE                      bf16 or fp32
//   cost RECIPE                           GFLOP of one image's forward and backward
//   peak bf16|fp32                        GFLOP/s of the fastest operator there is
//   paper RECIPE[:PHASE]...               seconds an iteration and memory of every phase, whole
//   shares FOLDER RECIPE [MODEL]          for each size of face that the recipe trains at, the length of the perceptual loss's gradient at
//                                         a super-resolved face over that of L1 and of L2, unweighted
//   composed FACES SCENERY N              what enhance makes of N composed photographs whose truth is known, beside bicubic
//   loader FOLDER RECIPE WORKERS [--decode]   training samples/s; with --decode from the encoded pictures each time
//   find MODEL|dlib[:DOUBLINGS] LIST      faces of the photographs that a file lists, as Detection writes them
//   compare FOLDER FINDS...               recall and precision of such finds, a table
TorchSettings.Threads = Environment.ProcessorCount;
IEnumerable<string> lines = args switch
{
    ["training", var recipe, var seconds, .. var rest] => [Number(TrainingSpeed.Measure(Recipes.Of(recipe), double.Parse(seconds, CultureInfo.InvariantCulture), rest.Contains("--profile")))],
    ["describe", var recipe] => [TrainingSpeed.Describe(Recipes.Of(recipe))],
    ["precision", var recipe] => [Recipes.Of(recipe).Precision.ToString().ToLowerInvariant()],
    ["cost", var recipe] => [Number(TrainingSpeed.GigaFlopsAnImage(Recipes.Of(recipe)))],
    ["peak", var precision] => [Number(Peak.Measure(Recipes.Parse(precision)))],
    ["paper", .. var recipes] => recipes.SelectMany(PaperSpeed.Measure),
    ["shares", var folder, var recipe, .. var rest] => GradientShares.Measure(folder, Recipes.Of(recipe), rest.FirstOrDefault()),
    ["loader", var folder, var recipe, var workers, .. var rest] => [Number(LoaderSpeed.Measure(folder, recipe, int.Parse(workers, CultureInfo.InvariantCulture), rest.Contains("--decode")))],
    ["find", var detector, var list] => Detection.Find(detector, list),
    ["compare", var folder, .. var finds] => Detection.Compare(folder, finds),
    ["composed", var faces, var scenery, var count] => ComposedPhotographs.Measure(faces, scenery, int.Parse(count, CultureInfo.InvariantCulture)),
    _ => throw new ArgumentException("training RECIPE SECONDS [--profile], describe RECIPE, precision RECIPE, cost RECIPE, peak bf16|fp32, paper RECIPE..., shares FOLDER RECIPE [MODEL], loader FOLDER RECIPE WORKERS [--decode], find DETECTOR LIST, or compare FOLDER FINDS..."),
};
foreach (var line in lines)
{
    Console.WriteLine(line);
}

static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

namespace Revisage.Benchmarks
{
    using System.Diagnostics;
    using Revisage.Data;
    using Revisage.Training.Runs;
    using Revisage.Training.Torch;

    /// <summary>Recipes as the command line names them.</summary>
    internal static class Recipes
    {
        private const string Folder = "recipes";

        public static Recipe Of(string spec)
        {
            var parts = spec.Split(',');
            return File.Exists(parts[0]) || File.Exists(Path.Combine(Folder, parts[0] + ".yaml"))
                ? RecipeFile.Load(parts[0], Folder, parts[1..])
                : RecipeFile.Parse($"method: {parts[0]}", $"'{parts[0]}'", parts[1..]);
        }

        public static Precision Parse(string name) => Enum.Parse<Precision>(name, ignoreCase: true);
    }

    /// <summary>What the machine reaches where arithmetic is all there is: the faster of a large matrix product and a wide convolution.</summary>
    internal static class Peak
    {
        public static double Measure(Precision precision)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var type = precision == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float;

            const long side = 2048;
            var (a, b) = (Tensor.RandN(side, side).To(type), Tensor.RandN(side, side).To(type));
            var product = Fastest(2.0 * side * side * side, () => a.MatMul(b));

            const long images = 16, channels = 256, pixels = 32 * 32;
            var x = Tensor.RandN(images, channels, 32, 32).To(type).Contiguous(MemoryFormat.ChannelsLast);
            var weight = Tensor.RandN(channels, channels, 3, 3).To(type).Contiguous(MemoryFormat.ChannelsLast);
            var convolution = Fastest(2.0 * images * pixels * channels * channels * 9, () => x.Conv2d(weight, null, 1, 1, 1, 1));
            return Math.Max(product, convolution);
        }

        private static double Fastest(double operations, Func<Tensor> run)
        {
            var best = 0.0;
            for (var i = 0; i < 12; i++)
            {
                var clock = Stopwatch.StartNew();
                run().Dispose();
                best = Math.Max(best, operations / clock.Elapsed.TotalSeconds / 1e9);
            }

            return best;
        }
    }

    /// <summary>A recipe's batches and nothing else: decoded, varied, made small, in order.</summary>
    internal static class LoaderSpeed
    {
        private const int WarmUp = 256, Faces = 8192;

        public static double Measure(string folder, string recipeFile, int workers, bool decode)
        {
            var recipe = RecipeFile.Load(recipeFile, "recipes", []);
            var options = decode ? recipe.Data with { CacheMegabytes = 0 } : recipe.Data;
            var dataset = FaceDataset.Load(FaceSources.Open(folder), "train", options, recipe.Seed);
            using var loader = new BatchLoader(dataset, recipe.Batch, 0, workers);
            void Read(int count)
            {
                for (var read = 0; read < count; read += recipe.Batch)
                {
                    loader.Next(default);
                }
            }

            Read(WarmUp);
            var clock = Stopwatch.StartNew();
            Read(Faces);
            return Faces / clock.Elapsed.TotalSeconds;
        }
    }
}
