using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods.Gwainet;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Torch;

/// <summary>What a pass in bf16 keeps in 32 bits: all that is no map.</summary>
[Trait("Category", "torch")]
public sealed class TorchMapTests : IDisposable
{
    private static readonly ForwardMode Wide = new(Training: false, Precision.Fp32);
    private static readonly ForwardMode Mixed = new(Training: false, Precision.Bf16);

    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Numbers_behind_a_linear_layer_keep_their_digits_through_what_follows()
    {
        using var network = new TorchNetwork("head", new Head(), seed: 1);
        var x = Numbers(4, 8);

        network.Forward(x, Mixed).ToArray().ShouldBe(network.Forward(x, Wide).ToArray(), 1e-6f);
    }

    [Theory]
    [InlineData("landmarks", 32)]
    [InlineData("embedding", 32)]
    [InlineData("critic", 16)]
    [InlineData("discriminator", 16)]
    public void Points_embeddings_and_scores_have_more_digits_than_bf16_holds(string name, int side)
    {
        Block block = name switch
        {
            "landmarks" => new LandmarkNetwork(new LandmarkNetworkOptions { Channels = 8, Depth = 2, MapSide = side / 4 }),
            "embedding" => new ResidualEncoder(new FaceEncoderOptions { Width = 4, Units = 1, Embedding = 8 }),
            "critic" => new GwainetCritic(new GwainetCriticOptions { Channels = 4, Stages = 2 }, side, side),
            _ => new MtunDiscriminator(new MtunDiscriminatorOptions { Side = side, Width = 4 }),
        };
        using var network = new TorchNetwork(name, block, seed: 1);

        network.Forward(Numbers(2, 3, side, side), Mixed).ToArray().ShouldContain(value => (BitConverter.SingleToInt32Bits(value) & 0xFFFF) != 0);
    }

    [Fact]
    public void The_parameters_of_a_transformer_have_more_digits_than_bf16_holds()
    {
        // A map of one channel that grows from left to right tells where it was sampled.
        var transformer = SpatialTransformer.Of64(1, TransformerHead.Paper);
        using var network = new TorchNetwork("transformer", transformer, seed: 1);
        network.Load(network.Save().Select(array => array.Name == "fc2.bias" ? StoredArray.Of(array.Name, [0.0123f, 1.0023f, 0.0031f, 0.0017f], 4) : array).ToDictionary(array => array.Name));
        var column = Tensor.Of([.. Enumerable.Range(0, 64 * 64).Select(i => i % 64 / 64f)], 1, 1, 64, 64);

        var (wide, mixed) = (network.Forward(column, Wide), network.Forward(column, Mixed));

        // Half of bf16's last digit at most, of what is sampled; rounded parameters move the border pixels by twice that.
        (mixed - wide).Abs().Mean().Item().ShouldBeLessThan(0.0008);
    }

    [Fact]
    public void A_map_that_a_gate_weighs_is_bf16_and_channels_last_still()
    {
        using var network = new TorchNetwork("gated", new Gated(), seed: 1);
        var map = Numbers(2, 8, 4, 4).To(ScalarType.BFloat16).Contiguous(MemoryFormat.ChannelsLast);

        foreach (var output in network.Block.ForwardAll([network.Enter(map, Mixed)]).Cast<TorchMap>())
        {
            output.Value.Type.ShouldBe(ScalarType.BFloat16);
            // Laid out so, what lies in memory is N x H x W x C.
            output.Value.Permute(0, 2, 3, 1).Shape.ShouldBe([2, 4, 4, 8]);
            output.Value.Contiguous(MemoryFormat.ChannelsLast).ShouldSatisfyAllConditions(same => same.To(ScalarType.Float).ToArray().ShouldBe(output.Value.To(ScalarType.Float).ToArray()));
        }
    }

    [Fact]
    public void Attention_multiplies_in_bf16()
    {
        using var network = new TorchNetwork("attention", new Attention(), seed: 1);

        var output = (TorchMap)network.Block.Forward(network.Enter(Numbers(2, 4, 8).To(ScalarType.BFloat16), Mixed));

        output.Value.Type.ShouldBe(ScalarType.BFloat16);
    }

    private static Tensor Numbers(params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, "torch-map");
        return Tensor.Of(values, shape);
    }

    private sealed class Head : Block
    {
        private readonly Linear first = new(8, 6);
        private readonly Linear second = new(6, 4);

        public override FeatureMap Forward(FeatureMap x)
        {
            var y = second.Forward(first.Forward(x).LeakyRelu(0.2).Tanh()) * 3 + 1;
            y = (y.Channels(0, 1) * -1).Concat(y.Channels(1, 3));
            return y.Concat((y - y.Sigmoid() * y).L2Normalize());
        }
    }

    private sealed class Gated : Block
    {
        private readonly Linear gate = new(8, 8);

        public override FeatureMap Forward(FeatureMap x) => ForwardAll([x])[0];

        public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
        {
            var x = inputs[0];
            var weights = gate.Forward(x.GlobalAveragePool().Flatten()).Sigmoid().Reshape(8, 1, 1);
            return [x * weights, weights * x, x + weights, weights - x];
        }
    }

    private sealed class Attention : Block
    {
        public override FeatureMap Forward(FeatureMap x) => x.MatMul(x.TransposeLast()).Softmax(-1).MatMul(x);
    }
}
