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

/// <summary>The one place where small faces are made of large ones, with 8 bits a value.</summary>
public static class Shrinking
{
    /// <exception cref="RevisageException">Averages of blocks are asked for, and the size does not divide the picture's.</exception>
    public static RgbPicture Shrunk(this RgbPicture picture, int width, int height, ShrinkMethod method)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return method switch
        {
            ShrinkMethod.Average => Average(picture, width, height),
            ShrinkMethod.BilinearChain => Halve(picture, width, height),
            _ => Resized(picture, width, height, method),
        };
    }

    private static RgbPicture Halve(RgbPicture picture, int width, int height)
    {
        // The first step takes whatever is left over, as Progressive goes from 178 to 128 and then by halves.
        var (w, h) = (width, height);
        while (2 * w <= picture.Width && 2 * h <= picture.Height)
        {
            (w, h) = (2 * w, 2 * h);
        }

        for (; w >= width; (w, h) = (w / 2, h / 2))
        {
            picture = Resized(picture, w, h, ShrinkMethod.Bilinear);
        }

        return picture;
    }

    private static RgbPicture Resized(RgbPicture picture, int width, int height, ShrinkMethod method)
    {
        if (picture.Width == width && picture.Height == height)
        {
            return picture;
        }

        var target = new byte[3 * width * height];
        if (method == ShrinkMethod.Matlab)
        {
            MatlabResize.Resize(picture.Rgb, picture.Width, picture.Height, target, width, height);
        }
        else
        {
            var filter = method switch
            {
                ShrinkMethod.Nearest => ResampleFilter.Nearest,
                ShrinkMethod.Bilinear => ResampleFilter.Bilinear,
                _ => ResampleFilter.Bicubic,
            };
            PillowResize.Resize(picture.Rgb, picture.Width, picture.Height, target, width, height, filter);
        }

        return new RgbPicture(target, width, height);
    }

    private static RgbPicture Average(RgbPicture picture, int width, int height)
    {
        var (across, down) = (picture.Width / width, picture.Height / height);
        if (across * width != picture.Width || down * height != picture.Height)
        {
            throw new RevisageException(
                $"Averages of blocks cannot bring {picture.Width}x{picture.Height} to {width}x{height}, which does not divide it. Choose sizes that do, or another method.");
        }

        var count = across * down;
        var target = new byte[3 * width * height];
        var sums = new int[3 * width];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (var row = y * down; row < (y + 1) * down; row++)
            {
                var pixels = picture.Rgb.AsSpan(3 * row * picture.Width, 3 * picture.Width);
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

        return new RgbPicture(target, width, height);
    }
}
