using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// As of any super-resolver, and besides how far the parsing map lies from the true one: the mean absolute error, held to
/// [0, 1], in percent of the way from no skin to skin alone. The picture shows the map beside the face.
/// </summary>
public sealed class WNetValidation : IValidation
{
    private const int Batch = 8;

    private readonly SuperResolutionValidation faces;
    private readonly FaceBatch[] batches;

    /// <exception cref="RevisageException">A face has no parsing map.</exception>
    public WNetValidation(ValidationFaces faces, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        faces.MustKnow(Annotations.Parsing);
        this.faces = new SuperResolutionValidation(faces, recipe) { Beside = MapPictures.Of };
        batches = [.. faces.Batches(Batch)];
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var result = faces.Run(stage);
        var sum = 0.0;
        foreach (var batch in batches)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var map = stage.Infer([batch.LowResTensor(stage.Device)])[1].Clamp(0, 1);
            sum += batch.Size * (map - WNetTargets.Skin(batch).To(stage.Device)).Abs().Mean().Item();
        }

        return result with { Metrics = [.. result.Metrics, new ValidationMetric("parsing_error", 100 * sum / result.Faces, "F2")] };
    }
}
