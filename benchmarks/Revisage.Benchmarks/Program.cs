using System.Diagnostics;
using System.Globalization;
using Revisage.Benchmarks;
using Revisage.Restoration;
using Revisage.Torch;

// Measures, one number a line; the first four are those of training-speed.sh:
//   training [batch] [seconds] [bf16|fp32] [--profile]   images/s of forward, backward and update of EDSR
//   peak [bf16|fp32]                                     GFLOP/s of the fastest operator there is
//   cost                                                 GFLOP of one image's forward and backward
//   loader FOLDER RECIPE WORKERS [--decode]              training samples/s; with --decode from the encoded pictures each time
//   shares FOLDER RECIPE [MODEL] [KEY=VALUE...]          for each size of face that the recipe trains at, the length of the perceptual
//                                                        loss's gradient at a super-resolved face over that of L1 and of L2, unweighted
TorchSettings.Threads = Environment.ProcessorCount;
if (args is ["shares", var shown, var shares, .. var changes])
{
    GradientShares.Measure(shown, shares, changes.FirstOrDefault(change => !change.Contains('=')), [.. changes.Where(change => change.Contains('='))]);
    return;
}

var number = args switch
{
    ["training", var batch, var seconds, var precision, .. var rest] => TrainingSpeed.Measure(
        int.Parse(batch, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture), TrainingSpeed.Parse(precision), rest.Contains("--profile")),
    ["peak", var precision] => Peak.Measure(TrainingSpeed.Parse(precision)),
    ["cost"] => TrainingSpeed.GigaFlopsAnImage,
    ["loader", var folder, var recipe, var workers, .. var rest] => LoaderSpeed.Measure(folder, recipe, int.Parse(workers, CultureInfo.InvariantCulture), rest.Contains("--decode")),
    _ => throw new ArgumentException("training BATCH SECONDS bf16|fp32 [--profile], peak bf16|fp32, cost, loader FOLDER RECIPE WORKERS [--decode], or shares FOLDER RECIPE [MODEL] [KEY=VALUE...]"),
};
Console.WriteLine(number.ToString("F2", CultureInfo.InvariantCulture));

namespace Revisage.Benchmarks
{
    using System.Reflection;
    using Revisage.Imaging;
    using Revisage.Training.Data;
    using Revisage.Training.Layers;
    using Revisage.Training.Losses;
    using Revisage.Training.Methods;
    using Revisage.Training.Methods.Edsr;
    using Revisage.Training.Priors.Features;
    using Revisage.Training.Torch;
    using Revisage.Training.Training;

    /// <summary>EDSR's own training step on random images.</summary>
    internal static class TrainingSpeed
    {
        private const int WarmUp = 3;

        /// <summary>The backward pass costs two forward ones; a multiply-add is two operations.</summary>
        public static double GigaFlopsAnImage => 3 * 2 * ShapeWalk.Of(new EdsrNetwork(new EdsrOptions()), 3, 16, 16).MultiplyAdds / 1e9;

        public static Precision Parse(string name) => Enum.Parse<Precision>(name, ignoreCase: true);

        public static double Measure(int batch, double seconds, Precision precision, bool profiled)
        {
            // Any numbers do: the work does not depend on them.
            var random = new SampleRandom(1, 0);
            float[] Noise(int side) => [.. Enumerable.Range(0, batch * 3 * side * side).Select(_ => (float)random.NextDouble() * 2 - 1)];
            var faces = new FaceBatch(0, batch, Noise(16), 16, Noise(128), 128, [], [], [], [], []);
            using var stage = new EdsrMethod().Phases(new EdsrRecipe { Method = "edsr", Batch = batch, Precision = precision })[0].Create(new TrainingSetting(Device.Cpu, ModelStore.Default));
            var steps = 0;
            void Step()
            {
                using var scope = new TensorScope();
                _ = stage.Step(faces, steps++).Values();
            }

            while (steps < WarmUp)
            {
                Step();
            }

            using var profile = profiled ? new OperatorProfile() : null;
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                Step();
            }

            var speed = (steps - WarmUp) * batch / clock.Elapsed.TotalSeconds;
            foreach (var (name, calls, time) in profile?.Rows ?? [])
            {
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{time.TotalMilliseconds / (steps - WarmUp),9:F2} ms a step  {calls / (steps - WarmUp),5} calls  {name}"));
            }

            return speed;
        }
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

    /// <summary>
    /// How strongly a recipe's perceptual loss pulls at a face beside its pixel loss, which is how a weight that was published for one network's
    /// features is brought over to another's.
    /// </summary>
    internal static class GradientShares
    {
        private const int Batch = 8;

        /// <param name="modelName">Whose results the gradients are taken at; null for bicubic enlargement.</param>
        public static void Measure(string folder, string recipeName, string? modelName, IReadOnlyList<string> changes)
        {
            var recipe = RecipeFile.Load(recipeName, "recipes", changes);
            var options = recipe.GetType().GetProperty("Perceptual", BindingFlags.Public | BindingFlags.Instance)?.GetValue(recipe) as PerceptualOptions
                ?? throw new RevisageException($"The recipe '{recipeName}' has no perceptual loss.");
            var setting = new TrainingSetting(Device.Cpu, ModelStore.Default);
            using var features = PerceptualFeatures.Open(options with { Weight = 1, FaceFeaturesScale = 1 }, recipe.Data.Range, setting)!;
            using var restorer = modelName is null ? null : FaceRestorer.Open(ModelStore.Default.Find(modelName));
            foreach (var data in MethodCatalog.Find(recipe.Method).Phases(recipe).Select(phase => phase.Data).DistinctBy(data => data.HighRes))
            {
                var (l1, l2, perceptual) = (0.0, 0.0, 0.0);
                foreach (var batch in new ValidationFaces(FaceSources.Open(folder), data, recipe.Report with { ValidationImages = 64 }).Batches(Batch))
                {
                    using var scope = new TensorScope();
                    var (sr, hr) = (Enlarged(batch, data.Range, restorer), batch.HighResTensor(Device.Cpu));
                    sr.RequiresGrad = true;
                    double Length(Tensor loss) => Autograd.Gradients(loss, [sr])[0].Pow(2).Sum().Sqrt().Item();
                    l1 += Length(PixelLoss.L1(sr, hr));
                    l2 += Length(PixelLoss.L2(sr, hr));
                    perceptual += Length(features.Loss(sr, hr, Precision.Fp32));
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{data.HighRes} pixels, {features.Name}: {perceptual / l1:G4} of L1, {perceptual / l2:G4} of L2"));
            }
        }

        private static Tensor Enlarged(FaceBatch batch, ValueRange range, FaceRestorer? restorer)
        {
            var made = new List<float>();
            foreach (var values in batch.LowRes.Chunk(3 * batch.LowResSide * batch.LowResSide))
            {
                range.ToUnit(values, values);
                var small = new Image(batch.LowResSide, batch.LowResSide, values);
                var large = PillowResize.Resize(restorer?.Restore(small) ?? small, batch.HighResSide, batch.HighResSide, ResampleFilter.Bicubic).Pixels.ToArray();
                range.FromUnit(large, large);
                made.AddRange(large);
            }

            return Tensor.Of([.. made], batch.Size, 3, batch.HighResSide, batch.HighResSide);
        }
    }
}
