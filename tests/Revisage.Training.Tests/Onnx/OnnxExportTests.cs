using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Tests.Layers;

namespace Revisage.Training.Tests.Onnx;

public class OnnxExportTests
{
    [Theory]
    [MemberData(nameof(Operators.ExportedNames), MemberType = typeof(Operators))]
    public void Every_value_is_made_once_before_it_is_used(string name)
    {
        var file = Record(Operators.Find(name));

        var known = new HashSet<string>([.. file.Inputs.Select(input => input.Split(' ')[0]), .. file.Initializers.Keys]);
        var unused = new HashSet<string>(file.Initializers.Keys);
        foreach (var node in file.Nodes)
        {
            node.Inputs.Where(input => input.Length > 0).ShouldBeSubsetOf(known);
            unused.ExceptWith(node.Inputs);
            known.Add(node.Output).ShouldBeTrue(node.Output);
        }

        unused.ShouldBeEmpty();
        known.ShouldContain(file.Outputs.Single().Split(' ')[0]);
        file.Nodes.Select(node => node.Name).ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(Operators.ExportedNames), MemberType = typeof(Operators))]
    public void The_batch_stays_free_and_all_other_sizes_are_those_of_the_walk(string name)
    {
        var operatorCase = Operators.Find(name);
        var report = ShapeWalk.Of(operatorCase.Weights, [.. operatorCase.Inputs.Select(input => input.Shape[1..])], x => [operatorCase.Apply([.. x])]);

        var file = Record(operatorCase);

        file.Inputs.ShouldBe(operatorCase.Inputs.Select(input => $"{input.Name} batch,{string.Join(',', input.Shape[1..])}"));
        file.Outputs.ShouldBe([$"y batch,{string.Join(',', report.OutputShapes[0])}"]);
    }

    [Fact]
    public void All_operators_together_are_written_with_these_of_opset_17()
    {
        var used = Operators.All.Where(c => c.Exported && !c.Training).SelectMany(c => Record(c).Nodes).Select(node => node.Operator).Distinct().Order(StringComparer.Ordinal);

        used.ShouldBe(
        [
            "Abs", "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Conv", "ConvTranspose", "Cos", "DepthToSpace", "Div",
            "Flatten", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "GridSample", "Identity", "InstanceNormalization", "LeakyRelu", "MatMul",
            "Max", "MaxPool", "Mul", "Neg", "PRelu", "Pad", "ReduceL2", "ReduceMax", "ReduceMean", "Relu", "Reshape", "Resize", "Sigmoid",
            "Sin", "Slice", "Softmax", "Sub", "Tanh", "Transpose",
        ]);
    }

    [Fact]
    public void A_network_is_recorded_under_its_weights_paths()
    {
        var network = new TestEdsr(channels: 4, blocks: 2);

        var file = Record("edsr", network, 3, 16, 16);

        (file.Name, file.IrVersion, file.Opset).ShouldBe(("edsr", 8, 17));
        file.Inputs.ShouldBe(["x batch,3,16,16"]);
        file.Outputs.ShouldBe(["y batch,3,128,128"]);
        file.Initializers.Keys.ShouldBe(network.NamedWeights().Select(named => named.Path), ignoreOrder: true);
        file.Nodes.Select(node => $"{node.Operator} {node.Name}").ShouldBe(
        [
            "Conv head",
            "Conv body.0.conv1", "Relu Relu", "Conv body.0.conv2", "Add Add",
            "Conv body.1.conv1", "Relu Relu_2", "Conv body.1.conv2", "Add Add_2",
            "Conv fuse", "Add Add_3",
            "Conv up.0.conv", "DepthToSpace DepthToSpace",
            "Conv up.1.conv", "DepthToSpace DepthToSpace_2",
            "Conv up.2.conv", "DepthToSpace DepthToSpace_3",
            "Conv tail", "Identity y",
        ]);
    }

    [Fact]
    public void Numbers_are_written_as_they_are_given()
    {
        var operatorCase = Operators.Find("conv2d");

        var file = Record(operatorCase);

        file.Initializers["weight"].Shape.ShouldBe([4, 3, 3, 3]);
        file.Initializers["weight"].Floats.ShouldBe(Values(operatorCase.Weights[0]).ToArray());
    }

    [Fact]
    public void Equalised_rates_are_baked_into_the_numbers()
    {
        var operatorCase = Operators.Find("conv2d_equalized");

        Record(operatorCase).Initializers["weight"].Floats.ShouldBe(Values(operatorCase.Weights[0]).ToArray().Select(value => 0.25f * value));
    }

    [Fact]
    public void Spectral_norms_are_baked_in_and_their_vectors_left_out()
    {
        // sigma = u' W v = 0.8 * 0.5 + 0.6 * 2 = 1.6.
        var u = new Weight([2], Initializers.Zeros) { Learned = false };
        var v = new Weight([2], Initializers.Zeros) { Learned = false };
        var weight = new Weight([2, 2], Initializers.Zeros) { Transform = new SpectralNorm(u, v) };
        var numbers = new Dictionary<string, float[]> { ["w"] = [0.5f, 7, 2, -3.2f], ["w_u"] = [0.8f, 0.6f], ["w_v"] = [1, 0] };

        var file = new OnnxFile(OnnxExport.Record("critic", [new OnnxInput("x", 2)], x => [("y", x[0].Linear(weight, null))],
            named => numbers[named.Path], [new("w", weight), new("w_u", u), new("w_v", v)], new Dictionary<string, string>()));

        file.Initializers.Keys.ShouldBe(["w"]);
        file.Initializers["w"].Floats.ShouldBe([0.5f / 1.6f, 7 / 1.6f, 2 / 1.6f, -2], 1e-6);
    }

    [Fact]
    public void A_weight_used_twice_is_held_once()
    {
        var file = Record(Operators.Find("conv2d_weight_twice"));

        file.Initializers.Keys.ShouldBe(["weight", "bias"]);
        file.Nodes.Count(node => node.Inputs.Contains("weight")).ShouldBe(2);
    }

    [Fact]
    public void Slopes_of_channels_get_an_axis_for_rows_and_columns()
    {
        Record(Operators.Find("prelu_channels")).Initializers["weight"].Shape.ShouldBe([3, 1, 1]);
        Record(Operators.Find("prelu_vector")).Initializers["weight"].Shape.ShouldBe([6]);
    }

    [Fact]
    public void Slopes_used_on_maps_and_on_rows_are_held_in_both_shapes()
    {
        var slope = new Weight([3], Initializers.Constant(0.1f));

        var file = new OnnxFile(OnnxExport.Record("slopes", [new OnnxInput("map", 3, 2, 2), new OnnxInput("row", 3)],
            x => [("a", x[0].PRelu(slope)), ("b", x[1].PRelu(slope))], Values, [new("slope", slope)], new Dictionary<string, string>()));

        file.Initializers.ToDictionary(pair => pair.Key, pair => string.Join('x', pair.Value.Shape))
            .ShouldBe(new Dictionary<string, string> { ["slope"] = "3x1x1", ["slope.3"] = "3" });
    }

    [Fact]
    public void Equal_constants_are_held_once()
    {
        var file = new OnnxFile(OnnxExport.Record("scaled", [new OnnxInput("x", 3, 2, 2)],
            x => [("y", (x[0] * 0.1 + x[0]) * 0.1 + 0.5)], Values, [], new Dictionary<string, string>()));

        file.Initializers.Values.Select(tensor => tensor.Floats.Single()).ShouldBe([0.1f, 0.5f]);
    }

    [Theory]
    [InlineData("resize_nearest_2", "mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor")]
    [InlineData("resize_bilinear_2", "mode=linear coordinate_transformation_mode=half_pixel")]
    [InlineData("resize_bicubic_2", "mode=cubic cubic_coeff_a=-0.75 coordinate_transformation_mode=half_pixel")]
    [InlineData("resize_bilinear_8_corners", "mode=linear coordinate_transformation_mode=align_corners")]
    [InlineData("resize_pillow_bicubic_8", "mode=cubic cubic_coeff_a=-0.5 exclude_outside=1 coordinate_transformation_mode=half_pixel")]
    [InlineData("pixel_shuffle_2", "blocksize=2 mode=CRD")]
    [InlineData("warp_edge", "mode=bilinear padding_mode=border align_corners=1")]
    [InlineData("warp_cut", "mode=bilinear padding_mode=zeros align_corners=1")]
    [InlineData("warp_zero", "mode=bilinear padding_mode=zeros align_corners=1")]
    public void Settings_say_what_PyTorch_does(string name, string expected)
    {
        var node = Record(Operators.Find(name)).Nodes.Last(node => node.Operator is "Resize" or "DepthToSpace" or "GridSample");

        string.Join(' ', node.Attributes.Select(pair => $"{pair.Key}={pair.Value}")).ShouldBe(expected);
    }

    [Fact]
    public void An_axis_may_count_from_the_end() =>
        Record(Operators.Find("softmax_last")).Nodes.First().Attributes["axis"].ShouldBe(-1L);

    [Fact]
    public void A_warps_grid_runs_from_corner_to_corner()
    {
        var grid = Record(Operators.Find("warp_edge")).Initializers.Values.Single(tensor => tensor.Shape.SequenceEqual([1L, 2, 5, 7]));

        grid.Floats[..7].ShouldBe([-1, -2f / 3, -1f / 3, 0, 1f / 3, 2f / 3, 1], 1e-6);
        grid.Floats[35..].Where((_, i) => i % 7 == 0).ShouldBe([-1, -0.5f, 0, 0.5f, 1]);
    }

    [Fact]
    public void Metadata_is_kept_whatever_it_says()
    {
        var metadata = new Dictionary<string, string> { ["revisage.card"] = """{"method": "edsr", "note": "Größe 8×"}""", ["a"] = "" };

        var file = new OnnxFile(OnnxExport.Record("n", [new OnnxInput("x", 1)], x => [("y", x[0].Relu())], Values, [], metadata));

        file.Metadata.ShouldBe(metadata, ignoreOrder: true);
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes()
    {
        byte[] Bytes(params string[] keys)
        {
            var network = new TestEdsr(channels: 4, blocks: 2);
            return OnnxExport.Record("edsr", [new OnnxInput("x", 3, 16, 16)], x => [("y", network.Forward(x[0]))],
                Values, network.NamedWeights(), keys.ToDictionary(key => key));
        }

        Bytes("a", "b").ShouldBe(Bytes("b", "a"));
    }

    [Fact]
    public void One_value_may_be_several_outputs_and_an_input_may_be_one()
    {
        var file = new OnnxFile(OnnxExport.Record("n", [new OnnxInput("x", 3)], x =>
        {
            var positive = x[0].Relu();
            return [("a", positive), ("b", positive), ("c", x[0])];
        }, Values, [], new Dictionary<string, string>()));

        file.Outputs.ShouldBe(["a batch,3", "b batch,3", "c batch,3"]);
    }

    [Theory]
    [InlineData("batch_std", "BatchStd")]
    [InlineData("dropout2d_in_use", "Dropout2d")]
    public void Operators_for_training_only_are_refused_by_the_networks_name(string name, string op) =>
        Should.Throw<RevisageException>(() => Record(Operators.Find(name)))
            .Message.ShouldBe($"{name} uses {op}, which exists in training only: it can be trained, but not exported.");

    [Fact]
    public void A_checkpoint_of_another_shape_is_refused()
    {
        var network = new Conv2d(3, 2, 3);

        Should.Throw<RevisageException>(() => OnnxExport.Record("edsr", [new OnnxInput("x", 3, 8, 8)], x => [("y", network.Forward(x[0]))],
                _ => new float[5], network.NamedWeights(), new Dictionary<string, string>()))
            .Message.ShouldBe("'weight' of edsr has 5 numbers, but its shape 2x3x3x3 holds 54. Export with the recipe that the checkpoint was trained with.");
    }

    [Fact]
    public void A_diverged_checkpoint_is_refused()
    {
        var network = new Linear(1, 2, bias: false);

        Should.Throw<RevisageException>(() => OnnxExport.Record("edsr", [new OnnxInput("x", 1)], x => [("y", network.Forward(x[0]))],
                _ => new[] { 1, float.NaN }, network.NamedWeights(), new Dictionary<string, string>()))
            .Message.ShouldBe("'weight' of edsr holds NaN: training diverged. Export an earlier checkpoint.");
    }

    [Fact]
    public void A_weight_that_was_not_listed_is_refused() =>
        Should.Throw<InvalidOperationException>(() => OnnxExport.Record("n", [new OnnxInput("x", 3)],
            x => [("y", x[0].Add(new Weight([1, 3], Initializers.Ones)))], Values, [], new Dictionary<string, string>()));

    [Fact]
    public void Values_of_two_recordings_do_not_mix()
    {
        FeatureMap? other = null;
        byte[] Export(Func<FeatureMap, FeatureMap> forward) => OnnxExport.Record("n", [new OnnxInput("x", 3)],
            x => [("y", forward(x[0]))], Values, [], new Dictionary<string, string>());
        Export(x => other = x.Relu());

        Should.Throw<InvalidOperationException>(() => Export(x => x + other!));
        Should.Throw<InvalidOperationException>(() => Export(_ => other!));
    }

    [Fact]
    public void Two_outputs_of_one_name_are_refused() =>
        Should.Throw<InvalidOperationException>(() => OnnxExport.Record("n", [new OnnxInput("x", 3)],
            x => [("y", x[0]), ("y", x[0].Relu())], Values, [], new Dictionary<string, string>()));

    private static OnnxFile Record(OperatorCase operatorCase) => new(OnnxExport.Record(
        operatorCase.Name,
        [.. operatorCase.Inputs.Select(input => new OnnxInput(input.Name, input.Shape[1..]))],
        x => [("y", operatorCase.Apply([.. x]))],
        Values,
        operatorCase.Weights,
        new Dictionary<string, string>()));

    private static OnnxFile Record(string name, Block network, params int[] shape) => new(OnnxExport.Record(
        name, [new OnnxInput("x", shape)], x => [("y", network.Forward(x[0]))], Values, network.NamedWeights(), new Dictionary<string, string>()));

    private static ReadOnlyMemory<float> Values(NamedWeight named)
    {
        var values = new float[named.Weight.Count];
        named.Weight.Initializer(values, named.Weight.Shape, new Random(1));
        return values;
    }
}
