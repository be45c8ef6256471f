using System.Diagnostics;
using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public class OnnxModelTests
{
    [Fact]
    public void The_runtime_says_its_version() => Version.Parse(OnnxModel.RuntimeVersion).ShouldBeGreaterThanOrEqualTo(new Version(1, 11));

    [Fact]
    public void Inputs_and_outputs_are_read_with_names_and_shapes()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");

        var input = model.Inputs.ShouldHaveSingleItem();
        input.Name.ShouldBe("x");
        input.ShapeText.ShouldBe("Nx1xHxW");
        input.Shape[0].ShouldBe(new OnnxExtent(null, "N"));
        input.Shape[1].ShouldBe(new OnnxExtent(1, ""));
        model.Outputs.ShouldHaveSingleItem().Name.ShouldBe("y");
    }

    [Fact]
    public void Several_inputs_and_outputs_keep_their_order()
    {
        using var model = OnnxModel.Load(
            new OnnxFile()
                .Input("a", 2).Input("b", 2)
                .Output("sum", 2).Output("difference", 2).Output("product", 2)
                .Node("Add", ["a", "b"], "sum").Node("Sub", ["a", "b"], "difference").Node("Mul", ["a", "b"], "product")
                .ToArray(),
            "arithmetic");

        var results = model.Run(new Dictionary<string, OnnxTensor> { ["b"] = new(new float[] { 3, 4 }, 2), ["a"] = new(new float[] { 5, 6 }, 2) });

        model.Inputs.Select(port => port.Name).ShouldBe(["a", "b"]);
        model.Outputs.Select(port => port.Name).ShouldBe(["sum", "difference", "product"]);
        results["sum"].Values.ToArray().ShouldBe([8, 10]);
        results["difference"].Values.ToArray().ShouldBe([2, 2]);
        results["product"].Values.ToArray().ShouldBe([15, 24]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_image_of_a_batch_is_computed(int batch)
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");
        var x = new float[batch * 4];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = i / 4 + 1;
        }

        var y = model.Run(TestModels.Named("x", x, batch, 1, 2, 2))["y"];

        // In 2x2 every pixel neighbours all four.
        y.Shape.ShouldBe([batch, 1, 2, 2]);
        y.Values.ToArray().ShouldBe(x.Select(value => 4 * value));
    }

    [Fact]
    public void Outputs_are_written_to_the_callers_memory()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");
        var memory = new float[] { -1, 0, 0, 0, 0, -1 };
        var y = new OnnxTensor(memory.AsMemory(1, 4), 1, 1, 2, 2);

        model.Run(TestModels.Named("x", [1, 1, 1, 1], 1, 1, 2, 2), new Dictionary<string, OnnxTensor> { ["y"] = y });

        memory.ShouldBe([-1, 4, 4, 4, 4, -1]);
    }

    [Fact]
    public void Outputs_of_unforeseeable_shape_come_back_too()
    {
        using var model = OnnxModel.Load(
            new OnnxFile().Input("x", "A", "B").Output("y", "C").Node("Flatten", ["x"], "flat", ("axis", 0)).Node("Squeeze", ["flat"], "y").ToArray(), "flatten");

        var y = model.Run(TestModels.Named("x", [1, 2, 3, 4, 5, 6], 2, 3))["y"];

        y.Shape.ShouldBe([6]);
        y.Values.ToArray().ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void A_model_tells_its_card()
    {
        using var model = OnnxModel.Load(TestModels.Doubler(), "doubler");

        model.Card.ShouldNotBeNull().DescribesSame(TestModels.Card).ShouldBeTrue();
    }

    [Fact]
    public void A_model_of_another_origin_has_no_card()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");

        model.Card.ShouldBeNull();
    }

    [Fact]
    public void A_broken_card_names_the_model()
    {
        var file = new OnnxFile().Input("x", 1).Output("y", 1).Node("Identity", ["x"], "y").Metadata(OnnxModel.CardKey, "{").ToArray();

        Should.Throw<RevisageException>(() => OnnxModel.Load(file, "odd.onnx")).Message.ShouldStartWith("The card inside 'odd.onnx' is not a model card:");
    }

    [Fact]
    public void Damaged_files_are_told_by_name_and_remedy()
    {
        var whole = TestModels.Slow(2);
        foreach (var damaged in new byte[][] { [], [1, 2, 3], whole[..(whole.Length / 2)], whole[..^1], [.. Enumerable.Repeat((byte)0xff, 100)] })
        {
            var message = Should.Throw<RevisageException>(() => OnnxModel.Load(damaged, "face.onnx")).Message;

            message.ShouldStartWith("'face.onnx' is not a model that can be run:");
            message.ShouldEndWith("Fetch or export it again; 'revisage models verify' checks those installed.");
            message.ShouldNotContain('\n');
        }
    }

    [Fact]
    public void A_missing_file_is_told_by_name() =>
        Should.Throw<MissingComponentException>(() => OnnxModel.Load("nowhere/face.onnx")).Message.ShouldContain("'nowhere/face.onnx'");

    [Fact]
    public void Models_of_whole_numbers_are_refused()
    {
        var file = new OnnxFile().WholeNumberInput("count", 1).Output("y", 1).Node("Cast", ["count"], "y", ("to", 1)).ToArray();

        Should.Throw<RevisageException>(() => OnnxModel.Load(file, "count.onnx")).Message.ShouldContain("'count' as other than 32-bit floats");
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_told_with_both_shapes()
    {
        using var model = OnnxModel.Load(TestModels.Doubler(), "doubler");

        Should.Throw<ArgumentException>(() => model.Run(TestModels.Named("lr", new float[3 * 16], 1, 3, 4, 4)))
            .Message.ShouldBe("'doubler' takes 'lr' as Nx3x2x3, but 1x3x4x4 was passed.");
        Should.Throw<ArgumentException>(() => model.Run(TestModels.Named("lr", new float[18], 18)))
            .Message.ShouldBe("'doubler' takes 'lr' as Nx3x2x3, but 18 was passed.");
        Should.Throw<ArgumentException>(() => model.Run(TestModels.Named("x", new float[18], 1, 3, 2, 3)))
            .Message.ShouldBe("'doubler' has no input 'x'; it takes 'lr'.");
        Should.Throw<ArgumentException>(() => model.Run(new Dictionary<string, OnnxTensor>()))
            .Message.ShouldBe("'doubler' takes 'lr' (Nx3x2x3), which was not passed.");
    }

    [Fact]
    public void Extents_of_one_name_must_agree()
    {
        using var model = OnnxModel.Load(
            new OnnxFile().Input("a", "N").Input("b", "N").Output("y", "N").Node("Add", ["a", "b"], "y").ToArray(), "add");

        Should.Throw<ArgumentException>(() => model.Run(new Dictionary<string, OnnxTensor> { ["a"] = new(new float[2], 2), ["b"] = new(new float[1], 1) }))
            .Message.ShouldBe("'add' takes 'b' as N, but 1 was passed.");
    }

    [Fact]
    public void Outputs_of_the_wrong_size_are_refused()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");

        Should.Throw<ArgumentException>(() => model.Run(TestModels.Named("x", new float[4], 1, 1, 2, 2), TestModels.Named("y", new float[6], 1, 1, 2, 3)))
            .Message.ShouldBe("'sum' gives 'y' as Nx1xHxW, but 1x1x2x3 was passed.");
    }

    [Fact]
    public void A_run_that_fails_inside_says_where()
    {
        using var model = OnnxModel.Load(
            new OnnxFile().Input("a", "A").Input("b", "B").Output("y", "C").Node("Add", ["a", "b"], "y").ToArray(), "add.onnx");

        Should.Throw<RevisageException>(() => model.Run(new Dictionary<string, OnnxTensor> { ["a"] = new(new float[2], 2), ["b"] = new(new float[3], 3) }))
            .Message.ShouldStartWith("Running 'add.onnx' failed:");
    }

    [Fact]
    public void Many_threads_share_one_model()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum", new OnnxOptions { Threads = 2 });

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var batch = i % 5 + 1;
            var x = Enumerable.Repeat((float)i, batch * 64).ToArray();

            var y = model.Run(TestModels.Named("x", x, batch, 1, 8, 8))["y"].Values.Span;

            // A corner has four neighbours with itself, an inner pixel nine.
            y[0].ShouldBe(4f * i);
            y[^1].ShouldBe(4f * i);
            y[^10].ShouldBe(9f * i);
        });
    }

    [Fact]
    public void Threads_of_every_count_give_the_same()
    {
        var random = new Random(7);
        var x = Enumerable.Range(0, 2 * 3 * 2 * 3).Select(_ => random.NextSingle()).ToArray();

        var results = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var model = OnnxModel.Load(TestModels.Doubler(), "doubler", new OnnxOptions { Threads = threads, Spin = threads == 2 });
            return model.Run(TestModels.Named("lr", x, 2, 3, 2, 3))["sr"].Values.ToArray();
        }).ToList();

        results[1].ShouldBe(results[0]);
        results[2].ShouldBe(results[0]);
    }

    [Fact]
    public void A_running_model_can_be_cancelled_and_used_again()
    {
        using var model = OnnxModel.Load(TestModels.Slow(400), "slow");
        var small = TestModels.Named("x", new float[32 * 4], 1, 32, 2, 2);
        var large = TestModels.Named("x", new float[8 * 32 * 128 * 128], 8, 32, 128, 128);
        model.Run(small);
        var started = Stopwatch.StartNew();
        using var cancellation = new CancellationTokenSource();
        // A thread of its own: a timer's may be kept waiting by other tests until the model is through.
        var canceller = new Thread(() =>
        {
            Thread.Sleep(200);
            cancellation.Cancel();
        });
        canceller.Start();

        Should.Throw<OperationCanceledException>(() => model.Run(large, cancellation.Token));

        canceller.Join();

        // Whole, it is 1 TFLOP: several seconds on any processor of today.
        started.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(150));
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
        model.Run(small)["y"].Shape.ShouldBe([1, 32, 2, 2]);
    }

    [Fact]
    public void Cancelled_before_it_starts_nothing_runs()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");

        Should.Throw<OperationCanceledException>(() => model.Run(TestModels.Named("x", new float[4], 1, 1, 2, 2), new CancellationToken(true)));
    }

    [Fact]
    public void A_disposed_model_refuses_to_run()
    {
        var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");
        model.Dispose();

        Should.Throw<ObjectDisposedException>(() => model.Run(TestModels.Named("x", new float[4], 1, 1, 2, 2)));
    }

    [Fact]
    public async Task A_model_disposed_during_a_run_ends_it_in_order()
    {
        var model = OnnxModel.Load(TestModels.Slow(20), "slow");
        var run = Task.Factory.StartNew(
            () => model.Run(TestModels.Named("x", new float[32 * 64 * 64], 1, 32, 64, 64)), TaskCreationOptions.LongRunning);
        await Task.Delay(5);
        model.Dispose();

        // Whichever came first: a whole result, or a refusal; never a crash.
        try
        {
            (await run)["y"].Shape.ShouldBe([1, 32, 64, 64]);
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
