using Revisage.Data.GroundTruth;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Parsing;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.Parsing;

/// <summary>zllrunning/face-parsing.PyTorch's parser among ours: its classes and its colours.</summary>
[Trait("Category", "torch")]
public class PublishedParserTests
{
    // In the order that its authors list them.
    private static readonly FaceClass[] Published =
    [
        FaceClass.Background, FaceClass.Skin, FaceClass.LeftBrow, FaceClass.RightBrow, FaceClass.LeftEye, FaceClass.RightEye, FaceClass.Glasses, FaceClass.LeftEar,
        FaceClass.RightEar, FaceClass.Earring, FaceClass.Nose, FaceClass.Mouth, FaceClass.UpperLip, FaceClass.LowerLip, FaceClass.Neck, FaceClass.Necklace,
        FaceClass.Cloth, FaceClass.Hair, FaceClass.Hat,
    ];

    [Theory]
    [InlineData("conv_out.conv_out.weight")]
    [InlineData("conv_out16.conv_out.weight")]
    public void Its_classes_come_in_CelebAMask_HQs_order(string name)
    {
        // Each row tells which class it is.
        var rows = StoredArray.Of(name, [.. Published.SelectMany(label => new[] { (float)label, (float)label })], 19, 2, 1, 1);

        AuthorLayouts.FaceParser.Convert(rows).ToFloats().ToArray().ShouldBe(Enum.GetValues<FaceClass>().SelectMany(label => new[] { (float)label, (float)label }));
    }

    [Fact]
    public void Other_arrays_stay_as_they_are()
    {
        var array = StoredArray.Of("cp.resnet.conv1.weight", [1, 2], 2, 1, 1, 1);

        AuthorLayouts.FaceParser.Convert(array).ShouldBe(array);
    }

    [Fact]
    public void It_takes_colours_from_0_to_1_and_sees_ImageNets()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var plain = new TorchNetwork("plain", new BiSeNetNetwork(new BiSeNetOptions { Width = 8 }), seed: 1);
        using var published = new TorchNetwork("published", new BiSeNetNetwork(new BiSeNetOptions { Width = 8, Normalizes = true }), seed: 1);
        var (x, inUse) = (Tensor.Rand(1, 3, 32, 32), new ForwardMode(Training: false, Precision.Fp32));
        var seen = (x - Tensor.Of([0.485f, 0.456f, 0.406f], 1, 3, 1, 1)) / Tensor.Of([0.229f, 0.224f, 0.225f], 1, 3, 1, 1);

        published.Forward(x, inUse).ToArray().ShouldBe(plain.Forward(seen, inUse).ToArray(), 1e-4f);
    }

    [Fact]
    public void It_is_known_to_import()
    {
        var method = MethodCatalog.Find("face-parser");

        method.AuthorLayout.ShouldBe(AuthorLayouts.FaceParser);
        method.Inputs(method.Published)[0].Shape.ShouldBe([3, 512, 512]);
        method.Walk(method.Published).OutputShapes[0].ShouldBe([19, 512, 512]);
    }
}
