using System.Runtime.InteropServices;
using NetVips;
using VipsImage = NetVips.Image;

namespace Revisage.Imaging;

/// <summary>
/// HEIC pictures, whose compression (HEVC) the libvips that comes with Revisage does not read, through the system's
/// libheif: the library that a system's libvips reads them with. A handle of one picture, upright as libheif gives it.
/// </summary>
internal sealed unsafe partial class HeicFile : IDisposable
{
    private const string Library = "libheif";
    private const int Hevc = 1;
    private const int Rgb = 1;
    private const int InterleavedRgb = 10;
    private const int InterleavedRgba = 11;
    private const int InterleavedChannel = 10;

    private static readonly string Remedy =
        OperatingSystem.IsLinux() ? "Install it with: sudo apt-get install libheif1" :
        OperatingSystem.IsMacOS() ? "Install it with: brew install libheif" : "Put libheif.dll (https://github.com/strukturag/libheif) on PATH";

    private static readonly string[] files =
        OperatingSystem.IsWindows() ? ["libheif.dll", "heif.dll"] :
        OperatingSystem.IsMacOS() ? ["libheif.1.dylib", "/opt/homebrew/lib/libheif.1.dylib", "/usr/local/lib/libheif.1.dylib"] : ["libheif.so.1"];

    private static readonly Lazy<nint> library = new(() => files.Select(file => NativeLibrary.TryLoad(file, out var handle) ? handle : 0).FirstOrDefault(handle => handle != 0));

    // What libheif reads from, for as long as the picture is open.
    private readonly byte[] bytes;
    private readonly string name;
    private readonly nint context;
    private readonly nint picture;

    static HeicFile() => NativeLibrary.SetDllImportResolver(typeof(HeicFile).Assembly, (wanted, _, _) => wanted == Library ? library.Value : 0);

    /// <param name="data">A whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="RevisageException">This system has no libheif, or one that does not decode HEVC, or the file is damaged.</exception>
    public HeicFile(ReadOnlySpan<byte> data, string name)
    {
        this.name = name;
        if (library.Value == 0)
        {
            throw new RevisageException($"'{name}' is HEIC, which is read through libheif, and this system has none. {Remedy}; or convert the picture to JPEG.");
        }

        if (HasDecoder(Hevc) == 0)
        {
            throw new RevisageException($"'{name}' is HEIC, and this system's libheif has no decoder for it (HEVC). Install one, such as libheif-plugin-libde265; or convert the picture to JPEG.");
        }

        bytes = GC.AllocateUninitializedArray<byte>(data.Length, pinned: true);
        data.CopyTo(bytes);
        context = NewContext();
        try
        {
            Check(Read(context, (void*)Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), (nuint)bytes.Length, 0));
            Check(PrimaryPicture(context, out picture));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether this system has what reads such pictures.</summary>
    internal static bool IsSupported => library.Value != 0 && HasDecoder(Hevc) != 0;

    public int Width => PictureWidth(picture);

    public int Height => PictureHeight(picture);

    /// <summary>Decodes the picture, with its colour profile as libvips names it.</summary>
    /// <exception cref="RevisageException">The file is damaged.</exception>
    public VipsImage Decode()
    {
        var bands = HasAlpha(picture) == 0 ? 3 : 4;
        Check(Decode(picture, out var decoded, Rgb, bands == 3 ? InterleavedRgb : InterleavedRgba, 0));
        try
        {
            var rows = Plane(decoded, InterleavedChannel, out var stride);
            var pixels = new byte[Height * Width * bands];
            for (var y = 0; y < Height; y++)
            {
                new ReadOnlySpan<byte>(rows + ((long)y * stride), Width * bands).CopyTo(pixels.AsSpan(y * Width * bands));
            }

            using var bare = VipsImage.NewFromMemory<byte>(pixels, Width, Height, bands, Enums.BandFormat.Uchar);
            using var coloured = bare.Copy(interpretation: Enums.Interpretation.Srgb);
            var profile = new byte[ProfileSize(picture)];
            if (profile.Length == 0)
            {
                return coloured.CopyMemory();
            }

            fixed (byte* to = profile)
            {
                Check(Profile(picture, to));
            }

            using var profiled = coloured.Mutate(image => image.Set(GValue.BlobType, "icc-profile-data", profile));
            return profiled.CopyMemory();
        }
        finally
        {
            ReleaseImage(decoded);
            GC.KeepAlive(bytes);
        }
    }

    public void Dispose()
    {
        if (picture != 0)
        {
            ReleasePicture(picture);
        }

        FreeContext(context);
    }

    private void Check(HeifError error)
    {
        if (error.Code != 0)
        {
            var reason = (Marshal.PtrToStringUTF8(error.Message) ?? "unknown error").ReplaceLineEndings(" ").TrimEnd('.', ' ');
            throw new RevisageException($"'{name}' cannot be decoded ({reason}): it is damaged, incomplete or too large. Copy or export it again.");
        }
    }

    [LibraryImport(Library, EntryPoint = "heif_have_decoder_for_format")]
    private static partial int HasDecoder(int compression);

    [LibraryImport(Library, EntryPoint = "heif_context_alloc")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "heif_context_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "heif_context_read_from_memory_without_copy")]
    private static partial HeifError Read(nint context, void* data, nuint length, nint options);

    [LibraryImport(Library, EntryPoint = "heif_context_get_primary_image_handle")]
    private static partial HeifError PrimaryPicture(nint context, out nint picture);

    [LibraryImport(Library, EntryPoint = "heif_image_handle_release")]
    private static partial void ReleasePicture(nint picture);

    [LibraryImport(Library, EntryPoint = "heif_image_handle_get_width")]
    private static partial int PictureWidth(nint picture);

    [LibraryImport(Library, EntryPoint = "heif_image_handle_get_height")]
    private static partial int PictureHeight(nint picture);

    [LibraryImport(Library, EntryPoint = "heif_image_handle_has_alpha_channel")]
    private static partial int HasAlpha(nint picture);

    [LibraryImport(Library, EntryPoint = "heif_image_handle_get_raw_color_profile_size")]
    private static partial nuint ProfileSize(nint picture);

    [LibraryImport(Library, EntryPoint = "heif_image_handle_get_raw_color_profile")]
    private static partial HeifError Profile(nint picture, void* to);

    [LibraryImport(Library, EntryPoint = "heif_decode_image")]
    private static partial HeifError Decode(nint picture, out nint image, int colourSpace, int chroma, nint options);

    [LibraryImport(Library, EntryPoint = "heif_image_get_plane_readonly")]
    private static partial byte* Plane(nint image, int channel, out int stride);

    [LibraryImport(Library, EntryPoint = "heif_image_release")]
    private static partial void ReleaseImage(nint image);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct HeifError
    {
        public readonly int Code;
        public readonly int Subcode;
        public readonly nint Message;
    }
}
