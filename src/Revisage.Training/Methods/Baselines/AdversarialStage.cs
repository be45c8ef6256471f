using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Baselines;

/// <summary>
/// A generator beside a discriminator, one update of each a batch, the discriminator's first: how SRGAN and URDGN train
/// (<see cref="AdversarialLoss"/>). Without a discriminator it learns from the content alone.
/// </summary>
/// <param name="discriminator">From faces to logits; null where the adversarial loss has no weight.</param>
/// <param name="weight">Of the adversarial loss.</param>
/// <param name="content">From a made face and the true one to what the generator learns besides.</param>
/// <param name="owned">What the content loss looks through, to be disposed with the stage.</param>
internal sealed class AdversarialStage(
    Learner generator,
    Learner? discriminator,
    double weight,
    Schedule schedule,
    Precision precision,
    Func<Tensor, Tensor, LossTerms> content,
    IDisposable? owned = null) : ITrainingStage
{
    private IEnumerable<Learner> Learners => discriminator is null ? [generator] : [generator, discriminator];

    public Device Device => generator.Network.Device;

    public IReadOnlyList<TorchNetwork> Networks => [.. Learners.SelectMany(learner => learner.Networks)];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [.. Learners.Select(learner => learner.NamedOptimizer)];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var mode = new ForwardMode(Training: true, precision);
        var rate = schedule.LearningRate.At(iteration, schedule.Iterations);
        var hr = batch.HighResTensor(Device);
        var sr = generator.Network.Forward(batch.LowResTensor(Device), mode);
        if (discriminator is null)
        {
            var pixels = content(sr, hr);
            generator.Update(pixels.Total(), rate);
            return pixels;
        }

        var judgement = AdversarialLoss.Discriminator(discriminator.Network.Forward(hr, mode), discriminator.Network.Forward(sr.Detach(), mode));
        discriminator.Update(new LossTerms().Add("discriminator", 1, judgement).Total(), rate);
        var losses = content(sr, hr).Add("adversarial", weight, AdversarialLoss.Generator(discriminator.Network.Forward(sr, mode)));
        generator.Update(losses.Total(), rate);
        return losses.Add("discriminator", 1, judgement);
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return generator.Shipped.Forward([.. inputs.Select(input => input.To(Device))], new ForwardMode(Training: false, Precision.Fp32));
    }

    public void Dispose()
    {
        foreach (var learner in Learners)
        {
            learner.Dispose();
        }

        owned?.Dispose();
    }
}
