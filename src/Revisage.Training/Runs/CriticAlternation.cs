using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Runs;

/// <summary>
/// k updates of a critic, each on a batch of its own, then one of the generator, which sees the last of these (Gulrajani et al.,
/// "Improved Training of Wasserstein GANs", NeurIPS 2017, algorithm 1).
/// </summary>
internal static class CriticAlternation
{
    /// <param name="updates">k, 1 or more.</param>
    /// <param name="make">What the generator makes of one of the batches, by its number from 0. Only the last time do gradients reach it.</param>
    /// <param name="judge">One update of the critic on that batch and what was made of it, and its losses for the log; none where there is no critic.</param>
    /// <param name="generate">One update of the generator, by what it made of the last batch.</param>
    /// <returns>The generator's losses, then the critic's of the last batch.</returns>
    public static LossTerms Step<T>(int updates, Func<int, T> make, Func<int, T, LossTerms> judge, Func<T, LossTerms> generate)
    {
        for (var batch = 0; batch + 1 < updates; batch++)
        {
            using var scope = new TensorScope();
            judge(batch, Apart(batch));
        }

        var made = make(updates - 1);
        var judged = judge(updates - 1, made);
        return generate(made).Add(judged);

        T Apart(int batch)
        {
            using var mode = Autograd.WithoutGradients();
            return make(batch);
        }
    }
}
