using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Tests;
using Revisage.Torch;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Tests.Onnx;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Edsr;

/// <summary>The model that ships, on faces that it was not trained on.</summary>
[Trait("Category", "torch")]
public sealed class EdsrOnFacesTests
{
    private const int Faces = 100;

    private static StoredModel Shipped => ModelStore.Default.Find("edsr");

    [FacesFact]
    public void ONNX_Runtime_and_LibTorch_agree_on_real_faces()
    {
        var card = Shipped.Card;
        var (low, width) = card.Range.Bounds();
        using var network = new TorchNetwork("edsr", new EdsrNetwork(new EdsrOptions()), seed: 0);
        network.Load(Weights());
        using var model = Shipped.Open();

        var largest = 0f;
        foreach (var small in SmallFaces())
        {
            var input = new float[small.Pixels.Length];
            card.Range.FromUnit(small.Pixels, input);
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var torch = network.Forward(Tensor.Of(input, 1, 3, 16, 16), new ForwardMode(Training: false, Precision.Fp32)).ToArray();
            var onnx = model.Run(new Dictionary<string, OnnxTensor> { [card.InputName] = new(input, [1, 3, 16, 16]) })[card.OutputName].Values.Span;
            for (var i = 0; i < torch.Length; i++)
            {
                largest = Math.Max(largest, Math.Abs(torch[i] - onnx[i]) / width);
            }
        }

        largest.ShouldBeLessThan(1e-4f);
        largest.ShouldBeGreaterThan(0, "two ways of adding that never differ would be one");
    }

    [FacesFact]
    public void It_beats_bicubic_by_3_dB_and_0_08_SSIM()
    {
        var faces = FaceSet.Open(Path.Combine(FacesFactAttribute.Folder, "aligned")).OfSplit("val").Faces;
        using var restorer = FaceRestorer.Open(Shipped);
        var report = Evaluator.Evaluate(
            faces, Protocol.Revisage8x, [.. Upscaler.Baselines(8), new Upscaler("edsr", small => restorer.Restore(small, default))]);

        var edsr = report.Models.Single(model => model.Name == "edsr");
        var bicubic = report.Models.Single(model => model.Name == "bicubic");
        (edsr.Psnr - bicubic.Psnr).ShouldBeGreaterThanOrEqualTo(3.0);
        (edsr.Ssim - bicubic.Ssim).ShouldBeGreaterThanOrEqualTo(0.08);
    }

    private static IEnumerable<Image> SmallFaces()
    {
        var faces = FaceSet.Open(Path.Combine(FacesFactAttribute.Folder, "aligned")).OfSplit("val").Faces;
        return Enumerable.Range(0, Faces).Select(i => Protocol.Revisage8x.MakePair(faces[i * faces.Count / Faces]).Lr);
    }

    private static Dictionary<string, StoredArray> Weights() =>
        new OnnxFile(File.ReadAllBytes(Shipped.Path)).Initializers.ToDictionary(
            weight => weight.Key,
            weight => new StoredArray(weight.Key, ScalarType.Float, [.. weight.Value.Shape], weight.Value.Data));
}
