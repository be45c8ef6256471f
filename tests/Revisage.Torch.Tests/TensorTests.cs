using System.Reflection;
using Revisage.Fixtures;

namespace Revisage.Torch.Tests;

/// <summary>What wrappers do besides computing: making, reading, copying, changing in place.</summary>
public class TensorTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_tensor_has_the_shape_type_and_values_it_was_made_with()
    {
        var tensor = Tensor.Of([1f, 2, 3, 4, 5, 6], 2, 3);

        tensor.Shape.ShouldBe([2, 3]);
        tensor.Count.ShouldBe(6);
        tensor.Type.ShouldBe(ScalarType.Float);
        tensor.IsCuda.ShouldBeFalse();
        tensor.RequiresGrad.ShouldBeFalse();
        tensor.ToArray().ShouldBe([1, 2, 3, 4, 5, 6]);
        tensor.ToString().ShouldBe("Float 2x3");
    }

    [Fact]
    public void A_shape_without_axes_holds_one_value() => Tensor.Of([2.5f]).Item().ShouldBe(2.5);

    [Fact]
    public void Bytes_and_longs_keep_their_type()
    {
        Tensor.Of([7, 255], 2).Read<byte>().ShouldBe(new byte[] { 7, 255 });
        Tensor.Of([long.MaxValue, -1], 2).Read<long>().ShouldBe([long.MaxValue, -1]);
        Tensor.Of([7, 255], 2).ToArray().ShouldBe([7, 255]);
    }

    [Fact]
    public void Any_type_is_made_from_its_own_values() => Tensor.Of<double>([1e300, -2], ScalarType.Double, 2).Read<double>().ShouldBe([1e300, -2]);

    [Fact]
    public void Values_must_fill_the_shape() =>
        Should.Throw<ArgumentException>(() => Tensor.Of([1f, 2, 3], 2, 2))
            .Message.ShouldStartWith("A Float tensor of shape 2x2 holds 16 bytes, but 12 were given.");

    [Fact]
    public void Reading_into_the_wrong_room_is_refused() =>
        Should.Throw<TorchException>(() => Tensor.Of([1f, 2], 2).Read(new float[3].AsSpan()))
            .Message.ShouldBe("tensor holds 8 bytes, but 12 were asked for");

    [Fact]
    public void Values_are_read_row_by_row_whatever_the_strides() =>
        Tensor.Of([1f, 2, 3, 4, 5, 6], 2, 3).Transpose(0, 1).ToArray().ShouldBe([1, 4, 2, 5, 3, 6]);

    [Fact]
    public void Bfloat16_keeps_eight_bits() =>
        // 1 + 2⁻⁷ is the next number after 1; half of the way there goes to the even one.
        Tensor.Of([1 + 1 / 128f, 1 + 1 / 256f], 2).To(ScalarType.BFloat16).ToArray().ShouldBe([1 + 1 / 128f, 1]);

    [Fact]
    public void Zeros_ones_and_any_number_fill_a_shape()
    {
        Tensor.Zeros(2, 2).ToArray().ShouldBe([0, 0, 0, 0]);
        Tensor.Ones(3).ToArray().ShouldBe([1, 1, 1]);
        Tensor.Full(2.5, 1, 2).ToArray().ShouldBe([2.5f, 2.5f]);
        Tensor.Full(2.5, 1, 2).Shape.ShouldBe([1, 2]);
    }

    [Fact]
    public void To_a_device_keeps_values_and_type()
    {
        var halves = Tensor.Of([0.5f, -2], 2).To(ScalarType.BFloat16);

        halves.To(Device.Cpu).Type.ShouldBe(ScalarType.BFloat16);
        halves.To(Device.Cpu).ToArray().ShouldBe([0.5f, -2]);
        halves.To(default(Device)).ShouldBeSameAs(halves);
    }

    [Fact]
    public void Copy_overwrites_in_place_and_converts()
    {
        var target = Tensor.Zeros(2);

        target.Copy(Tensor.Of([3L, 4], 2));

        target.ToArray().ShouldBe([3, 4]);
    }

    [Fact]
    public void Lerp_goes_a_share_of_the_way()
    {
        var target = Tensor.Of([0f, 10], 2);

        target.Lerp(Tensor.Of([4f, 2], 2), 0.25);

        target.ToArray().ShouldBe([1, 8]);
    }

    [Theory]
    [InlineData(1f, true)]
    [InlineData(float.NaN, false)]
    [InlineData(float.NegativeInfinity, false)]
    public void Finite_means_neither_NaN_nor_infinite(float value, bool finite) => Tensor.Of([0f, value], 2).IsFinite().ShouldBe(finite);

    [Theory]
    [InlineData(32, true)]
    [InlineData(32, false)]
    [InlineData(24, true)]
    public void Batch_norm_and_ReLU_of_a_narrow_map_are_those_of_a_wide_one(int channels, bool relu)
    {
        long[] shape = [2, channels, 70, 41];      // more pixels than one task takes, and not a multiple of them
        var x = TensorCase.Given("norm.x", -3, 5, shape).To(ScalarType.BFloat16);
        var gradient = TensorCase.Given("norm.gradient", -1, 1, shape).To(ScalarType.BFloat16);
        float[][] Of(Func<Tensor, Tensor> kept)
        {
            var (scale, shift) = (TensorCase.Given("norm.scale", 0.5, 2, channels), TensorCase.Given("norm.shift", -1, 1, channels));
            var (mean, variance) = (Tensor.Full(0.5, channels), Tensor.Full(2, channels));
            var input = kept(x);
            (input.RequiresGrad, scale.RequiresGrad, shift.RequiresGrad) = (true, true, true);
            var y = input.BatchNormRelu(scale, shift, mean, variance, training: true, 0.2, 1e-5, relu);
            var gradients = Autograd.Gradients((y * kept(gradient)).To(ScalarType.Float).Sum(), [input, scale, shift]);
            Tensor[] all = [y, .. gradients, mean, variance];
            return [.. all.Select(tensor => tensor.To(ScalarType.Float).ToArray())];
        }

        var narrow = Of(tensor => tensor.Contiguous(MemoryFormat.ChannelsLast));
        var wide = Of(tensor => tensor.To(ScalarType.Float));

        foreach (var (got, expected) in narrow.Zip(wide))
        {
            var largest = expected.Max(Math.Abs);
            got.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(largest / 128);
        }
    }

    [Fact]
    public void Batch_norm_in_training_moves_the_running_statistics()
    {
        var (mean, variance) = (Tensor.Of([1f], 1), Tensor.Of([1f], 1));

        // Mean 2, unbiased variance 2: a tenth of the way.
        Tensor.Of([1f, 3], 2, 1).BatchNorm(null, null, mean, variance, true, 0.1, 0).ToArray().ShouldBe([-1, 1]);

        mean.Item().ShouldBe(1.1, 1e-6);
        variance.Item().ShouldBe(1.1, 1e-6);
    }

    [Fact]
    public void Dropout_drops_whole_channels_in_training_only()
    {
        var x = Tensor.Ones(1, 64, 2, 2);

        x.FeatureDropout(0.5, training: false).ToArray().ShouldBe(x.ToArray());
        var channels = x.FeatureDropout(0.5, training: true).ToArray().Chunk(4).ToArray();

        channels.ShouldAllBe(channel => channel.All(value => value == channel[0]) && (channel[0] == 0 || channel[0] == 2));
        channels.Count(channel => channel[0] == 0).ShouldBeInRange(8, 56);
    }

    [Fact]
    public void A_detached_value_has_no_history()
    {
        var x = Tensor.Of([3f], 1);
        x.RequiresGrad = true;

        var square = x * x;

        square.RequiresGrad.ShouldBeTrue();
        square.Detach().RequiresGrad.ShouldBeFalse();
        Autograd.Gradients((square.Detach() * x).Sum(), [x])[0].Item().ShouldBe(9);
    }

    [Fact]
    public void A_freed_tensor_says_so()
    {
        var tensor = Tensor.Ones(1);
        tensor.Dispose();
        tensor.Dispose();

        Should.Throw<ObjectDisposedException>(() => tensor.Shape);
        Should.Throw<ObjectDisposedException>(() => tensor + 1);
        tensor.ToString().ShouldBe("Tensor (freed)");
    }

    [Fact]
    public void Every_wrapper_has_a_test()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        Type[] tests = [typeof(TensorCases), typeof(TensorTests), typeof(TorchSettingsTests)];
        var called = tests.SelectMany(type => type.GetNestedTypes(all).Append(type))
            .SelectMany(type => type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
            .SelectMany(CompiledCode.Calls).ToHashSet();

        typeof(Tensor).GetMethods(all).Where(method => method.IsPublic && method.GetBaseDefinition().DeclaringType != typeof(object) && !called.Contains(method))
            .Select(method => method.ToString()).ShouldBeEmpty();
    }
}
