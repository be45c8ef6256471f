using System.Diagnostics;
using System.Globalization;
using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Runs;

/// <summary>What a run tells while it goes on. Calls come from the training thread, in order.</summary>
public interface ITrainingObserver
{
    /// <summary>Every <see cref="ReportOptions.LogEvery"/> iterations.</summary>
    void Logged(TrainingProgress progress);

    /// <summary>A phase of several begins, or goes on.</summary>
    void Entered(string phase)
    {
    }

    /// <summary>After each validation.</summary>
    void Validated(long iteration, ValidationResult result, bool best);
}

/// <summary>Where a run stands.</summary>
/// <param name="Iteration">Iterations done, of <paramref name="Iterations"/>.</param>
/// <param name="Losses">Means since the last report.</param>
/// <param name="ImagesPerSecond">Since the last report, validations and checkpoints left out.</param>
/// <param name="WaitedShare">The share of the time since then that training waited for data.</param>
public sealed record TrainingProgress(
    long Iteration, long Iterations, IReadOnlyList<LossValue> Losses, double LearningRate, double ImagesPerSecond, double WaitedShare, TimeSpan Left);

/// <summary>Why a run returned.</summary>
public enum TrainingEnd
{
    /// <summary>All iterations are done.</summary>
    Complete,

    /// <summary>It was asked to stop; the checkpoint holds everything up to that moment.</summary>
    Stopped,
}

/// <summary>
/// Repeats the stage of one phase: batches, log lines, validation, checkpoints, resume. It knows nothing of networks or GANs.
/// </summary>
/// <remarks>
/// All calls to LibTorch happen on the thread that calls <see cref="Run"/>. That is best the process's main
/// thread: glibc serves it from the heap that grows without bound, and other threads from arenas of 64 MB,
/// beyond which every large buffer is mapped and faulted in anew.
/// </remarks>
public sealed class TrainingLoop(ITrainingStage stage, TrainingPhase phase, Recipe recipe, FaceDataset dataset, IValidation validation, RunFolder folder)
{
    private double? bestScore;
    private long bestIteration;
    private long firstSample;
    private long imagesBefore;
    private TimeSpan elapsedBefore;

    private int Faces => phase.Schedule.Batch * stage.BatchesPerStep;

