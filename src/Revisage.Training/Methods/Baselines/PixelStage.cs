using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Baselines;

/// <summary>Adam on the mean squared error, which SRCNN, VDSR and SRResNet all learn by.</summary>
internal static class PixelStage
{
    public static ITrainingStage Create(Recipe recipe, Block generator, AdamOptions adam, Device device) =>
        new SupervisedStage("generator", generator, recipe, adam, device, (network, batch, mode) =>
            new LossTerms().Add("pixel", 1, PixelLoss.L2(network.Forward(batch.LowResTensor(device), mode), batch.HighResTensor(device))));
}
