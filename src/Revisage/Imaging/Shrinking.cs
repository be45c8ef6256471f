namespace Revisage.Imaging;

/// <summary>How a large face becomes a small one.</summary>
public enum ShrinkMethod
{
    /// <summary>Pillow's bicubic: this project's protocol, and that of DIC and W-Net.</summary>
    Bicubic,

    /// <summary>MATLAB's <c>imresize</c>, bicubic: GWAInet, and most tables of the field.</summary>
    Matlab,

    /// <summary>Pillow's bilinear.</summary>
    Bilinear,

    /// <summary>Pillow's nearest.</summary>
    Nearest,

    /// <summary>Means of blocks: the pixel target of High-to-Low. The size must divide the picture's.</summary>
    Average,

    /// <summary>Pillow's bilinear to one half, again and again, with 8 bits between: Progressive.</summary>
    BilinearChain,
}

/// <summary>The one place where small faces are made of large ones; 8 bits a value.</summary>
public static class Shrinking
{
    /// <param name="rgb">[height, width, 3].</param>
    /// <returns>[targetHeight, targetWidth, 3].</returns>
    /// <exception cref="RevisageException">Averages of blocks are asked for, and the size does not divide the picture's.</exception>
    public static byte[] Shrink(ReadOnlySpan<byte> rgb, int width, int height, int targetWidth, int targetHeight, ShrinkMethod method)
    {
        Rgb24.CheckSize(rgb.Length, width, height, nameof(rgb));
        return method switch
        {
            ShrinkMethod.Average => Average(rgb, width, height, targetWidth, targetHeight),
            ShrinkMethod.BilinearChain => Halve(rgb, width, height, targetWidth, targetHeight),
            _ => Resized(rgb, width, height, targetWidth, targetHeight, method),
        };
    }

    /// <summary>As <see cref="Shrink(ReadOnlySpan{byte}, int, int, int, int, ShrinkMethod)"/>, rounding the picture to 8 bits first.</summary>
    public static Image Shrink(Image image, int width, int height, ShrinkMethod method)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Image.FromRgb24(width, height, Shrink(image.ToRgb24(), image.Width, image.Height, width, height, method));
    }

    private static byte[] Halve(ReadOnlySpan<byte> rgb, int width, int height, int targetWidth, int targetHeight)
    {
        // The first step takes whatever is left over, as Progressive goes from 178 to 128 and then by halves.
        var (w, h) = (targetWidth, targetHeight);
        while (2 * w <= width && 2 * h <= height)
        {
            (w, h) = (2 * w, 2 * h);
        }

        var picture = rgb.ToArray();
        for (; w >= targetWidth; (w, h) = (w / 2, h / 2))
        {
            picture = Resized(picture, width, height, w, h, ShrinkMethod.Bilinear);
            (width, height) = (w, h);
        }

        return picture;
    }

    private static byte[] Resized(ReadOnlySpan<byte> rgb, int width, int height, int targetWidth, int targetHeight, ShrinkMethod method)
    {
        if (width == targetWidth && height == targetHeight)
        {
            return rgb.ToArray();
        }

        var target = new byte[3 * targetWidth * targetHeight];
        if (method == ShrinkMethod.Matlab)
        {
            MatlabResize.Resize(rgb, width, height, target, targetWidth, targetHeight);
        }
        else
        {
            var filter = method switch
            {
                ShrinkMethod.Nearest => ResampleFilter.Nearest,
                ShrinkMethod.Bilinear => ResampleFilter.Bilinear,
                _ => ResampleFilter.Bicubic,
            };
            PillowResize.Resize(rgb, width, height, target, targetWidth, targetHeight, filter);
        }

        return target;
    }

    private static byte[] Average(ReadOnlySpan<byte> rgb, int fromWidth, int fromHeight, int width, int height)
    {
        var (across, down) = (fromWidth / width, fromHeight / height);
        if (across * width != fromWidth || down * height != fromHeight)
        {
            throw new RevisageException(
                $"Averages of blocks cannot bring {fromWidth}x{fromHeight} to {width}x{height}, which does not divide it. Choose sizes that do, or another method.");
        }

        var count = across * down;
        var target = new byte[3 * width * height];
        var sums = new int[3 * width];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (var row = y * down; row < (y + 1) * down; row++)
            {
                var pixels = rgb.Slice(3 * row * fromWidth, 3 * fromWidth);
                for (int x = 0, from = 0; x < width; x++)
                {
                    for (var k = 0; k < across; k++, from += 3)
                    {
                        sums[3 * x] += pixels[from];
                        sums[3 * x + 1] += pixels[from + 1];
                        sums[3 * x + 2] += pixels[from + 2];
                    }
                }
            }

            for (var i = 0; i < sums.Length; i++)
            {
                target[y * sums.Length + i] = (byte)((sums[i] + count / 2) / count);
            }
        }

        return target;
    }
}
