using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Revisage.Imaging;

/// <summary>
/// libvips 8.14 or newer through its non-variadic GObject calls, bound by address so that a missing library is an
/// error text and not a crash. It knows nothing of formats; <see cref="ImageFile"/> does.
/// </summary>
internal sealed unsafe class Vips
{
    private static readonly Lazy<Vips> Loaded = new(() => new Vips());

    // libvips has one error buffer for the process. Work runs in parallel as readers; what fails runs once more
    // alone, so that the text that is then in the buffer is its own.
    private static readonly ReaderWriterLockSlim Gate = new();

    private static readonly string[] WindowsCompanions = ["libgobject-2.0-0.dll", "libglib-2.0-0.dll"];

    private readonly nint imageType;
    private readonly nint blobType;
    private readonly nint sourceType;
    private readonly delegate* unmanaged<byte*, byte*, nint> typeFind;
    private readonly delegate* unmanaged<byte*, nint> operationNew;
    private readonly delegate* unmanaged<nint, nint> operationBuild;
    private readonly delegate* unmanaged<nint, byte*, byte*, int> setFromString;
    private readonly delegate* unmanaged<nint, void> unrefOutputs;
    private readonly delegate* unmanaged<byte*, nint> sourceFromFile;
    private readonly delegate* unmanaged<void*, nuint, nint> sourceFromMemory;
    private readonly delegate* unmanaged<void*, nuint, int, int, int, int, nint> imageFromMemory;
    private readonly delegate* unmanaged<nint, nint> copyToMemory;
    private readonly delegate* unmanaged<nint, nuint*, void*> writeToMemory;
    private readonly delegate* unmanaged<nint, int> imageWidth;
    private readonly delegate* unmanaged<nint, int> imageHeight;
    private readonly delegate* unmanaged<nint, int> imageBands;
    private readonly delegate* unmanaged<nint, int> imageFormat;
    private readonly delegate* unmanaged<nint, int> imageInterpretation;
    private readonly delegate* unmanaged<nint, int> imageOrientation;
    private readonly delegate* unmanaged<nint, int> imageHasAlpha;
    private readonly delegate* unmanaged<nint, byte*, nint> imageFieldType;
    private readonly delegate* unmanaged<nint, nuint*, void*> blobGet;
    private readonly delegate* unmanaged<byte*> errorBuffer;
    private readonly delegate* unmanaged<void> errorClear;
    private readonly delegate* unmanaged<void> threadShutdown;
    private readonly delegate* unmanaged<GValue*, nint, GValue*> valueInit;
    private readonly delegate* unmanaged<GValue*, void> valueUnset;
    private readonly delegate* unmanaged<GValue*, nint, void> valueSetObject;
    private readonly delegate* unmanaged<GValue*, nint> valueDupObject;
    private readonly delegate* unmanaged<GValue*, nint> valueGetBoxed;
    private readonly delegate* unmanaged<nint, byte*, GValue*, void> setProperty;
    private readonly delegate* unmanaged<nint, byte*, GValue*, void> getProperty;
    private readonly delegate* unmanaged<nint, void> objectUnref;
    private readonly delegate* unmanaged<void*, void> free;

