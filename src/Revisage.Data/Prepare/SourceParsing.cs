using System.Numerics;
using Revisage.Data.Crops;
using Revisage.Data.GroundTruth;
using Revisage.Imaging;

namespace Revisage.Data.Prepare;

/// <summary>
/// A dataset's own parsing map, in the size that it has: one picture whose values are classes, or CelebAMask-HQ's one
/// picture a class (<c>00000_l_eye.png</c>).
/// </summary>
internal sealed class SourceParsing(int width, int height, byte[] labels)
{
    // CelebAMask-HQ's g_mask.py, which draws them in this order, later ones over earlier.
    private static readonly (string Suffix, FaceClass Class)[] Layers =
    [
        ("skin", FaceClass.Skin), ("nose", FaceClass.Nose), ("eye_g", FaceClass.Glasses), ("l_eye", FaceClass.LeftEye), ("r_eye", FaceClass.RightEye),
        ("l_brow", FaceClass.LeftBrow), ("r_brow", FaceClass.RightBrow), ("l_ear", FaceClass.LeftEar), ("r_ear", FaceClass.RightEar),
        ("mouth", FaceClass.Mouth), ("u_lip", FaceClass.UpperLip), ("l_lip", FaceClass.LowerLip), ("hair", FaceClass.Hair), ("hat", FaceClass.Hat),
        ("ear_r", FaceClass.Earring), ("neck_l", FaceClass.Necklace), ("neck", FaceClass.Neck), ("cloth", FaceClass.Cloth),
    ];

    /// <exception cref="RevisageException">A file is absent or damaged, or no such map.</exception>
    public static SourceParsing Load(IReadOnlyList<string> files)
    {
        if (files.Count == 1 && LayerOf(files[0]) < 0)
        {
            var (width, height, values) = IndexedPng.Decode(PictureBytes.Read(files[0]), files[0]);
            return values.AsSpan().IndexOfAnyInRange((byte)ParsingMaps.Classes, byte.MaxValue) is >= 0 and var at
                ? throw new RevisageException($"'{files[0]}' holds the class {values[at]}, but CelebAMask-HQ's go from 0 to {ParsingMaps.Classes - 1}. Number them as it does.")
                : new SourceParsing(width, height, values);
        }

        SourceParsing? merged = null;
        foreach (var (file, layer) in files.Select(file => (file, layer: LayerOf(file))).OrderBy(pair => pair.layer))
        {
            if (layer < 0)
            {
                throw new RevisageException($"'{file}' should end in a class of CelebAMask-HQ, such as _skin.png, and does not. Rename or remove it.");
            }

            merged = Draw(merged, RgbPicture.Of(ImageFile.Load(file)), Layers[layer].Class, file);
        }

        return merged ?? throw new ArgumentException("A parsing map has one file or more.", nameof(files));
    }

    /// <summary>The classes at a picture's own pixels; the map may have another size than the picture.</summary>
    public byte[] At(int pictureWidth, int pictureHeight) =>
        width == pictureWidth && height == pictureHeight ? labels : Sample(Matrix3x2.Identity, pictureWidth, pictureHeight, pictureWidth, pictureHeight);

    /// <summary>The classes of a crop's pixels, each that of the nearest label; background beyond the photograph.</summary>
    public byte[] Cut(CropPlan plan, int photographWidth, int photographHeight)
    {
        Matrix3x2.Invert(plan.Transform, out var back);
        return Sample(back, plan.Width, plan.Height, photographWidth, photographHeight);
    }

    private byte[] Sample(Matrix3x2 toPhotograph, int targetWidth, int targetHeight, int photographWidth, int photographHeight)
    {
        var cut = new byte[targetWidth * targetHeight];
        for (var y = 0; y < targetHeight; y++)
        {
            for (var x = 0; x < targetWidth; x++)
            {
                var from = Vector2.Transform(new Vector2(x, y), toPhotograph);
                var column = (int)Math.Floor((from.X + 0.5) * width / photographWidth);
                var row = (int)Math.Floor((from.Y + 0.5) * height / photographHeight);
                cut[y * targetWidth + x] = column >= 0 && column < width && row >= 0 && row < height ? labels[row * width + column] : (byte)0;
            }
        }

        return cut;
    }

    private static SourceParsing Draw(SourceParsing? under, RgbPicture layer, FaceClass value, string file)
    {
        var map = under ?? new SourceParsing(layer.Width, layer.Height, new byte[layer.Width * layer.Height]);
        return map.Draw(layer, value)
            ? map
            : throw new RevisageException($"'{file}' is {layer.Width}x{layer.Height}, but the other classes of that face are not. Export them at one size.");
    }

    private bool Draw(RgbPicture layer, FaceClass value)
    {
        if (layer.Width != width || layer.Height != height)
        {
            return false;
        }

        for (var i = 0; i < labels.Length; i++)
        {
            if (layer.Rgb[3 * i] != 0)
            {
                labels[i] = (byte)value;
            }
        }

        return true;
    }

    private static int LayerOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return Array.FindIndex(Layers, layer => name.EndsWith("_" + layer.Suffix, StringComparison.Ordinal));
    }
}
