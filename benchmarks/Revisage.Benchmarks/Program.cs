using System.Diagnostics;
using System.Globalization;
using Revisage.Benchmarks;
using Revisage.Restoration;
using Revisage.Torch;

// Measures for training-speed.sh, one number a line:
//   training [batch] [seconds] [bf16|fp32] [--profile]   images/s of forward, backward and update of EDSR
//   peak [bf16|fp32]                                     GFLOP/s of the fastest operator there is
//   cost                                                 GFLOP of one image's forward and backward
//   loader FOLDER RECIPE WORKERS [--decode]              training samples/s; with --decode from the encoded pictures each time
TorchSettings.Threads = Environment.ProcessorCount;
var number = args switch
{
    ["training", var batch, var seconds, var precision, .. var rest] => TrainingSpeed.Measure(
        int.Parse(batch, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture), TrainingSpeed.Parse(precision), rest.Contains("--profile")),
    ["peak", var precision] => Peak.Measure(TrainingSpeed.Parse(precision)),
    ["cost"] => TrainingSpeed.GigaFlopsAnImage,
    ["loader", var folder, var recipe, var workers, .. var rest] => LoaderSpeed.Measure(folder, recipe, int.Parse(workers, CultureInfo.InvariantCulture), rest.Contains("--decode")),
    _ => throw new ArgumentException("training BATCH SECONDS bf16|fp32 [--profile], peak bf16|fp32, cost, or loader FOLDER RECIPE WORKERS [--decode]"),
};
Console.WriteLine(number.ToString("F2", CultureInfo.InvariantCulture));

namespace Revisage.Benchmarks
{
    using Revisage.Training.Data;
    using Revisage.Training.Layers;
    using Revisage.Training.Methods.Edsr;
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
}