    private Vips()
    {
        var libraries = Load();

        nint Find(string function)
        {
            foreach (var library in libraries)
            {
                if (NativeLibrary.TryGetExport(library, function, out var address))
                    return address;
            }

            throw new MissingComponentException($"The libvips found here has no '{function}': it is too old. {Component.Remedy}");
        }

        typeFind = (delegate* unmanaged<byte*, byte*, nint>)Find("vips_type_find");
        operationNew = (delegate* unmanaged<byte*, nint>)Find("vips_operation_new");
        operationBuild = (delegate* unmanaged<nint, nint>)Find("vips_cache_operation_build");
        setFromString = (delegate* unmanaged<nint, byte*, byte*, int>)Find("vips_object_set_argument_from_string");
        unrefOutputs = (delegate* unmanaged<nint, void>)Find("vips_object_unref_outputs");
        sourceFromFile = (delegate* unmanaged<byte*, nint>)Find("vips_source_new_from_file");
        sourceFromMemory = (delegate* unmanaged<void*, nuint, nint>)Find("vips_source_new_from_memory");
        imageFromMemory = (delegate* unmanaged<void*, nuint, int, int, int, int, nint>)Find("vips_image_new_from_memory");
        copyToMemory = (delegate* unmanaged<nint, nint>)Find("vips_image_copy_memory");
        writeToMemory = (delegate* unmanaged<nint, nuint*, void*>)Find("vips_image_write_to_memory");
        imageWidth = (delegate* unmanaged<nint, int>)Find("vips_image_get_width");
        imageHeight = (delegate* unmanaged<nint, int>)Find("vips_image_get_height");
        imageBands = (delegate* unmanaged<nint, int>)Find("vips_image_get_bands");
        imageFormat = (delegate* unmanaged<nint, int>)Find("vips_image_get_format");
        imageInterpretation = (delegate* unmanaged<nint, int>)Find("vips_image_get_interpretation");
        imageOrientation = (delegate* unmanaged<nint, int>)Find("vips_image_get_orientation");
        imageHasAlpha = (delegate* unmanaged<nint, int>)Find("vips_image_hasalpha");
        imageFieldType = (delegate* unmanaged<nint, byte*, nint>)Find("vips_image_get_typeof");
        blobGet = (delegate* unmanaged<nint, nuint*, void*>)Find("vips_blob_get");
        errorBuffer = (delegate* unmanaged<byte*>)Find("vips_error_buffer");
        errorClear = (delegate* unmanaged<void>)Find("vips_error_clear");
        threadShutdown = (delegate* unmanaged<void>)Find("vips_thread_shutdown");
        valueInit = (delegate* unmanaged<GValue*, nint, GValue*>)Find("g_value_init");
        valueUnset = (delegate* unmanaged<GValue*, void>)Find("g_value_unset");
        valueSetObject = (delegate* unmanaged<GValue*, nint, void>)Find("g_value_set_object");
        valueDupObject = (delegate* unmanaged<GValue*, nint>)Find("g_value_dup_object");
        valueGetBoxed = (delegate* unmanaged<GValue*, nint>)Find("g_value_get_boxed");
        setProperty = (delegate* unmanaged<nint, byte*, GValue*, void>)Find("g_object_set_property");
        getProperty = (delegate* unmanaged<nint, byte*, GValue*, void>)Find("g_object_get_property");
        objectUnref = (delegate* unmanaged<nint, void>)Find("g_object_unref");
        free = (delegate* unmanaged<void*, void>)Find("g_free");

        // Warnings about a file would go to standard error, past the one line that a failure gets.
        var setLogHandler = (delegate* unmanaged<byte*, int, delegate* unmanaged[Cdecl]<byte*, int, byte*, nint, void>, nint, uint>)Find("g_log_set_handler");
        var init = (delegate* unmanaged<byte*, int>)Find("vips_init");
        fixed (byte* domain = "VIPS\0"u8, program = "revisage\0"u8)
        {
            const int warningMessageInfoDebug = 0xF0;
            setLogHandler(domain, warningMessageInfoDebug, &Ignore, 0);
            if (init(program) != 0)
                throw new MissingComponentException($"libvips does not start: {ErrorText()} {Component.Remedy}");
        }

        ((delegate* unmanaged<int, void>)Find("vips_cache_set_max"))(0);
        ((delegate* unmanaged<int, void>)Find("vips_concurrency_set"))(1);
        ((delegate* unmanaged<int, void>)Find("vips_block_untrusted_set"))(1);
        imageType = ((delegate* unmanaged<nint>)Find("vips_image_get_type"))();
        blobType = ((delegate* unmanaged<nint>)Find("vips_blob_get_type"))();
        sourceType = ((delegate* unmanaged<nint>)Find("vips_source_get_type"))();
    }

    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    public static Vips Library => Loaded.Value;

