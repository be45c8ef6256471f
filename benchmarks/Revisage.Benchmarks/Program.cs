using System.Diagnostics;
using System.Globalization;
using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Torch;

// Speed of training steps (forward, backward, update) on random images:
//   Revisage.Benchmarks training [batch] [seconds] [bf16|fp32]
// prints images/s as one number, for training-speed.sh, which alternates it with PyTorch.
var batch = int.Parse(args[1], CultureInfo.InvariantCulture);
var seconds = double.Parse(args[2], CultureInfo.InvariantCulture);
var precision = Enum.Parse<Precision>(args[3], ignoreCase: true);

TorchSettings.Threads = Environment.ProcessorCount;
var random = new Random(1);
float[] Noise(int side) => [.. Enumerable.Range(0, batch * 3 * side * side).Select(_ => (float)random.NextDouble() * 2 - 1)];
var faces = new FaceBatch(0, batch, Noise(16), 16, Noise(128), 128);

using var stage = new EdsrStage(new EdsrRecipe { Method = "edsr", Batch = batch, Precision = precision }, Device.Cpu);
void Step(long iteration)
{
    using var scope = new TensorScope();
    stage.Step(faces, iteration).Values();
}

for (var i = 0; i < 3; i++)
{
    Step(i);
}

using var profile = args.Contains("--profile") ? new OperatorProfile() : null;
var clock = Stopwatch.StartNew();
var steps = 0;
while (clock.Elapsed.TotalSeconds < seconds)
{
    Step(3 + steps++);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps * batch / clock.Elapsed.TotalSeconds:F2}"));
foreach (var (name, calls, time) in profile?.Rows ?? [])
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds / steps,9:F2} ms a step  {calls / steps,5} calls  {name}"));
}
