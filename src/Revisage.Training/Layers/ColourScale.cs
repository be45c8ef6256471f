namespace Revisage.Training.Layers;

/// <summary>The step that brings colours to what a network was trained with: (x - shift) / scale, with numbers of each colour's own.</summary>
public sealed class ColourScale(IReadOnlyList<double> shift, IReadOnlyList<double> scale)
{
    /// <param name="x">[N, C, H, W], with as many channels as there are numbers.</param>
    public FeatureMap Of(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        FeatureMap[] colours = [.. x.Split(shift.Count, 1).Select((colour, i) => (colour - shift[i]) * (1 / scale[i]))];
        return colours[0].Concat(colours[1..]);
    }
}
