using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace Revisage.Restoration;

/// <summary>
/// Models as ONNX Runtime optimised them for this processor, in its own format, which a session uses in place: EDSR
/// loads in a fraction of the time. A file belongs to one model's contents, one version of ONNX Runtime and one kind
/// of processor, which its name tells. What is damaged is made anew; where nothing can be written, nothing is.
/// </summary>
internal sealed class OptimizedModels(string folder)
{
    /// <summary>Names another folder than the user's; empty for none at all.</summary>
    public const string Override = "REVISAGE_CACHE";

    /// <summary>Models below this load as fast by themselves.</summary>
    public const int SmallestModel = 64 << 10;

    /// <summary>Those not used for longest go when there is more.</summary>
    public const long MaxBytes = 512L << 20;

    private const string Extension = ".ort";

    // After the model's bytes: their CRC-32C. A file cut short or with a bad block has another.
    private const int SealLength = 4;

    private static readonly Lazy<string> processor = new(DescribeProcessor);

    /// <summary>The user's cache folder for Revisage; null where <see cref="Override"/> says so, or the user has none.</summary>
    public static string? DefaultFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Override) is { } chosen)
            {
                return chosen.Length == 0 ? null : Path.GetFullPath(chosen);
            }

            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            var caches = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
                : OperatingSystem.IsMacOS() ? home.Length == 0 ? "" : Path.Combine(home, "Library", "Caches")
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named && Path.IsPathRooted(named) ? named
                : home.Length == 0 ? "" : Path.Combine(home, ".cache");
            return caches.Length == 0 ? null : Path.Combine(caches, "revisage");
        }
    }

    /// <summary>The file for a model of these contents here.</summary>
    public string PathOf(ReadOnlySpan<byte> model)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(model).AsSpan(0, 16));
        return Path.Combine(folder, $"{name}-{OnnxRuntime.Version}-{processor.Value}{Extension}");
    }

    /// <summary>What is kept at <paramref name="path"/>, in memory that stays where it is; null if nothing whole is.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length is <= SealLength or > int.MaxValue)
            {
                return null;
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
            for (var read = 0; read < bytes.Length;)
            {
                var more = RandomAccess.Read(file, bytes.AsSpan(read), read);
                if (more == 0)
                {
                    return null;
                }

                read += more;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^SealLength..)) != Crc32C.Of(bytes.AsSpan(..^SealLength)))
            {
                return null;
            }

            MarkUsed(path);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Opens a session on the model, and keeps the form that it optimised at <paramref name="path"/>.</summary>
    /// <returns>Null if it could not be kept, or the model is none.</returns>
    public InferenceSession? Make(string path, byte[] model, SessionOptions settings)
    {
        var unfinished = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        InferenceSession? session = null;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            // That it can be written is known before the work is done twice.
            File.WriteAllBytes(unfinished, []);
            settings.OptimizedModelFilePath = unfinished;
            settings.AddSessionConfigEntry("session.save_model_format", "ORT");
            session = new InferenceSession(model, settings);
            Seal(unfinished);
            File.Move(unfinished, path, overwrite: true);
            Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OnnxRuntimeException)
        {
            TryDelete(unfinished);
        }

        return session;
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Leaves what was used last, up to <paramref name="most"/> bytes, and no leftovers of processes that ended.</summary>
    internal void Trim(long most = MaxBytes)
    {
        var total = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).ToList())
        {
            var isLeftover = file.Extension == ".tmp" && DateTime.UtcNow - file.LastWriteTimeUtc > TimeSpan.FromHours(1);
            if (file.Extension == Extension)
            {
                total += file.Length;
            }

            if (isLeftover || (file.Extension == Extension && total > most))
            {
                TryDelete(file.FullName);
            }
        }
    }

    private static void Seal(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var seal = new byte[SealLength];
        BinaryPrimitives.WriteUInt32LittleEndian(seal, Crc32C.Of(bytes));
        file.Write(seal);
    }

    private static void MarkUsed(string path)
    {
        try
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromDays(1))
            {
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // What ONNX Runtime's kernels are chosen by: the layout of blocked weights goes by vector width.
    private static string DescribeProcessor()
    {
        var features = new StringBuilder();
        if (X86Base.IsSupported)
        {
            var (signature, _, _, _) = X86Base.CpuId(1, 0);
            var (_, first, second, third) = X86Base.CpuId(7, 0);
            features.Append(signature).Append(' ').Append(first).Append(' ').Append(second).Append(' ').Append(third);
        }
        else
        {
            features.Append(AdvSimd.IsSupported).Append(Dp.IsSupported).Append(Rdm.IsSupported).Append(Sha256.IsSupported);
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(features.ToString()));
        return $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}";
    }
}
