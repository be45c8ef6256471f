using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Evaluation;

/// <summary>Faces that are none, in a folder of their own: 128 pixels of one grey, or a ramp and noise.</summary>
internal sealed class SyntheticFaces : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public string Folder => folder;

    public FaceImage Plain(string set, int grey) => Save(set, $"{set}-{grey}.png", ImagingFixtures.Plain(128, 128, (byte)grey, (byte)grey, (byte)grey));

    public FaceImage Noisy(string set, int seed) => Save(set, $"{set}-noisy-{seed}.png", Image.FromRgb24(128, 128, ImagingFixtures.Noise(seed, 128, 128)));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private FaceImage Save(string set, string name, Image image)
    {
        var path = Path.Combine(folder, name);
        ImageFile.Save(image, path);
        return new FaceImage(path, set, "val", null, null, null, null, 128);
    }
}