    private static NativeComponent Component { get; } = new(
        "libvips", "libvips.so.42", "libvips-42.dll", "libvips.42.dylib",
        OperatingSystem.IsLinux()
            ? "Install it with: sudo apt-get install libvips42"
            : "Install libvips 8.14 or newer (https://www.libvips.org/install.html).");

    /// <summary>
    /// Runs <paramref name="work"/>, which makes every libvips call of one job, from the first to the last pixel.
    /// After a failure it runs once more, alone.
    /// </summary>
    /// <exception cref="VipsException">It failed again; the message is libvips' own.</exception>
    public T Run<T>(Func<T> work)
    {
        Gate.EnterReadLock();
        try
        {
            return work();
        }
        catch (VipsException)
        {
        }
        finally
        {
            threadShutdown();
            Gate.ExitReadLock();
        }

        Gate.EnterWriteLock();
        try
        {
            errorClear();
            return work();
        }
        catch (VipsException)
        {
            throw new VipsException(ErrorText());
        }
        finally
        {
            errorClear();
            threadShutdown();
            Gate.ExitWriteLock();
        }
    }

    /// <summary>Whether this build has an operation; builds differ in the formats that they read.</summary>
    public bool Has(string operation)
    {
        fixed (byte* parent = "VipsOperation\0"u8)
        {
            var address = (nint)parent;
            return Utf8(operation, name => typeFind((byte*)address, (byte*)name)) != 0;
        }
    }

    /// <summary>After a failure that the work goes on from, so that a later one is not told in its words.</summary>
    public void ForgetErrors() => errorClear();

    public VipsObject SourceOf(string path) => Own(Utf8(path, p => sourceFromFile((byte*)p)));

    /// <param name="data">Stays pinned until the last pixel is read.</param>
    public VipsObject SourceOf(nint data, int length) => Own(sourceFromMemory((void*)data, (nuint)length));

    /// <param name="rgb">Interleaved 8-bit RGB, pinned until the image has been written.</param>
    public VipsObject ImageOf(nint rgb, int width, int height) =>
        Own(imageFromMemory((void*)rgb, 3 * (nuint)width * (nuint)height, width, height, 3, 0));

    /// <summary>An operation whose input is a source and whose output is an image.</summary>
    public VipsObject Load(string operation, VipsObject source, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var built = Build(operation, "source", sourceType, source, options);
        return OutputImage(built);
    }

    /// <summary>An operation from image to image.</summary>
    public VipsObject Apply(string operation, VipsObject image, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var built = Build(operation, "in", imageType, image, options);
        return OutputImage(built);
    }

    /// <summary>An operation from image to bytes.</summary>
    public byte[] Save(string operation, VipsObject image, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var built = Build(operation, "in", imageType, image, options);
        var value = default(GValue);
        try
        {
            GetProperty(built, "buffer", blobType, &value);
            nuint length;
            var bytes = blobGet(valueGetBoxed(&value), &length);
            return new ReadOnlySpan<byte>(bytes, checked((int)length)).ToArray();
        }
        finally
        {
            valueUnset(&value);
            Close(built);
        }
    }

    /// <summary>All pixels, decoded now. Needed before what reads a sequential image out of order.</summary>
    public VipsObject InMemory(VipsObject image) => Own(copyToMemory(image.Handle));

    public int Width(VipsObject image) => imageWidth(image.Handle);

    public int Height(VipsObject image) => imageHeight(image.Handle);

    public int Bands(VipsObject image) => imageBands(image.Handle);

    /// <summary>Whether its values are sRGB of three 8-bit bands already, unless a profile says otherwise.</summary>
    public bool IsPlainRgb24(VipsObject image)
    {
        const int unsignedByte = 0, srgb = 22;
        return Bands(image) == 3 && imageFormat(image.Handle) == unsignedByte && imageInterpretation(image.Handle) == srgb;
    }

    /// <summary>EXIF's 1 to 8; 1 is upright.</summary>
    public int Orientation(VipsObject image) => imageOrientation(image.Handle);

    public bool HasAlpha(VipsObject image) => imageHasAlpha(image.Handle) != 0;

