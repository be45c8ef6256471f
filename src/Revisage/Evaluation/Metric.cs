namespace Revisage.Evaluation;

/// <summary>A figure that models are compared by: the one list of them, and how each is measured.</summary>
/// <param name="Name">As JSON and CSV call it.</param>
/// <param name="Title">As tables call it.</param>
/// <param name="Format">Of numbers in tables.</param>
/// <param name="HigherIsBetter">Or lower is.</param>
/// <param name="Definition">What is computed of what.</param>
public sealed record Metric(string Name, string Title, string Format, bool HigherIsBetter, string Definition)
{
    public static Metric Psnr { get; } = new("psnr", "PSNR", "0.00", true, "dB on 8-bit RGB, of each face; equal faces count as 100");

    public static Metric PsnrY { get; } = new("psnr_y", "PSNR-Y", "0.00", true, "dB on BT.601 luma (16 to 235), of each face; equal faces count as 100");

    public static Metric Ssim { get; } = new("ssim", "SSIM", "0.0000", true, "11x11 Gaussian of sigma 1.5, inside the face, mean of R, G and B");

    public static Metric SsimY { get; } = new("ssim_y", "SSIM-Y", "0.0000", true, "11x11 Gaussian of sigma 1.5, inside the face, on BT.601 luma");

    public static Metric MsSsim { get; } = new("ms_ssim", "MS-SSIM", "0.0000", true, "Wang 2003, five scales, mean of R, G and B");

    public static Metric MsSsimProgressive { get; } = new(
        "ms_ssim_progressive", "MS-SSIM (Kim)", "0.0000", true, "Kim 2019's code: the last scale's SSIM enters four times");

    public static Metric Lpips { get; } = new("lpips", "LPIPS", "0.0000", false, "Zhang 2018, v0.1 on AlexNet");

    public static Metric LpipsVgg { get; } = new("lpips_vgg", "LPIPS-VGG", "0.0000", false, "Zhang 2018, v0.1 on VGG-16");

    public static Metric PerceptualResnet18 { get; } = new(
        "perceptual_resnet18", "ResNet-18", "0.0000", false,
        "LPIPS's formula with equal weights over the four stages of ML.NET's ResNet-18; no LPIPS, and comparable with none");

    public static Metric Identity { get; } = new("identity", "identity", "0.000", true, "cosine similarity to the true face, by 'identity-eval', which no model here was trained with");

    public static Metric Nme { get; } = new("nme", "NME %", "0.00", false, "mean distance of the 68 landmarks found in both faces, in percent of the side, by 'landmarks'");

    public static Metric LandmarkDistance { get; } = new(
        "landmark_distance", "landmarks px", "0.00", false, "Euclidean distance in pixels between the vectors of 68 landmarks (W-Net's), by 'landmarks'");

    public static Metric DataConsistency { get; } = new(
        "data_consistency", "consistency", "0.00", true, "PSNR in dB of the result, made small again as the protocol does, against the small face");

    /// <summary>PSNR as the Progressive authors average it.</summary>
    public static Metric PsnrBatch { get; } = new(
        "psnr_batch", "PSNR/16", "0.00", true, "Kim 2019's code: PSNR of the mean squared error over 16 faces in the set's order, mean over batches");

    public static Metric Fid { get; } = new("fid", "FID", "0.00", false, "Heusel 2017, pool3 of the TensorFlow Inception weights");

    public static Metric FrechetIdentity { get; } = new(
        "frechet_identity", "Frechet-id", "0.0000", false, "Frechet distance between the sets' embeddings by 'identity-eval'; no FID, and comparable with none");

    public static Metric FrechetResnet18 { get; } = new(
        "frechet_resnet18", "Frechet-r18", "0.0", false, "Frechet distance between the sets' pooled features of ML.NET's ResNet-18; no FID, and comparable with none");

    /// <summary>One number a face.</summary>
    public static IReadOnlyList<Metric> OfFaces { get; } =
        [Psnr, PsnrY, Ssim, SsimY, MsSsim, MsSsimProgressive, Lpips, LpipsVgg, PerceptualResnet18, Identity, Nme, LandmarkDistance, DataConsistency];

    /// <summary>One number for all faces together.</summary>
    public static IReadOnlyList<Metric> OfSets { get; } = [PsnrBatch, Fid, FrechetResnet18, FrechetIdentity];

    public static IReadOnlyList<Metric> All { get; } = [.. OfFaces, .. OfSets];

    /// <summary>Positive where <paramref name="a"/> is better than <paramref name="b"/>.</summary>
    public double Gain(double a, double b) => HigherIsBetter ? a - b : b - a;
}

/// <summary>The 95 % bootstrap interval of a mean.</summary>
public readonly record struct Interval(double Low, double High);
