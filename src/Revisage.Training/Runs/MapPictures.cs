using Revisage.Imaging;
using Revisage.Torch;

namespace Revisage.Training.Runs;

/// <summary>What networks give besides faces, for people to look at.</summary>
internal static class MapPictures
{
    // Of the first maps; a fourth is drawn grey.
    private const int Colours = 3;

    /// <summary>Each face's maps in one picture, held to [0, 1]: a single map and a fourth one grey, others red, green and blue.</summary>
    /// <param name="maps">[N, C, H, W], C from 1 to 4.</param>
    public static IEnumerable<Image> Of(Tensor maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        var shape = maps.Shape;
        var (count, height, width) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var pixels = height * width;
        foreach (var face in maps.Clamp(0, 1).ToArray().Chunk(count * pixels))
        {
            var picture = new float[Colours * pixels];
            for (var map = 0; map < count; map++)
            {
                for (var colour = 0; colour < Colours; colour++)
                {
                    for (var i = 0; i < pixels && (count == 1 || map == colour || map == Colours); i++)
                    {
                        picture[colour * pixels + i] = Math.Max(picture[colour * pixels + i], (map == Colours ? 0.6f : 1) * face[map * pixels + i]);
                    }
                }
            }

            yield return new Image(width, height, picture);
        }
    }
}
