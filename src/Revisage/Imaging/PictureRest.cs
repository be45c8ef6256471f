namespace Revisage.Imaging;

/// <summary>What a picture's file holds and its <see cref="Image"/> does not.</summary>
/// <param name="FurtherFrames">Frames or pages after the first, which alone is read.</param>
/// <param name="Transparency">Whether some pixel was not opaque; such are shown over mid-grey.</param>
public readonly record struct PictureRest(int FurtherFrames, bool Transparency)
{
    /// <summary>To stand behind the picture's name: "has 3 further frames, which are left out"; null where nothing is lost.</summary>
    public string? Describe() => (FurtherFrames, Transparency) switch
    {
        (0, false) => null,
        (0, true) => "is transparent in places, which are shown over mid-grey",
        (_, false) => Frames,
        _ => $"{Frames}, and is transparent in places, which are shown over mid-grey",
    };

    private string Frames => $"has {FurtherFrames} further {(FurtherFrames == 1 ? "frame, which is" : "frames, which are")} left out";
}
