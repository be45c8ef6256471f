using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.HighToLow;

/// <summary>Recipes whose networks are so small that a phase takes a second.</summary>
internal static class TinyDegradation
{
    public static HighToLowRecipe HighToLow => new()
    {
        Method = "high-to-low",
        Iterations = 2,
        Batch = 2,
        Precision = Precision.Fp32,
        LearningRate = new LearningRate { Peak = 1e-3 },
        Network = new HighToLowOptions { Side = 32, Factor = 2, Channels = 4, BlocksPerGroup = 1, Noise = 3 },
        Adversary = new AdversaryOptions { Updates = 2, Channels = 4 },
        Data = new DataOptions { HighRes = 32, LowRes = 16, Augmentation = new AugmentationOptions { Flip = 0 } },
        Report = new ReportOptions { LogEvery = 1, ValidateEvery = 10, ValidationImages = 2, CheckpointEvery = 10, PictureRows = 2 },
    };

    public static LowToHighRecipe LowToHigh => new()
    {
        Method = "low-to-high",
        Iterations = 2,
        Batch = 2,
        Precision = HighToLow.Precision,
        LearningRate = HighToLow.LearningRate,
        Network = new LowToHighOptions { Channels = 8, SmallBlocks = 1, Doublings = 1 },
        Adversary = new AdversaryOptions { Updates = 2, Channels = 4 },
        HighToLow = new HighToLowSchedule { Iterations = 2, Batch = 2, LearningRate = HighToLow.LearningRate, Network = HighToLow.Network, Adversary = HighToLow.Adversary },
        Joint = new JointSchedule { Iterations = 2, Batch = 2, LearningRate = HighToLow.LearningRate },
        Data = HighToLow.Data,
        Report = HighToLow.Report,
    };

    /// <summary>Of faces with a gradient across them, and of poor ones that are plain.</summary>
    /// <param name="size">Of all batches of a step.</param>
    public static FaceBatch Batch(int size, int small = 16, int large = 32)
    {
        var (lr, hr, poor) = (new float[size * 3 * small * small], new float[size * 3 * large * large], new float[size * 3 * small * small]);
        for (var i = 0; i < hr.Length; i++)
        {
            hr[i] = MathF.Sin(0.3f * (i % large) + i / (3 * large * large));
        }

        for (var i = 0; i < lr.Length; i++)
        {
            lr[i] = MathF.Sin(0.6f * (i % small) + 0.15f + i / (3 * small * small));
            poor[i] = 0.5f * MathF.Cos(0.2f * (i % small));
        }

        return new FaceBatch(0, size, lr, small, hr, large, new float[size * 136], [], [], poor, new FaceRecord[size]);
    }
}
