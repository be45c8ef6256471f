using Revisage.Imaging;

namespace Revisage.Degradations;

/// <summary>Blur by a Gaussian that may be wider one way than the other, as of a lens off its axis; cut off at three standard deviations.</summary>
public static class OvalBlur
{
    /// <param name="wide">Standard deviation along <paramref name="angle"/>, in pixels; none at 0.</param>
    /// <param name="narrow">Standard deviation across, in pixels.</param>
    /// <param name="angle">In radians, from the right downwards.</param>
    public static RgbPicture Of(RgbPicture picture, double wide, double narrow, double angle)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var reach = (int)Math.Ceiling(3 * wide);
        if (reach == 0)
        {
            return picture;
        }

        // Narrower than this a line of samples would miss its middle.
        narrow = Math.Max(narrow, 0.1);
        wide = Math.Max(wide, narrow);
        var (sine, cosine) = Math.SinCos(angle);
        var kernel = new Dictionary<(int X, int Y), float>();
        var total = 0.0;
        for (var y = -reach; y <= reach; y++)
        {
            for (var x = -reach; x <= reach; x++)
            {
                var (along, across) = ((x * cosine + y * sine) / wide, (y * cosine - x * sine) / narrow);
                var weight = Math.Exp(-0.5 * (along * along + across * across));
                kernel[(x, y)] = (float)weight;
                total += weight;
            }
        }

        return Convolution.Sparse(picture, kernel.ToDictionary(place => place.Key, place => (float)(place.Value / total)), reach);
    }
}
