using System.Globalization;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Torch;

namespace Revisage.Training.Runs;

/// <summary>
/// Everything a run needs to go on as if it had never stopped: weights, averages, optimisers, LibTorch's random
/// state, the iteration, and the settings that results depend on to the last bit.
/// </summary>
/// <remarks>
/// One safetensors file. Arrays are named <c>NETWORK/weight.path</c>, <c>NETWORK.average/weight.path</c>,
/// <c>NETWORK.average:updates/weight.path</c> (how old an average is), <c>OPTIMISER:moment/index</c>; the rest is metadata. All other
/// randomness follows from seed and iteration.
/// </remarks>
public sealed class Checkpoint
{
    private const string Format = "revisage-checkpoint-1";

    private readonly Dictionary<string, StoredArray> arrays;

    internal Checkpoint(Dictionary<string, StoredArray> arrays, CheckpointState state)
    {
        this.arrays = arrays;
        State = state;
    }

    public CheckpointState State { get; }

    /// <summary>Copies a stage's whole state out of LibTorch.</summary>
    public static Checkpoint Of(ITrainingStage stage, CheckpointState state)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var arrays = new List<StoredArray>();
        foreach (var network in stage.Networks.Concat(stage.Kept))
        {
            arrays.AddRange(network.Save().Select(array => array with { Name = $"{network.Name}/{array.Name}" }));
            if (network.Followed is { } updates)
            {
                arrays.AddRange(network.Weights.Select(named => Count(Followed(network, named), updates[named.Weight])));
            }
        }

        foreach (var (name, optimizer) in stage.Optimizers)
        {
            foreach (var (moment, tensors) in optimizer.State)
            {
                arrays.AddRange(tensors.Select((tensor, index) => StoredArray.Of($"{name}:{moment}/{index.ToString(CultureInfo.InvariantCulture)}", tensor)));
            }

            arrays.Add(Count($"{name}:steps", optimizer.Steps));
        }

        foreach (var (name, device) in Generators(stage))
        {
            using var random = TorchSettings.RandomState(device);
            arrays.Add(StoredArray.Of(name, random));
        }

        return new Checkpoint(arrays.ToDictionary(array => array.Name), state);
    }

    /// <exception cref="RevisageException">The file is absent, damaged, or no checkpoint.</exception>
    public static Checkpoint Load(string path)
    {
        try
        {
            var file = Safetensors.Read(File.ReadAllBytes(path));
            if (file.Metadata.GetValueOrDefault("format") != Format)
            {
                throw new InvalidDataException($"It is not a training checkpoint ('{Format}').");
            }

            return new Checkpoint(file.Arrays.ToDictionary(array => array.Name), CheckpointState.Parse(file.Metadata));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or FormatException or OverflowException or ArgumentException or KeyNotFoundException)
        {
            throw new RevisageException($"'{path}' cannot be read as a checkpoint: {e.Message} Name a checkpoint.safetensors that 'revisage train' wrote.", e);
        }
    }

    public void Save(string path) => AtomicFile.Write(path, stream =>
        Safetensors.Write(stream, [.. arrays.Values], State.Format().Append(new("format", Format)).ToDictionary()));

    /// <summary>Puts the whole state back.</summary>
    /// <exception cref="RevisageException">The checkpoint is of another network.</exception>
    public void Restore(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        foreach (var network in stage.Networks.Concat(stage.Kept))
        {
            network.Load(WeightsOf(network.Name));
            RestoreAges(network, State.Iteration);
        }

        foreach (var (name, optimizer) in stage.Optimizers)
        {
            Restore(name, optimizer);
        }

        foreach (var (name, device) in Generators(stage))
        {
            using var current = TorchSettings.RandomState(device);
            using var random = Find(name, current.Type, current.Shape).ToTensor();
            TorchSettings.SetRandomState(random, device);
        }
    }

    /// <summary>
    /// Gives a new phase the weights that the one before it left, for each network that both have; one that has more of them now
    /// begins with the others as they are. Averages go on; one that the phase before kept none of begins where its network does.
    /// </summary>
    /// <param name="optimizers">Whether optimisers that both have go on too.</param>
    /// <exception cref="RevisageException">A network of that name is another.</exception>
    public void HandOver(ITrainingStage stage, bool optimizers)
    {
        ArgumentNullException.ThrowIfNull(stage);
        foreach (var network in stage.Networks.Concat(stage.Kept))
        {
            var begins = network.Followed is not null && WeightsOf(network.Name).Count == 0;
            if (WeightsOf(begins ? MovingAverage.SourceOf(network.Name) : network.Name) is { Count: > 0 } weights)
            {
                RestoreAges(network, 0);
                var begun = network.Save().ToDictionary(array => array.Name);
                foreach (var (path, array) in weights)
                {
                    begun[path] = array;
                }

                network.Load(begun);
            }
        }

        foreach (var (name, optimizer) in stage.Optimizers.Where(named => optimizers && arrays.ContainsKey($"{named.Name}:steps")))
        {
            Restore(name, optimizer);
        }
    }

    /// <summary>The weights of one of its networks by path, without the network's name, or those of a part of it.</summary>
    /// <param name="network"><c>NETWORK</c>, or <c>NETWORK/part.of.it</c>.</param>
    public IReadOnlyDictionary<string, StoredArray> WeightsOf(string network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var prefix = network + (network.Contains('/', StringComparison.Ordinal) ? '.' : '/');
        return arrays.Values
            .Where(array => array.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(array => array.Name[prefix.Length..]);
    }

    /// <summary>The paths of those weights of an averaged network, or of a part of it, that no update has reached; none where an older checkpoint does not tell.</summary>
    /// <inheritdoc cref="WeightsOf"/>
    public IReadOnlyList<string> Untrained(string network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var parts = network.Split('/');
        var prefix = parts.Length == 1 ? $"{network}:updates/" : $"{parts[0]}:updates/{parts[1]}.";
        return [.. arrays.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && Count(name) == 0).Select(name => name[prefix.Length..])];
    }

    private void Restore(string name, IOptimizer optimizer)
    {
        using var mode = Autograd.WithoutGradients();
        foreach (var (moment, tensors) in optimizer.State)
        {
            for (var i = 0; i < tensors.Count; i++)
            {
                using var values = Find($"{name}:{moment}/{i.ToString(CultureInfo.InvariantCulture)}", tensors[i].Type, tensors[i].Shape).ToTensor();
                tensors[i].Copy(values);
            }
        }

        optimizer.Steps = Count($"{name}:steps");
    }

    /// <param name="untold">What weights of older checkpoints, which do not tell, went on with.</param>
    private void RestoreAges(TorchNetwork network, long untold)
    {
        foreach (var named in network.Followed is null ? [] : network.Weights)
        {
            var name = Followed(network, named);
            network.Followed![named.Weight] = arrays.ContainsKey(name) ? Count(name) : untold;
        }
    }

    private static string Followed(TorchNetwork network, NamedWeight weight) => $"{network.Name}:updates/{weight.Path}";

    private static StoredArray Count(string name, long count) => new(name, ScalarType.Long, [1], BitConverter.GetBytes(count));

    private long Count(string name) => BitConverter.ToInt64(Find(name, ScalarType.Long, [1]).Bytes.Span);

    private static IEnumerable<(string Name, Device Device)> Generators(ITrainingStage stage)
    {
        yield return ("torch/random", Device.Cpu);
        if (stage.Device.Name != Device.Cpu.Name)
        {
            yield return ($"torch/random/{stage.Device.Name}", stage.Device);
        }
    }

    private StoredArray Find(string name, ScalarType type, IReadOnlyList<long> shape) =>
        arrays.TryGetValue(name, out var array) && array.Type == type && array.Shape.SequenceEqual(shape)
            ? array
            : throw new RevisageException(
                $"The checkpoint has {(array is null ? "no" : $"a {array.Type} {string.Join('x', array.Shape)} as")} '{name}', where {type} {string.Join('x', shape)} is wanted. It belongs to another recipe; resume with the recipe in its run folder.");
}

