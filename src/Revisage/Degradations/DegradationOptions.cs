using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Degradations;

/// <summary>
/// How training makes small faces from large ones. What is set is applied in the order of these properties, as in
/// real cameras and files: blurred, shrunk, noisy, compressed (Zhang et al., ICCV 2021, section 3). The default is
/// plain bicubic shrinking.
/// </summary>
public sealed record DegradationOptions
{
    /// <summary>Standard deviation of a Gaussian blur, in pixels of the large face.</summary>
    public Interval? Blur { get; init; }

    /// <summary>Length of a motion blur in any direction, in pixels of the large face.</summary>
    public Interval? Motion { get; init; }

    /// <summary>Side of a box blur, in whole pixels of the large face.</summary>
    public Interval? Box { get; init; }

    public ShrinkMethod Shrink { get; init; } = ShrinkMethod.Bicubic;

    /// <summary>
    /// An exported High-to-Low, by name or as a file, that makes the small face in the place of <see cref="Shrink"/>; null for
    /// none. It takes faces of the recipe's large size.
    /// </summary>
    public string? Learned { get; init; }

    /// <summary>Standard deviation of noise on the small face, in grey levels of 255.</summary>
    public Interval? Noise { get; init; }

    /// <summary>Quality of a JPEG of the small face, 1 to 100.</summary>
    public Interval? Jpeg { get; init; }

    /// <summary>
    /// Blind: what faces of photographs went through, by chance, in the place of everything above; null for what is set above.
    /// </summary>
    public PhotographOptions? Photograph { get; init; }

    /// <summary>The steps, from any picture to one of the given size.</summary>
    /// <exception cref="RevisageException">An interval is upside down or beyond what its step takes.</exception>
    public DegradationChain ToChain(int width, int height)
    {
        if (Photograph is not null)
        {
            return this == new DegradationOptions { Photograph = Photograph }
                ? new DegradationChain(new Photograph(Photograph, width))
                : throw new RevisageException("The recipe's degradation.photograph draws blur, shrinking, noise and JPEG itself. Leave out the other keys of degradation, or photograph.");
        }

        List<IDegradation> steps = [];
        // A blur of 50 pixels leaves nothing of any face.
        Add("blur", Blur, 0, 50, range => new GaussianBlur(range));
        Add("motion", Motion, 0, 50, range => new MotionBlur(range));
        Add("box", Box, 1, 50, range => new BoxBlur(range));
        steps.Add(Learned is null ? new Shrink(width, height, Shrink) : OnnxDegradation.Open(ModelStore.Default.Find(Learned), width, height));
        Add("noise", Noise, 0, 255, range => new GaussianNoise(range));
        Add("jpeg", Jpeg, 1, 100, range => new Jpeg(range));
        return new DegradationChain(steps);

        void Add(string key, Interval? range, double least, double most, Func<Interval, IDegradation> step)
        {
            if (range is not null)
            {
                steps.Add(step(range.Checked($"degradation.{key}", least, most)));
            }
        }
    }
}
