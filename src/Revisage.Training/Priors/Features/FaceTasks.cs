using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;

namespace Revisage.Training.Priors.Features;

/// <summary>How much each question about a face counts; 0 leaves it out.</summary>
public sealed record FaceTaskOptions
{
    /// <summary>Whether two faces are of one person: <see cref="SupervisedContrastiveLoss"/>.</summary>
    public double Identity { get; init; } = 1;

    /// <summary>See <see cref="SupervisedContrastiveLoss"/>.</summary>
    public double Temperature { get; init; } = 0.1;

    /// <summary>Numbers an embedding has.</summary>
    public int Embedding { get; init; } = 128;

    /// <summary>Mean absolute error, in decades.</summary>
    public double Age { get; init; } = 0.1;

    /// <summary>Cross-entropy.</summary>
    public double Gender { get; init; } = 0.1;

    /// <summary>Cross-entropy.</summary>
    public double Ethnicity { get; init; } = 0.1;
}

/// <summary>
/// What is asked of a face's features besides who it is: age, gender and ethnicity as the sources label them, each where
/// it is known. They make an encoder of few people notice more of a face, and exist in training alone.
/// </summary>
public sealed class FaceAttributeHeads(int features) : Block
{
    /// <summary>As UTKFace has them.</summary>
    public static IReadOnlyList<string> Ethnicities { get; } = ["white", "black", "asian", "indian", "other"];

    private readonly Linear age = new(features, 1);
    private readonly Linear gender = new(features, 1);
    private readonly Linear ethnicity = new(features, Ethnicities.Count);

    /// <summary>[N, features] to [N, 7]: the age in decades, the logit of being male, the logits of the ethnicities.</summary>
    public override FeatureMap Forward(FeatureMap x) => age.Forward(x).Concat(gender.Forward(x), ethnicity.Forward(x));

    /// <summary>Adds a loss for each question, a mean over the faces of which the answer is known.</summary>
    /// <param name="answers">[N, 7].</param>
    public static void AddLosses(LossTerms losses, FaceTaskOptions options, Tensor answers, FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(batch);
        var faces = batch.Records;
        var device = answers.IsCuda ? Device.Cuda() : Device.Cpu;
        losses.Add("age", options.Age, Mean((Column(0) - Values(face => face.Age / 10f)).Abs(), face => face.Age is not null));

        // -log of the chance given to the truth: softplus(x) - x y.
        var male = Column(1);
        losses.Add("gender", options.Gender, Mean(male.Softplus() - male * Values(face => face.Gender == "m" ? 1 : 0), face => face.Gender is not null));

        var truth = new float[faces.Length * Ethnicities.Count];
        for (var i = 0; i < faces.Length; i++)
        {
            if (ClassOf(faces[i]) is var known and >= 0)
            {
                truth[i * Ethnicities.Count + known] = 1;
            }
        }

        var logs = answers.Narrow(1, 2, Ethnicities.Count).LogSoftmax(1) * Tensor.Of(truth, faces.Length, Ethnicities.Count).To(device);
        losses.Add("ethnicity", options.Ethnicity, -logs.Sum() * (1.0 / Math.Max(1, faces.Count(face => ClassOf(face) >= 0))));

        Tensor Column(int column) => answers.Narrow(1, column, 1).Reshape(faces.Length);

        Tensor Values(Func<FaceRecord, float?> value) => Tensor.Of([.. faces.Select(face => value(face) ?? 0)], faces.Length).To(device);

        Tensor Mean(Tensor values, Func<FaceRecord, bool> known) => (values * Values(face => known(face) ? 1 : 0)).Sum() * (1.0 / Math.Max(1, faces.Count(known)));
    }

    private static int ClassOf(FaceRecord face)
    {
        for (var i = 0; i < Ethnicities.Count; i++)
        {
            if (Ethnicities[i] == face.Ethnicity)
            {
                return i;
            }
        }

        return -1;
    }
}
