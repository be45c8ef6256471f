using System.Diagnostics;
using System.Globalization;
using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Runs;

namespace Revisage.Benchmarks;

/// <summary>Every phase of a recipe, with all its losses and critics, on faces of random numbers.</summary>
internal static class PaperSpeed
{
    private const int Iterations = 20;
    private const int Classes = 19;

    /// <param name="name">A recipe, or RECIPE:PHASE for one phase: what an earlier one leaves in the heap counts as the later one's.</param>
    public static IEnumerable<string> Measure(string name)
    {
        var (spec, only) = name.Split(':') is [var before, var after] ? (before, after) : (name, null);
        var recipe = Recipes.Of(spec);
        var method = MethodCatalog.Find(recipe.Method);
        method.Check(recipe);
        return method.Phases(recipe).Where(phase => only is null || phase.Name == only).Select(phase => Measure(spec, phase));
    }

    private static string Measure(string name, TrainingPhase phase)
    {
        using var stage = phase.Create(new TrainingSetting(Device.Cpu, ModelStore.Default));
        var batch = Faces(phase.Data, phase.Schedule.Batch * stage.BatchesPerStep);
        var parameters = stage.Networks.Where(network => !network.Name.EndsWith(".average", StringComparison.Ordinal)).Sum(network => network.Weights.Where(named => named.Weight.Learned).Sum(named => (long)named.Weight.Count));
        ForgetPeak();
        // The first iteration plans its convolutions, the others repeat.
        var first = Step(0);
        var later = Enumerable.Range(1, Iterations - 1).Sum(Step) / (Iterations - 1);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {phase.Name}: {later:F2} s an iteration of {batch.Size} faces ({phase.Schedule.Batch} a batch), the first {first:F2} s; {PeakMegabytes()} MB at most; {parameters:N0} numbers in training");

        double Step(int iteration)
        {
            var clock = Stopwatch.StartNew();
            using var scope = new TensorScope();
            foreach (var loss in stage.Step(batch, iteration).Values())
            {
                if (!double.IsFinite(loss.Value))
                {
                    throw new LossNotFiniteException($"'{loss.Name}' of {name}, phase {phase.Name}, is {loss.Value} in iteration {iteration}.");
                }
            }

            return clock.Elapsed.TotalSeconds;
        }
    }

    private static FaceBatch Faces(DataOptions data, int count)
    {
        var random = new SampleRandom(1, 0);
        var (low, width) = data.Range.Bounds();
        float[] Numbers(int length, double from, double extent) => [.. Enumerable.Range(0, length).Select(_ => (float)(from + extent * random.NextDouble()))];
        float[] Pictures(int side) => Numbers(count * 3 * side * side, low, width);
        return new FaceBatch(
            0,
            count,
            Pictures(data.LowRes),
            data.LowRes,
            Pictures(data.HighRes),
            data.HighRes,
            Numbers(count * Revisage.Faces.Landmarks.Count * 2, 0, data.HighRes - 1),
            data.Parsing ? [.. Numbers(count * data.HighRes * data.HighRes, 0, Classes).Select(label => (byte)label)] : [],
            data.Guides == GuideChoice.None ? [] : Pictures(data.HighRes),
            data.LowQuality ? Pictures(data.LowRes) : [],
            [.. Enumerable.Range(0, count).Select(i => new FaceRecord
            {
                Name = $"{i}", Set = "random", Split = "train", Width = data.HighRes, Height = data.HighRes, Hr = data.HighRes, Identity = $"{i / 2}",
            })]);
    }

    /// <summary>Of this process, so that each phase has its own: 5 in clear_refs resets VmHWM.</summary>
    private static void ForgetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    private static long PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }
}
