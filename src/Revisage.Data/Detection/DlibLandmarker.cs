using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Detection;

/// <summary>
/// dlib's 68 landmarks: an ensemble of regression trees (Kazemi and Sullivan, CVPR 2014) trained on 300-W. Points
/// are found to fractions of a pixel. Safe to use from many threads.
/// </summary>
/// <remarks>300-W's licence excludes commercial use, and its authors ask to be asked before the model is used so.</remarks>
public sealed unsafe class DlibLandmarker : IDisposable
{
    /// <summary>Names another model file than Debian's.</summary>
    public const string Override = "REVISAGE_LANDMARKS";

    private const string DebianModel = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

    private nint predictor;

    /// <summary>Opens Debian's model, or the one that REVISAGE_LANDMARKS names.</summary>
    /// <exception cref="MissingComponentException">The model or the bridge to dlib is not there.</exception>
    /// <exception cref="RevisageException">The model is damaged.</exception>
    public DlibLandmarker() : this(Environment.GetEnvironmentVariable(Override) is { Length: > 0 } named ? named : DebianModel)
    {
    }

    internal DlibLandmarker(string model)
    {
        if (!File.Exists(model))
        {
            throw new MissingComponentException(
                $"dlib's landmark model is not at '{model}'. Run 'apt-get install libdlib-data', or name the unpacked file in {Override}.");
        }

        if (NativeDlib.CreatePredictor(model, out predictor) != 0)
        {
            throw new RevisageException(
                $"'{model}' is not dlib's model of 68 landmarks: {NativeDlib.Error}. Run 'apt-get install --reinstall libdlib-data', or unpack it if it is compressed.");
        }
    }

    /// <summary>The landmarks of the face in a box like those of <see cref="DlibDetector"/>.</summary>
    public Landmarks Find(RgbPicture picture, FaceBox box)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ObjectDisposedException.ThrowIf(predictor == 0, this);
        var (left, top) = ((int)Math.Round(box.Left), (int)Math.Round(box.Top));
        var (right, bottom) = ((int)Math.Round(box.Left + box.Width) - 1, (int)Math.Round(box.Top + box.Height) - 1);
        if (right <= left || bottom <= top)
        {
            throw new ArgumentException($"A box of {box.Width:G4}x{box.Height:G4} pixels holds no face.", nameof(box));
        }

        var points = stackalloc float[2 * Landmarks.Count];
        fixed (byte* rgb = picture.Rgb)
        {
            if (NativeDlib.Landmarks(predictor, rgb, picture.Width, picture.Height, left, top, right, bottom, points) != 0)
            {
                throw new RevisageException($"dlib finds no landmarks: {NativeDlib.Error}");
            }
        }

        return new Landmarks(new ReadOnlySpan<Vector2>(points, Landmarks.Count));
    }

    public void Dispose()
    {
        NativeDlib.ReleasePredictor(predictor);
        predictor = 0;
    }
}