    /// <summary>Trains to the last iteration, to the end of the phase's patience or to cancellation.</summary>
    /// <param name="resumed">Of this phase: goes on from there.</param>
    /// <param name="handedOver">Of the phase before, where this one begins; null for the first.</param>
    /// <exception cref="LossNotFiniteException">A loss stopped being a number; the last checkpoint stays as it was.</exception>
    public TrainingEnd Run(Checkpoint? resumed, Checkpoint? handedOver, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var iteration = 0L;
        if (resumed is not null)
        {
            resumed.Restore(stage);
            iteration = resumed.State.Iteration;
            (bestScore, bestIteration) = (resumed.State.BestScore, resumed.State.BestIteration);
            (firstSample, elapsedBefore) = (resumed.State.FirstSample, resumed.State.Elapsed);
            imagesBefore = resumed.State.Images - iteration * phase.Schedule.Batch;
        }
        else
        {
            TorchSettings.Seed((ulong)recipe.Seed);
            if (handedOver is not null)
            {
                handedOver.HandOver(stage, phase.KeepsOptimizers);
                (firstSample, imagesBefore, elapsedBefore) = (handedOver.State.NextSample, handedOver.State.Images, handedOver.State.Elapsed);
            }
        }

        using var loader = new BatchLoader(dataset, Faces, firstSample + iteration * Faces, Math.Max(1, Environment.ProcessorCount / 2));
        using var events = new TensorBoardLog(Path.Combine(folder.Events, phase.Name));
        var begun = Stopwatch.StartNew();
        if (resumed is null)
        {
            // What validation or the disk have against the run shows now and not after an hour.
            Validate(iteration, events, observer, begun.Elapsed);
            Save(iteration, begun.Elapsed);
        }

        var window = new Window(loader, iteration);
        while (!Done() && !stop.IsCancellationRequested)
        {
            FaceBatch batch;
            try
            {
                batch = loader.Next(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            using (new TensorScope())
            {
                try
                {
                    window.Add(stage.Step(batch, iteration).Values());
                }
                catch (LossNotFiniteException e)
                {
                    throw new LossNotFiniteException(
                        $"{e.Message} Iteration {iteration}, samples {batch.First} to {batch.First + batch.Size - 1}. '{folder.Checkpoint}' holds the last good state; resume with a lower learning_rate.peak.");
                }
            }

            iteration++;
            if (Due(recipe.Report.LogEvery))
            {
                var progress = window.Close(iteration, phase.Schedule.Iterations, Faces, stage.Optimizers[0].Optimizer.LearningRate);
                Log(progress, events);
                observer.Logged(progress);
            }

            if (Due(recipe.Report.ValidateEvery) || iteration == phase.Schedule.Iterations)
            {
                window.Pause();
                Validate(iteration, events, observer, begun.Elapsed);
                window.Resume();
            }

            if (Due(recipe.Report.CheckpointEvery) || Done())
            {
                window.Pause();
                Save(iteration, begun.Elapsed);
                window.Resume();
            }
        }

        if (Done())
        {
            return TrainingEnd.Complete;
        }

        Save(iteration, begun.Elapsed);
        return TrainingEnd.Stopped;

        bool Due(int every) => every > 0 && iteration % every == 0;

        // More than all of them, where a resumed run has been given fewer.
        bool Done() => iteration >= phase.Schedule.Iterations
            || phase.Schedule.Patience > 0 && iteration - bestIteration >= (long)phase.Schedule.Patience * recipe.Report.ValidateEvery;
    }

    private void Validate(long iteration, TensorBoardLog events, ITrainingObserver observer, TimeSpan elapsed)
    {
        var result = validation.Run(stage);
        var best = bestScore is null || result.Score > bestScore;
        if (best)
        {
            (bestScore, bestIteration) = (result.Score, iteration);
            State(iteration, elapsed).Save(folder.Best);
        }

        foreach (var metric in result.Metrics)
        {
            events.Scalar($"validation/{metric.Name}", metric.Value, iteration);
        }

        if (result.Picture is { } picture)
        {
            AtomicFile.WriteAllBytes(Path.Combine(folder.Pictures, string.Create(CultureInfo.InvariantCulture, $"{phase.Name}-{iteration:D7}.png")), picture.Png);
            events.Picture("validation/faces", picture.Png, picture.Width, picture.Height, iteration);
        }

        Append(string.Create(CultureInfo.InvariantCulture, $"validation {iteration}  {result}"));
        observer.Validated(iteration, result, best);
    }

    private void Save(long iteration, TimeSpan elapsed)
    {
        State(iteration, elapsed).Save(folder.Checkpoint);
        // The copies are large and seldom: beside a gigabyte of faces the collector would let many of them gather.
        GC.Collect();
    }

    private Checkpoint State(long iteration, TimeSpan elapsed) => Checkpoint.Of(stage, new CheckpointState
    {
        Phase = phase.Name,
        Iteration = iteration,
        FirstSample = firstSample,
        NextSample = firstSample + iteration * Faces,
        Images = imagesBefore + iteration * phase.Schedule.Batch,
        Recipe = RecipeFile.ToYaml(recipe),
        Threads = TorchSettings.Threads,
        Faces = dataset.Count,
        Elapsed = elapsedBefore + elapsed,
        BestScore = bestScore,
        BestIteration = bestIteration,
    });

    private void Log(TrainingProgress progress, TensorBoardLog events)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"step {progress.Iteration}");
        foreach (var (name, value) in progress.Losses)
        {
            line += string.Create(CultureInfo.InvariantCulture, $"  {name} {value:G4}");
            events.Scalar($"loss/{name}", value, progress.Iteration);
        }

        line += string.Create(
            CultureInfo.InvariantCulture,
            $"  lr {progress.LearningRate:G3}  {progress.ImagesPerSecond:F1} images/s  waited {progress.WaitedShare:P1}  resident {Environment.WorkingSet >> 20} MB");
        events.Scalar("train/learning_rate", progress.LearningRate, progress.Iteration);
        events.Scalar("train/images_per_second", progress.ImagesPerSecond, progress.Iteration);
        Append(line);
    }

    private void Append(string line)
    {
        try
        {
            File.AppendAllText(folder.Log, line + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"Cannot write '{folder.Log}': {e.Message} The last checkpoint is whole; free some space and resume.", e);
        }
    }

    /// <summary>Sums since the last log line.</summary>
    private sealed class Window(BatchLoader loader, long start)
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly List<(string Name, double Sum)> sums = [];
        private long first = start;
        private TimeSpan waited;

        public void Add(IReadOnlyList<LossValue> losses)
        {
            for (var i = 0; i < losses.Count; i++)
            {
                if (i == sums.Count)
                {
                    sums.Add((losses[i].Name, 0));
                }

                sums[i] = (losses[i].Name, sums[i].Sum + losses[i].Value);
            }
        }

        public void Pause() => clock.Stop();

        public void Resume() => clock.Start();

        public TrainingProgress Close(long iteration, long iterations, int batch, double rate)
        {
            var steps = iteration - first;
            var seconds = clock.Elapsed.TotalSeconds;
            var progress = new TrainingProgress(
                iteration,
                iterations,
                [.. sums.Select(sum => new LossValue(sum.Name, sum.Sum / steps))],
                rate,
                steps * batch / seconds,
                (loader.Waited - waited).TotalSeconds / seconds,
                TimeSpan.FromSeconds((iterations - iteration) * seconds / steps));
            sums.Clear();
            first = iteration;
            waited = loader.Waited;
            clock.Restart();
            return progress;
        }
    }
}
