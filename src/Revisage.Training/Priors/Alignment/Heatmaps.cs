using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Faces;
using Revisage.Torch;

namespace Revisage.Training.Priors.Alignment;

/// <summary>Landmark heatmaps of a whole batch.</summary>
public static class Heatmaps
{
    /// <returns>[N, 68, side, side]: see <see cref="LandmarkHeatmaps"/>.</returns>
    /// <param name="sigma">Standard deviation in pixels of a map.</param>
    public static Tensor Of(FaceBatch batch, int side, double sigma)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var face = Landmarks.Count * side * side;
        var maps = System.Buffers.ArrayPool<float>.Shared.Rent(batch.Size * face);
        try
        {
            for (var i = 0; i < batch.Size; i++)
            {
                LandmarkHeatmaps.Draw(batch.LandmarksOf(i), (double)side / batch.HighResSide, side, sigma, maps.AsSpan(i * face, face));
            }

            return Tensor.Of(maps.AsSpan(0, batch.Size * face), batch.Size, Landmarks.Count, side, side);
        }
        finally
        {
            System.Buffers.ArrayPool<float>.Shared.Return(maps);
        }
    }
}
