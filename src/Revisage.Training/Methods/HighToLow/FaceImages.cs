using Revisage.Degradations;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>Between a network's numbers and pictures, for validations.</summary>
internal static class FaceImages
{
    /// <param name="planes">[N, 3, side, side] in <paramref name="range"/>.</param>
    public static IEnumerable<Image> Of(float[] planes, int side, ValueRange range)
    {
        foreach (var values in planes.Chunk(3 * side * side))
        {
            range.ToUnit(values, values);
            yield return new Image(side, side, values);
        }
    }

    public static IEnumerable<Image> Of(Tensor planes, ValueRange range) => Of(planes.ToArray(), (int)planes.Shape[2], range);

    /// <summary>The same N(0, 1) for a face at each validation.</summary>
    /// <param name="first">The number of the first of <paramref name="faces"/> draws.</param>
    public static Tensor Noise(long first, int faces, int numbers)
    {
        var values = new float[faces * numbers];
        for (var i = 0; i < faces; i++)
        {
            var random = new SampleRandom(0, first + i);
            NormalNumbers.Fill(ref random, values.AsSpan(i * numbers, numbers));
        }

        return Tensor.Of(values, faces, numbers);
    }
}
