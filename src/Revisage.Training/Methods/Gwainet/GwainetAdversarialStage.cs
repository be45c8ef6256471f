using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// GWAInet's last phase (Dogan 2019, sections 3.3 and 4.2): five updates of the critic, each on a batch of its own, for one
/// of the generator, the warper included, which sees the last of these batches.
/// </summary>
internal sealed class GwainetAdversarialStage : ITrainingStage
{
    private readonly GwainetRecipe recipe;
    private readonly GwainetAdversarialOptions options;
    private readonly Learner generator;
    private readonly Learner critic;
    private readonly IdentityFeatures? identity;

    public GwainetAdversarialStage(GwainetRecipe recipe, Block network, TrainingSetting setting)
    {
        (this.recipe, options) = (recipe, recipe.Adversarial);
        var side = recipe.Data.HighRes;
        generator = Learner.ByAdam("generator", network, recipe, options.Adam, setting.Device, averaged: true);
        critic = Learner.ByAdam("critic", new GwainetCritic(recipe.Critic, side, side), recipe, options.Adam, setting.Device, averaged: false);
        identity = options.IdentityInUse == 0 ? null : IdentityFeatures.Open(recipe.Data.Range, setting);
    }

    public Device Device => generator.Network.Device;

    public int BatchesPerStep => options.CriticUpdates;

    public IReadOnlyList<TorchNetwork> Networks => [.. generator.Networks, .. critic.Networks];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [generator.NamedOptimizer, critic.NamedOptimizer];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var rate = options.LearningRate.At(iteration, options.Iterations);
        var (inputs, hr) = (GwainetMethod.InputsOf(recipe, batch, Device), batch.HighResTensor(Device));
        var size = batch.Size / options.CriticUpdates;
        return CriticAlternation.Step(options.CriticUpdates, Generate, (update, sr) => UpdateCritic(sr.Detach(), Part(hr, update), rate), sr =>
        {
            var truth = Part(hr, options.CriticUpdates - 1);
            var losses = new LossTerms().Add("pixel", 1, PixelLoss.L1(sr, truth)).Add("adversarial", options.Weight, WassersteinLoss.Generator(Score(sr)));
            if (identity is not null)
            {
                losses.Add("identity", options.IdentityInUse, identity.Loss(sr, truth, recipe.Precision));
            }

            generator.Update(losses.Total(), rate);
            return losses;
        });

        Tensor Part(Tensor all, int update) => all.Narrow(0, update * size, size);

        Tensor Generate(int update) =>
            generator.Network.Forward([.. inputs.Select(input => Part(input, update))], new ForwardMode(Training: true, recipe.Precision))[0];
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return generator.Shipped.Forward([.. GwainetMethod.Seen(recipe, inputs).Select(input => input.To(Device))], new ForwardMode(Training: false, Precision.Fp32));
    }

    public void Dispose()
    {
        identity?.Dispose();
        critic.Dispose();
        generator.Dispose();
    }

    private LossTerms UpdateCritic(Tensor sr, Tensor hr, double rate)
    {
        var losses = new LossTerms().Add("critic", 1, WassersteinLoss.Critic(Score(sr), Score(hr)));
        if (options.Penalty != 0)
        {
            losses.Add("penalty", options.Penalty, GradientPenalty.Of(Score, sr, hr));
        }

        critic.Update(losses.Total(), rate);
        return losses;
    }

    /// <summary>In 32 bits, for the penalty's sake.</summary>
    private Tensor Score(Tensor faces) => critic.Network.Forward(faces, new ForwardMode(Training: true, Precision.Fp32));
}
