using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Runs;

[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class CheckpointTests : IDisposable
{
    private static readonly EdsrRecipe Recipe = new()
    {
        Method = "edsr",
        Precision = Precision.Fp32,
        Network = new EdsrOptions { Channels = 2, Blocks = 1, Doublings = 1 },
    };

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-checkpoint-").FullName;
    private readonly TensorScope scope = new();

    private string Path => System.IO.Path.Combine(folder, "checkpoint.safetensors");

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_is_saved_is_restored_into_a_stage_of_its_own()
    {
        using var trained = Trained(steps: 3);
        TorchSettings.Seed(5);
        var checkpoint = Checkpoint.Of(trained, State(3) with { Images = 6, Elapsed = TimeSpan.FromSeconds(12.5), BestScore = 1.0 / 3 });
        var next = Tensor.RandN(4).ToArray();
        checkpoint.Save(Path);
        TorchSettings.Seed(6);
        using var fresh = Stage(Recipe with { Seed = 99 });

        var loaded = Checkpoint.Load(Path);
        loaded.Restore(fresh);

        Tensor.RandN(4).ToArray().ShouldBe(next);
        loaded.State.ShouldBe(State(3) with { Images = 6, Elapsed = TimeSpan.FromSeconds(12.5), BestScore = 1.0 / 3 });
        Bytes(fresh).ShouldBe(Bytes(trained));
        fresh.Optimizers[0].Optimizer.Steps.ShouldBe(3);

        // The next step is the same to the last bit.
        Step(trained, 3);
        Step(fresh, 3);
        Bytes(fresh).ShouldBe(Bytes(trained));
    }

    [Fact]
    public void Training_changes_what_is_compared_here()
    {
        using var one = Trained(steps: 1);
        using var two = Trained(steps: 2);

        Bytes(one).ShouldNotBe(Bytes(two));
    }

    [Fact]
    public void The_weights_of_one_network_are_named_without_it()
    {
        using var stage = Trained(steps: 1);

        var weights = Checkpoint.Of(stage, State(1)).WeightsOf("generator.average");

        weights.Keys.ShouldBe(stage.Networks[1].Weights.Select(named => named.Path));
        weights["head.bias"].ToFloats().ShouldBe(stage.Networks[1].Save().Single(array => array.Name == "head.bias").ToFloats());
    }

    [Fact]
    public void An_average_goes_on_in_the_next_phase_as_old_as_it_was()
    {
        using var trained = Trained(steps: 20);
        Checkpoint.Of(trained, State(20)).Save(Path);
        using var next = Stage(Recipe with { Seed = 99 });

        Checkpoint.Load(Path).HandOver(next, optimizers: true);
        Step(trained, 20);
        Step(next, 20);

        Bytes(next).ShouldBe(Bytes(trained));
    }

    [Fact]
    public void An_average_that_the_phase_before_kept_none_of_begins_where_its_network_does()
    {
        using var trained = Trained(steps: 3);
        Checkpoint.Of(trained, State(3)).Save(Path);
        var file = Safetensors.Read(File.ReadAllBytes(Path));
        Write([.. file.Arrays.Where(array => !array.Name.StartsWith("generator.average", StringComparison.Ordinal))], new(file.Metadata));
        using var next = Stage(Recipe with { Seed = 99 });

        Checkpoint.Load(Path).HandOver(next, optimizers: false);

        next.Networks[1].Save().SelectMany(array => array.ToFloats()).ShouldBe(trained.Networks[0].Save().SelectMany(array => array.ToFloats()));
        next.Networks[1].Followed!.Values.ShouldAllBe(updates => updates == 0);
    }

    [Fact]
    public void A_checkpoint_that_does_not_tell_how_old_its_averages_are_goes_on_as_old_as_its_phase()
    {
        using var trained = Trained(steps: 3);
        Checkpoint.Of(trained, State(3)).Save(Path);
        var file = Safetensors.Read(File.ReadAllBytes(Path));
        Write([.. file.Arrays.Where(array => !array.Name.Contains(":updates/", StringComparison.Ordinal))], new(file.Metadata));
        using var resumed = Stage(Recipe with { Seed = 99 });

        Checkpoint.Load(Path).Restore(resumed);

        resumed.Networks[1].Followed!.Values.ShouldAllBe(updates => updates == 3);
    }

    [Fact]
    public void A_file_that_is_absent_is_named() =>
        Should.Throw<RevisageException>(() => Checkpoint.Load(Path)).Message.ShouldStartWith($"'{Path}' cannot be read as a checkpoint: ");

    [Theory]
    [InlineData("")]
    [InlineData("no checkpoint at all")]
    public void A_file_of_another_kind_is_named(string text)
    {
        File.WriteAllText(Path, text);

        Refused().ShouldStartWith($"'{Path}' cannot be read as a checkpoint: ");
    }

    [Fact]
    public void A_file_cut_short_is_named()
    {
        using var stage = Trained(steps: 1);
        Checkpoint.Of(stage, State(1)).Save(Path);
        var bytes = File.ReadAllBytes(Path);
        foreach (var length in new[] { 7, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            File.WriteAllBytes(Path, bytes[..length]);

            Refused().ShouldEndWith("Name a checkpoint.safetensors that 'revisage train' wrote.");
        }
    }

    [Fact]
    public void Weights_without_a_run_are_no_checkpoint()
    {
        Write([StoredArray.Of("w", [1f], 1)], []);

        Refused().ShouldContain("It is not a training checkpoint ('revisage-checkpoint-1').");
    }

    [Theory]
    [InlineData("iteration", "many")]
    [InlineData("iteration", "99999999999999999999")]
    [InlineData("iteration", null)]
    [InlineData("threads", "")]
    [InlineData("seconds", "1e300")]
    [InlineData("seconds", "NaN")]
    public void A_state_that_is_damaged_is_refused(string key, string? value)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "revisage-checkpoint-1",
            ["phase"] = "train",
            ["first_sample"] = "0",
            ["next_sample"] = "16",
            ["best_iteration"] = "0",
            ["iteration"] = "1",
            ["recipe"] = "",
            ["threads"] = "1",
            ["faces"] = "1",
            ["seconds"] = "1",
        };
        Write([], metadata);
        Checkpoint.Load(Path).State.Iteration.ShouldBe(1);
        // Older ones do not count images.
        Checkpoint.Load(Path).State.Images.ShouldBe(16);
        metadata.Remove(key);
        if (value is not null)
        {
            metadata[key] = value;
        }

        Write([], metadata);

        Refused().ShouldStartWith($"'{Path}' cannot be read as a checkpoint: ");
    }

    [Fact]
    public void Another_networks_checkpoint_is_refused()
    {
        using var stage = Trained(steps: 1);
        using var wider = Stage(Recipe with { Network = Recipe.Network with { Channels = 3 } });
        using var deeper = Stage(Recipe with { Network = Recipe.Network with { Blocks = 2 } });
        var checkpoint = Checkpoint.Of(stage, State(1));

        Should.Throw<RevisageException>(() => checkpoint.Restore(wider)).Message.ShouldStartWith("'head.weight' of 'generator' should be 3x3x3x3, but the file has 2x3x3x3.");
        Should.Throw<RevisageException>(() => checkpoint.Restore(deeper)).Message.ShouldStartWith("The weights of 'generator' lack 'body.1.conv1.weight' (2x2x3x3).");
    }

    [Theory]
    [InlineData("generator.optimizer:m/0")]
    [InlineData("generator.optimizer:steps")]
    [InlineData("torch/random")]
    public void A_state_of_another_shape_is_named(string name)
    {
        using var stage = Trained(steps: 1);
        Checkpoint.Of(stage, State(1)).Save(Path);
        var file = Safetensors.Read(File.ReadAllBytes(Path));
        Write([.. file.Arrays.Select(array => array.Name == name ? StoredArray.Of(name, [1f], 1) : array)], new(file.Metadata));

        Should.Throw<RevisageException>(() => Checkpoint.Load(Path).Restore(stage)).Message.ShouldStartWith($"The checkpoint has a Float 1 as '{name}', where ");

        Write([.. file.Arrays.Where(array => array.Name != name)], new(file.Metadata));

        Should.Throw<RevisageException>(() => Checkpoint.Load(Path).Restore(stage)).Message.ShouldStartWith($"The checkpoint has no '{name}', where ");
    }

    private string Refused() => Should.Throw<RevisageException>(() => Checkpoint.Load(Path)).Message;

    private void Write(IReadOnlyList<StoredArray> arrays, Dictionary<string, string> metadata)
    {
        using var stream = File.Create(Path);
        Safetensors.Write(stream, arrays, metadata);
    }

    private static ITrainingStage Stage(EdsrRecipe recipe) => new EdsrMethod().FirstStage(recipe);

    private static ITrainingStage Trained(int steps)
    {
        var stage = Stage(Recipe);
        for (var step = 0; step < steps; step++)
        {
            Step(stage, step);
        }

        return stage;
    }

    private static void Step(ITrainingStage stage, long iteration)
    {
        var (lr, hr) = (new float[2 * 3 * 4 * 4], new float[2 * 3 * 8 * 8]);
        Fixtures.Numbers.Fill(lr, $"lr{iteration}");
        Fixtures.Numbers.Fill(hr, $"hr{iteration}");
        using var scope = new TensorScope();
        stage.Step(new FaceBatch(iteration, 2, lr, 4, hr, 8, [], [], [], [], []), iteration);
    }

    private static byte[] Bytes(ITrainingStage stage) =>
    [
        .. stage.Networks.SelectMany(network => network.Save()).SelectMany(array => array.Bytes.ToArray()),
        .. stage.Optimizers.SelectMany(optimizer => optimizer.Optimizer.State).SelectMany(state => state.Tensors).SelectMany(tensor => tensor.Read<byte>()),
    ];

    private static CheckpointState State(long iteration) => new() { Iteration = iteration, Recipe = RecipeFile.ToYaml(Recipe), Threads = 1, Faces = 7 };
}
