using Revisage.Evaluation;
using Revisage.Imaging;

namespace Revisage.Training.Tests;

/// <summary>
/// A folder of pictures with an index. Picture i is red by i tenths; green says the side (0 left, 1 right), blue the
/// column (x / side): what a sample shows tells how it was drawn.
/// </summary>
internal sealed class SyntheticFaces : IDisposable
{
    /// <param name="hr">Pixels of the face; <paramref name="side"/> is the picture's.</param>
    public SyntheticFaces(int train, int val, int side, int hr)
    {
        var lines = new List<string> { "file,set,split,hr" };
        for (var i = 0; i < train + val; i++)
        {
            ImageFile.Save(Draw(i, side), Path.Combine(Folder, $"{i}.png"));
            lines.Add($"{i}.png,synthetic,{(i < train ? "train" : "val")},{hr}");
        }

        File.WriteAllLines(Path.Combine(Folder, "index.csv"), lines);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-faces-").FullName;

    public FaceSet Open() => FaceSet.Open(Folder);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static Image Draw(int i, int side)
    {
        var pixels = new float[3 * side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                pixels[y * side + x] = i / 10f;
                pixels[(side + y) * side + x] = x < side / 2 ? 0 : 1;
                pixels[(2 * side + y) * side + x] = (float)x / side;
            }
        }

        return new Image(side, side, pixels);
    }
}
