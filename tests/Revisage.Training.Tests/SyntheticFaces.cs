using System.Globalization;
using Revisage.Data;
using Revisage.Imaging;

namespace Revisage.Training.Tests;

/// <summary>
/// A folder of pictures with an index. Picture i is red by i tenths; green says the side (0 left, 1 right), blue the
/// column (x / side): what a sample shows tells how it was drawn.
/// </summary>
internal sealed class SyntheticFaces : IDisposable
{
    /// <param name="hr">Pixels of the face; <paramref name="side"/> is the picture's.</param>
    /// <param name="annotated">
    /// With landmarks (point k at column k, row i, counted from 1), parsing maps (left half skin, right half class 4), and
    /// people of two pictures each, of whom age, gender and ethnicity are known.
    /// </param>
    public SyntheticFaces(int train, int val, int side, int hr, bool annotated = false)
    {
        var lines = new List<string> { "file,set,split,hr" + (annotated ? ",identity,age,gender,ethnicity" : "") };
        var landmarks = new List<string> { "file" + string.Concat(Enumerable.Range(0, Faces.Landmarks.Count).Select(k => $",x{k},y{k}")) };
        for (var i = 0; i < train + val; i++)
        {
            ImageFile.Save(Draw(i, side), Path.Combine(Folder, $"{i}.png"));
            var split = i < train ? "train" : "val";
            lines.Add($"{i}.png,synthetic,{split},{hr}" + (annotated ? $",{split}-{i / 2},{10 * i},{(i % 2 == 0 ? "f" : "m")},asian" : ""));
            if (annotated)
            {
                landmarks.Add($"{i}.png" + string.Concat(Enumerable.Range(1, Faces.Landmarks.Count).Select(k => string.Create(CultureInfo.InvariantCulture, $",{k},{i + 1}"))));
                var classes = new byte[side * side];
                for (var at = 0; at < classes.Length; at++)
                {
                    classes[at] = (byte)(at % side < side / 2 ? 1 : 4);
                }

                Directory.CreateDirectory(Path.Combine(Folder, "masks"));
                File.WriteAllBytes(Path.Combine(Folder, "masks", $"{i}.png"), IndexedPng.Encode(classes, side, side));
            }
        }

        File.WriteAllLines(Path.Combine(Folder, "index.csv"), lines);
        if (annotated)
        {
            File.WriteAllLines(Path.Combine(Folder, "landmarks.csv"), landmarks);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-faces-").FullName;

    public IFaceSource Open() => FolderSource.Open(Folder);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static Image Draw(int i, int side)
    {
        var pixels = new float[3 * side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                pixels[y * side + x] = i % 11 / 10f;
                pixels[(side + y) * side + x] = x < side / 2 ? 0 : 1;
                pixels[(2 * side + y) * side + x] = (float)x / side;
            }
        }

        return new Image(side, side, pixels);
    }
}