/// <summary>What a checkpoint says besides its arrays.</summary>
public sealed record CheckpointState
{
    /// <summary>The phase that it was saved in; that of a method that has only one by default.</summary>
    public string Phase { get; init; } = TrainingPhase.OnlyName;

    /// <summary>Iterations of the phase that are done; the next one has this number.</summary>
    public required long Iteration { get; init; }

    /// <summary>The number of the phase's first sample: those before it drew the ones below.</summary>
    public long FirstSample { get; init; }

    /// <summary>The number of the first sample that has not been drawn.</summary>
    public long NextSample { get; init; }

    /// <summary>Faces that the shipped network has learned from so far, over all phases, each as often as it was shown.</summary>
    public long Images { get; init; }

    /// <summary>The effective recipe, YAML.</summary>
    public required string Recipe { get; init; }

    /// <summary>Results repeat bit for bit only at this count.</summary>
    public required int Threads { get; init; }

    /// <summary>Different photographs in the training split.</summary>
    public required int Faces { get; init; }

    /// <summary>Wall time spent training so far, over all phases and resumes.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The phase's best <see cref="ValidationResult.Score"/> so far; null before the first validation.</summary>
    public double? BestScore { get; init; }

    /// <summary>The iteration of <see cref="BestScore"/>.</summary>
    public long BestIteration { get; init; }

    internal IEnumerable<KeyValuePair<string, string>> Format()
    {
        yield return new("phase", Phase);
        yield return new("first_sample", FirstSample.ToString(CultureInfo.InvariantCulture));
        yield return new("next_sample", NextSample.ToString(CultureInfo.InvariantCulture));
        yield return new("images", Images.ToString(CultureInfo.InvariantCulture));
        yield return new("best_iteration", BestIteration.ToString(CultureInfo.InvariantCulture));
        yield return new("iteration", Iteration.ToString(CultureInfo.InvariantCulture));
        yield return new("recipe", Recipe);
        yield return new("threads", Threads.ToString(CultureInfo.InvariantCulture));
        yield return new("faces", Faces.ToString(CultureInfo.InvariantCulture));
        yield return new("seconds", Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture));
        if (BestScore is { } best)
        {
            yield return new("best_score", best.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    internal static CheckpointState Parse(IReadOnlyDictionary<string, string> metadata) => new()
    {
        Phase = metadata["phase"],
        FirstSample = long.Parse(metadata["first_sample"], CultureInfo.InvariantCulture),
        NextSample = long.Parse(metadata["next_sample"], CultureInfo.InvariantCulture),
        BestIteration = long.Parse(metadata["best_iteration"], CultureInfo.InvariantCulture),
        Iteration = long.Parse(metadata["iteration"], CultureInfo.InvariantCulture),
        // Older checkpoints tell only how many were drawn, those for critics too.
        Images = long.Parse(metadata.GetValueOrDefault("images", metadata["next_sample"]), CultureInfo.InvariantCulture),
        Recipe = metadata["recipe"],
        Threads = int.Parse(metadata["threads"], CultureInfo.InvariantCulture),
        Faces = int.Parse(metadata["faces"], CultureInfo.InvariantCulture),
        Elapsed = TimeSpan.FromSeconds(double.Parse(metadata["seconds"], CultureInfo.InvariantCulture)),
        BestScore = metadata.TryGetValue("best_score", out var best) ? double.Parse(best, CultureInfo.InvariantCulture) : null,
    };
}
