using System.Runtime.InteropServices;
using NetVips;
using VipsImage = NetVips.Image;

namespace Revisage.Imaging;

/// <summary>libvips as this process uses it. It knows nothing of formats; <see cref="ImageFile"/> does.</summary>
internal static class Vips
{
    private static readonly Lazy<bool> started = new(Start);

    // libvips has one error buffer for the process. Work runs in parallel as readers; what fails runs once more
    // alone, so that the text that is then in the buffer is its own.
    private static readonly ReaderWriterLockSlim gate = new();

    // Native code keeps its address for as long as the process lives.
    private static readonly Log.LogDelegate silence = (_, _, _) => { };

    /// <summary>Loads libvips, if it is not there yet.</summary>
    /// <exception cref="MissingComponentException">It does not load here.</exception>
    public static void EnsureStarted() => _ = started.Value;

    /// <summary>
    /// Runs <paramref name="work"/>, which makes every libvips call of one job, from the first to the last pixel.
    /// After a failure it runs once more, alone.
    /// </summary>
    /// <exception cref="VipsException">It failed again; the message is libvips' own.</exception>
    /// <inheritdoc cref="EnsureStarted"/>
    public static T Run<T>(Func<T> work)
    {
        EnsureStarted();
        gate.EnterReadLock();
        try
        {
            return work();
        }
        catch (VipsException)
        {
        }
        finally
        {
            gate.ExitReadLock();
        }

        gate.EnterWriteLock();
        try
        {
            // Made only because making one empties the buffer of what others left there.
            _ = new VipsException();
            return work();
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    /// <summary>The image that a loader such as "pngload_source" makes of a source, whose pixels are decoded as they are read, top to bottom.</summary>
    public static VipsImage Load(string loader, Source source) =>
        (VipsImage)Operation.Call(loader, new VOption { { "access", Enums.Access.Sequential }, { "fail_on", Enums.FailOn.Error } }, source);

    /// <summary>Whether its values are sRGB of three 8-bit bands already, unless a profile says otherwise.</summary>
    public static bool IsPlainRgb24(VipsImage image) =>
        image.Bands == 3 && image.Format == Enums.BandFormat.Uchar && image.Interpretation == Enums.Interpretation.Srgb;

    /// <summary>EXIF's 1 to 8; 1 is upright.</summary>
    public static int Orientation(VipsImage image) =>
        image.Contains("orientation") && image.Get("orientation") is int and >= 1 and <= 8 and var orientation ? orientation : 1;

    /// <summary>The pixels of an image of three 8-bit bands.</summary>
    public static unsafe T ReadRgb24<T>(VipsImage image, PixelReader<T> read)
    {
        var bytes = image.WriteToMemory(out ulong length);
        try
        {
            return read(image.Width, image.Height, new ReadOnlySpan<byte>((void*)bytes, checked((int)length)));
        }
        finally
        {
            NetVips.NetVips.Free(bytes);
        }
    }

    private static bool Start()
    {
        Exception? reason;
        try
        {
            if (ModuleInitializer.VipsInitialized)
            {
                // Warnings about a file would go to standard error, past the one line that a failure gets.
                Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Message | Enums.LogLevelFlags.Info | Enums.LogLevelFlags.Debug, silence);
                Cache.Max = 0;
                NetVips.NetVips.Concurrency = 1;
                NetVips.NetVips.BlockUntrusted = true;
                return true;
            }

            reason = ModuleInitializer.Exception;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            reason = e;
        }

        throw new MissingComponentException(
            $"libvips does not load on {RuntimeInformation.RuntimeIdentifier}: {(reason?.GetBaseException().Message ?? "it does not start.").ReplaceLineEndings(" ")} "
            + "It comes with Revisage for Linux and Windows x64 and arm64, and macOS arm64: there, install Revisage again; elsewhere, install libvips 8.14 or newer (https://www.libvips.org/install.html).", reason!);
    }
}

/// <summary>Makes something of interleaved 8-bit RGB that lives as long as the call.</summary>
internal delegate T PixelReader<out T>(int width, int height, ReadOnlySpan<byte> rgb);
