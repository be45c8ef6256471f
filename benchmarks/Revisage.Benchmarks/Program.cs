using System.Diagnostics;
using System.Globalization;
using Revisage.Benchmarks;
using Revisage.Torch;

// Measures for training-speed.sh, one number a line:
//   training [batch] [seconds] [bf16|fp32] [--profile]   images/s of forward, backward and update of EDSR
//   peak [bf16|fp32]                                     GFLOP/s of the fastest operator there is
//   cost                                                 GFLOP of one image's forward and backward
//   loader FOLDER THREADS                                faces/s decoded from a packed set
TorchSettings.Threads = Environment.ProcessorCount;
var number = args switch
{
    ["training", var batch, var seconds, var precision, .. var rest] => TrainingSpeed.Measure(
        int.Parse(batch, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture), TrainingSpeed.Parse(precision), rest.Contains("--profile")),
    ["peak", var precision] => Peak.Measure(TrainingSpeed.Parse(precision)),
    ["cost"] => TrainingSpeed.GigaFlopsAnImage,
    ["loader", var folder, var threads] => LoaderSpeed.Measure(folder, int.Parse(threads, CultureInfo.InvariantCulture)),
    _ => throw new ArgumentException("training BATCH SECONDS bf16|fp32 [--profile], peak bf16|fp32, cost, or loader FOLDER THREADS"),
};
Console.WriteLine(number.ToString("F2", CultureInfo.InvariantCulture));

namespace Revisage.Benchmarks
{
    using Revisage.Training.Data;
    using Revisage.Training.Data.Packed;
    using Revisage.Training.Layers;
    using Revisage.Training.Methods.Edsr;
    using Revisage.Training.Torch;

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
            var faces = new FaceBatch(0, batch, Noise(16), 16, Noise(128), 128);
            using var stage = new EdsrStage(new EdsrRecipe { Method = "edsr", Batch = batch, Precision = precision }, Device.Cpu);
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

    /// <summary>Pictures of a packed set decoded all over the set, as training asks for them.</summary>
    internal static class LoaderSpeed
    {
        private const int WarmUp = 200, Faces = 10_000;

        // Prime, and so without a common factor with any set that is not made for it.
        private const long Stride = 1_000_003;

        public static double Measure(string folder, int threads)
        {
            using var set = PackedSet.Open(folder);
            void Read(int count) => Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => set.ReadRgb((int)(i * Stride % set.Faces.Count)));

            Read(WarmUp);
            var clock = Stopwatch.StartNew();
            Read(Faces);
            return Faces / clock.Elapsed.TotalSeconds;
        }
    }
}