    public bool HasField(VipsObject image, string name) => Utf8(name, n => imageFieldType(image.Handle, (byte*)n)) != 0;

    /// <summary>The pixels of an image of three 8-bit bands.</summary>
    public T ReadRgb24<T>(VipsObject image, PixelReader<T> read)
    {
        nuint length;
        var bytes = writeToMemory(image.Handle, &length);
        if (bytes is null)
            throw new VipsException("the pixels cannot be read");
        try
        {
            return read(Width(image), Height(image), new ReadOnlySpan<byte>(bytes, checked((int)length)));
        }
        finally
        {
            free(bytes);
        }
    }

    internal void Unref(nint handle) => objectUnref(handle);

    private static nint[] Load()
    {
        var vips = NativeLibraries.Load(Component);
        // Elsewhere a symbol is also looked up in what the library depends on.
        var folder = Path.GetDirectoryName(NativeLibraries.Locate(Component)) ?? "";
        return OperatingSystem.IsWindows()
            ? [vips, .. WindowsCompanions.Select(name => NativeLibrary.Load(Path.Combine(folder, name)))]
            : [vips];
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(byte* domain, int level, byte* message, nint data)
    {
    }

    private static nint Utf8(string text, Func<nint, nint> use)
    {
        var native = Marshal.StringToCoTaskMemUTF8(text);
        try
        {
            return use(native);
        }
        finally
        {
            Marshal.FreeCoTaskMem(native);
        }
    }

    private nint Build(string operation, string input, nint inputType, VipsObject value, ReadOnlySpan<(string Name, string Value)> options)
    {
        var made = Utf8(operation, name => operationNew((byte*)name));
        if (made == 0)
            throw new VipsException($"no operation '{operation}'");

        SetObject(made, input, inputType, value.Handle);
        foreach (var (name, text) in options)
        {
            if (Utf8(name, n => Utf8(text, t => setFromString(made, (byte*)n, (byte*)t))) != 0)
            {
                objectUnref(made);
                throw new VipsException($"'{operation}' does not take {name}={text}");
            }
        }

        var built = operationBuild(made);
        if (built == 0)
        {
            Close(made);
            throw new VipsException($"'{operation}' fails");
        }

        objectUnref(made);
        return built;
    }

    private VipsObject OutputImage(nint built)
    {
        var value = default(GValue);
        GetProperty(built, "out", imageType, &value);
        var image = valueDupObject(&value);
        valueUnset(&value);
        Close(built);
        return Own(image);
    }

    private void SetObject(nint target, string property, nint type, nint handle)
    {
        GValue value = default;
        valueInit(&value, type);
        valueSetObject(&value, handle);
        var pointer = (nint)(&value);
        Utf8(property, name =>
        {
            setProperty(target, (byte*)name, (GValue*)pointer);
            return 0;
        });
        valueUnset(&value);
    }

    private void GetProperty(nint target, string property, nint type, GValue* value)
    {
        valueInit(value, type);
        Utf8(property, name =>
        {
            getProperty(target, (byte*)name, value);
            return 0;
        });
    }

    private void Close(nint operation)
    {
        unrefOutputs(operation);
        objectUnref(operation);
    }

    private VipsObject Own(nint handle) => handle == 0 ? throw new VipsException("libvips returned nothing") : new VipsObject(this, handle);

    private string ErrorText() => Marshal.PtrToStringUTF8((nint)errorBuffer()) ?? "";

    [StructLayout(LayoutKind.Sequential)]
    private struct GValue
    {
        public nint Type;
        public long First;
        public long Second;
    }
}

/// <summary>Makes something of interleaved 8-bit RGB that lives as long as the call.</summary>
internal delegate T PixelReader<out T>(int width, int height, ReadOnlySpan<byte> rgb);

/// <summary>One reference to a GObject.</summary>
internal sealed class VipsObject(Vips library, nint handle) : IDisposable
{
    public nint Handle => handle;

    public void Dispose() => library.Unref(handle);
}

/// <summary>A libvips call failed.</summary>
internal sealed class VipsException(string message) : Exception(message);
