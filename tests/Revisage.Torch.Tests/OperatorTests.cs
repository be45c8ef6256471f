namespace Revisage.Torch.Tests;

/// <summary>What is said of calls that LibTorch or the bridge refuses, and of calls that are counted.</summary>
public class OperatorTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_refusal_names_the_operator_and_the_shapes()
    {
        var message = Should.Throw<TorchException>(() =>
            Tensor.Ones(1, 3, 8, 8).Conv2d(Tensor.Ones(4, 5, 3, 3), null, 1, 1, 1, 1)).Message;

        message.ShouldStartWith("aten::conv2d: ");
        message.ShouldContain("expected input[1, 3, 8, 8] to have 5 channels");
        message.ShouldEndWith(" Inputs: Float[1x3x8x8], Float[4x5x3x3].");
    }

    [Fact]
    public void A_list_of_tensors_is_named_one_by_one() =>
        Should.Throw<TorchException>(() => Tensor.Cat([Tensor.Ones(1, 2), Tensor.Ones(2, 2, 2).To(ScalarType.Double)], 0))
            .Message.ShouldEndWith(" Inputs: Float[1x2], Double[2x2x2].");

    [Fact]
    public void An_argument_of_the_wrong_kind_is_named_with_the_schema()
    {
        var message = Should.Throw<TorchException>(() => new Operator("aten::narrow").Call(Tensor.Ones(2), 0.5, 0, 1)).Message;

        message.ShouldContain("argument 'dim' wants int, but was given float (aten::narrow(Tensor");
    }

    [Theory]
    [InlineData(true, "argument 'dim' wants int, but was given bool")]
    [InlineData(false, "argument 'dim' wants int, but was given None")]
    public void None_and_bool_are_no_numbers(bool given, string expected)
    {
        Argument wrong = given ? true : Argument.None;

        Should.Throw<TorchException>(() => new Operator("aten::narrow").Call(Tensor.Ones(2), wrong, 0, 1)).Message.ShouldContain(expected);
    }

    [Fact]
    public void A_list_of_the_wrong_numbers_is_refused() =>
        Should.Throw<TorchException>(() => new Operator("aten::sum", "dim_IntList").Call(Tensor.Ones(2), new[] { 0.5 }))
            .Message.ShouldContain("was given float[]");

    [Fact]
    public void An_absent_tensor_is_refused_where_it_is_needed() =>
        Should.Throw<TorchException>(() => new Operator("aten::relu").Call(Argument.None))
            .Message.ShouldContain("argument 'self' wants Tensor, but was given None");

    [Fact]
    public void Too_few_and_too_many_arguments_are_refused()
    {
        Should.Throw<TorchException>(() => new Operator("aten::relu").Call()).Message.ShouldContain("argument 'self' has no default and was not given");
        Should.Throw<TorchException>(() => new Operator("aten::relu").Call(Tensor.Ones(1), 1)).Message.ShouldContain("takes 1 arguments, but was given 2");
    }

    [Fact]
    public void An_argument_left_out_takes_the_schemas_default() =>
        // torch.clamp(x, min=None, max=0.5)
        new Operator("aten::clamp").Call(Tensor.Of([0f, 1], 2), Argument.Default, 0.5).ToArray().ShouldBe([0, 0.5f]);

    [Fact]
    public void An_operator_that_does_not_exist_is_refused() =>
        Should.Throw<TorchException>(() => new Operator("aten::no_such_thing").Call(Tensor.Ones(1))).Message.ShouldContain("aten::no_such_thing");

    [Fact]
    public void After_a_refusal_the_next_call_succeeds()
    {
        Should.Throw<TorchException>(() => Tensor.Ones(2) + Tensor.Ones(3));

        (Tensor.Ones(2) + Tensor.Ones(2)).ToArray().ShouldBe([2, 2]);
    }

    [Fact]
    public void A_list_of_results_is_spread_out() =>
        new Operator("aten::split", "Tensor").CallMany(3, Tensor.Of([1f, 2, 3, 4, 5], 5), 2).Select(part => part.ToArray().Length).ShouldBe([2, 2, 1]);

    [Fact]
    public void A_list_of_optional_tensors_is_taken() =>
        // torch.index: x[[2, 0]]
        new Operator("aten::index", "Tensor").Call(Tensor.Of([1f, 2, 3], 3), Argument.List([Tensor.Of([2L, 0L], 2)])).ToArray().ShouldBe([3, 1]);

    [Fact]
    public void A_hundred_tensors_fit_one_list() =>
        Tensor.Cat([.. Enumerable.Range(0, 100).Select(i => Tensor.Full(i, 1))], 0).ToArray().ShouldBe(Enumerable.Range(0, 100).Select(i => (float)i));

    [Fact]
    public void A_profile_counts_calls_by_operator_on_its_thread()
    {
        using var profile = new OperatorProfile();
        var x = Tensor.Ones(2);
        x.RequiresGrad = true;
        _ = Autograd.Gradients((x * x + x).Sum(), [x]);
        profile.Dispose();
        _ = x * x;

        profile.Rows.Select(row => (row.Operator, row.Calls)).ShouldBe(
            [("aten::ones", 1), ("aten::mul.Tensor", 1), ("aten::add.Tensor", 1), ("aten::sum", 1), ("gradients", 1)], ignoreOrder: true);
        profile.Rows.Select(row => row.Time).ShouldBeInOrder(SortDirection.Descending);
    }
}
