using Revisage.Data;
using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Metrics;
using Revisage.Training.Tests.Methods;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.Metrics;

/// <summary>The networks behind metrics: their size, and their numbers against PyTorch's (<c>fixtures/torch/metrics.py</c>), executed and exported.</summary>
[Trait("Category", "torch")]
public class MetricNetworkTests
{
    private static readonly TorchFixture Reference = new("metrics.safetensors");

    private static readonly NetworkCase[] Cases =
    [
        Lpips("lpips-alex", LpipsNetwork.Alex()),
        Lpips("lpips-vgg", LpipsNetwork.Vgg()),
        Inception("inception", 128),
        Inception("inception-96", 96),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    /// <summary>At the size of a face: what comes out, and the parameters that the published files have.</summary>
    public static TheoryData<Block, int, string, long> Published => new()
    {
        { LpipsNetwork.Alex(), 2, "1", 2_469_696 + 1_152 },
        { LpipsNetwork.Vgg(), 2, "1", 14_714_688 + 1_472 },
        // torchvision's 23,834,568 without the classifier of 1000 classes: 2048 * 1000 + 1000.
        { new InceptionNetwork(128), 1, "2048x1x1", 23_834_568 - 2_049_000 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Sizes_are_the_published_ones(Block network, int inputs, string outputs, long parameters)
    {
        var report = ShapeWalk.Of(network.NamedWeights(), [.. Enumerable.Repeat<int[]>([3, 128, 128], inputs)], network.ForwardAll);

        report.Parameters.ShouldBe(parameters);
        string.Join(' ', report.OutputShapes.Select(shape => string.Join('x', shape))).ShouldBe(outputs);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name) => Cases.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name) => Cases.Single(c => c.Name == name).OnnxRuntimeShouldAgree();

    [Fact]
    public void A_face_is_at_no_distance_from_itself_and_as_far_from_another_as_that_from_it()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var lpips = LpipsNetwork.Alex();
        var pair = Lpips("lpips-alex", lpips);
        using var network = pair.Numbered();
        var (face, other) = (network.Enter(pair.Input("face"), NetworkCase.InUse), network.Enter(pair.Input("other"), NetworkCase.InUse));

        Numbers(lpips.Forward(face, face)).ShouldBe([0, 0, 0]);
        Numbers(lpips.Forward(face, other)).ShouldBe(Numbers(lpips.Forward(other, face)));
        Numbers(lpips.Forward(face.Concat(other))).ShouldBe(Numbers(lpips.Forward(face, other)));

        static float[] Numbers(FeatureMap map) => TorchNetwork.Leave(map).ToArray();
    }

    /// <summary>Of 298 pixels, where rounding had taken some of the factor, the means would be of smaller maps, in silence.</summary>
    [Fact]
    public void Every_side_becomes_299_pixels()
    {
        var expected = MultiplyAdds(299);
        for (var side = 8; side <= 512; side++)
        {
            MultiplyAdds(side).ShouldBe(expected, $"{side}");
        }

        static long MultiplyAdds(int side) => ShapeWalk.Of(new InceptionNetwork(side), 3, side, side).MultiplyAdds;
    }

    [Theory]
    [InlineData("lpips-alex")]
    [InlineData("lpips-vgg")]
    [InlineData("inception")]
    public void A_face_of_the_least_side_leaves_something_and_a_smaller_one_nothing(string id)
    {
        var method = (ImportedMethod)MethodCatalog.Find(id);

        method.Walk(method.PublishedFor(method.LeastSide)).OutputShapes[0][0].ShouldBePositive();
        Should.Throw<RevisageException>(() => method.Walk(new LpipsRecipe { Method = id, Data = new DataOptions { HighRes = method.LeastSide - 1 } }));
    }

    private static NetworkCase Lpips(string name, LpipsNetwork network) =>
        new(Reference, name, network, 6, ("face", [3, 3, 64, 64]), ("other", [3, 3, 64, 64]))
        {
            AllOutputs = faces => [network.Forward(faces[0], faces[1]), .. network.Distances(faces[0], faces[1])],
            Given = network.NamedWeights().Where(named => named.Path.StartsWith("lin", StringComparison.Ordinal)).ToDictionary(named => named.Path, named =>
            {
                var values = new float[named.Weight.Count];
                Fixtures.Numbers.Fill(values, $"{name}.{named.Path}", 0, 32);
                return values;
            }),
        };

    private static NetworkCase Inception(string name, int side) => new(Reference, name, new InceptionNetwork(side), 6, ("face", [1, 3, side, side])) { Low = 0 };
}
