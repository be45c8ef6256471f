using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>
/// What <c>torch.save</c> wrote, by any name (.pth, .pt, .ckpt, .pkl): the zip of PyTorch 1.6 and later, and the
/// stream of pickles before (from 0.1.10). Read without running any of it.
/// </summary>
/// <remarks>
/// Formats: torch/serialization.py of PyTorch. State dicts, dictionaries of anything that hold some, and whole
/// modules, whose tree becomes a state dict. Tensors that share or skip parts of a storage come out whole.
/// </remarks>
public static class TorchFile
{
    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // Views of one storage may be several times the file; below this, no matter how many.
    private const long FreeBytes = 64 << 20;
    private const int Repetition = 4;

    /// <param name="wholeModules">
    /// Read objects of unknown classes too, as nothing but their state: for files that hold a whole nn.Module. Even
    /// then no function outside the closed list is called, and none at all is run.
    /// </param>
    /// <exception cref="RevisageException">The file is absent, damaged, of another kind, or refers to what is not in the list.</exception>
    public static ImportedCheckpoint Read(string path, bool wholeModules = false)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            if (!file.CanSeek)
            {
                throw new InvalidDataException("it is no plain file.");
            }

            var globals = new TorchGlobals(wholeModules, file.Length);
            return Start(file) switch
            {
                [(byte)'P', (byte)'K', 3, 4, ..] => ReadZip(file, globals, path),
                [0x80, ..] => ReadLegacy(file, globals, path),
                var start when start.AsSpan(257).StartsWith("ustar"u8) => throw new InvalidDataException(
                    "it is a tar archive, as PyTorch wrote them before 0.1.10. Load it with a PyTorch of its time, and save the state dict again with 1.0 or later."),
                _ when file.Length == 0 => throw new InvalidDataException("it is empty."),
                _ => throw new InvalidDataException("it is neither of the two formats of torch.save. Save a state dict with torch.save(model.state_dict(), ...)."),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw ImportErrors.Of(path, e);
        }
    }

    private static byte[] Start(FileStream file)
    {
        var start = new byte[512];
        file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return start;
    }

    private static ImportedCheckpoint ReadZip(FileStream file, TorchGlobals globals, string path)
    {
        var zip = new StoredZip(file);
        var folder = zip.First is { } first && first.IndexOf('/') is var slash and > 0 ? first[..slash] : "";
        if (!zip.Contains($"{folder}/data.pkl"))
        {
            throw new InvalidDataException($"it is a zip file without '{(folder.Length > 0 ? folder : "archive")}/data.pkl', so torch.save did not write it.");
        }

        if (zip.Contains($"{folder}/constants.pkl"))
        {
            throw new InvalidDataException("it is a TorchScript archive, which is a program. In PyTorch, save torch.jit.load(...).state_dict().");
        }

        if (zip.Contains($"{folder}/byteorder") && !zip.Read($"{folder}/byteorder").AsSpan().SequenceEqual("little"u8))
        {
            throw new InvalidDataException("its numbers are not little-endian. Save it again on a little-endian machine.");
        }

        var pickle = zip.Read($"{folder}/data.pkl");
        using var stream = new MemoryStream(pickle, writable: false);
        var root = new Unpickler(stream, pickle.Length, globals).Read();
        return Tree(file, storage =>
        {
            var bytes = zip.Read($"{folder}/data/{storage.Key}");
            return bytes.Length == Length(storage)
                ? bytes
                : throw new InvalidDataException($"storage '{storage.Key}' of {storage.Count} x {storage.Type} has {bytes.Length} bytes, where {Length(storage)} belong.");
        }).Read(root, path);
    }

    private static ImportedCheckpoint ReadLegacy(FileStream file, TorchGlobals globals, string path)
    {
        if (Next() is not BigInteger magic || magic != Magic)
        {
            throw new InvalidDataException("it is a pickle, but not one of torch.save. Save a state dict with torch.save(model.state_dict(), ...).");
        }

        if (Next() is not 1001L)
        {
            throw new InvalidDataException("its protocol is not 1001, the only one of torch.save.");
        }

        if (Next() is not PickleDictionary system || system["little_endian"] is not true)
        {
            throw new InvalidDataException("its numbers are not little-endian. Save it again on a little-endian machine.");
        }

        var root = Next();
        var keys = Next() as PickleList ?? throw new InvalidDataException("the list of its storages is missing.");
        var places = new Dictionary<string, long>();
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (var key in keys.Items)
        {
            if (key is not string text || !globals.Storages.TryGetValue(text, out var storage) || places.ContainsKey(text))
            {
                throw new InvalidDataException("the list of its storages has one twice, or one that no tensor refers to.");
            }

            // The number of elements, then these.
            var remaining = file.Length - file.Position - sizeof(long);
            if (remaining < Length(storage))
            {
                throw new InvalidDataException($"storage '{text}' of {storage.Count} x {storage.Type} wants {Length(storage)} bytes, where {Math.Max(0, remaining)} remain.");
            }

            file.ReadExactly(count);
            if (BinaryPrimitives.ReadInt64LittleEndian(count) != storage.Count)
            {
                throw new InvalidDataException($"storage '{text}' has {BinaryPrimitives.ReadInt64LittleEndian(count)} elements, where its tensors say {storage.Count}.");
            }

            places.Add(text, file.Position);
            file.Position += Length(storage);
        }

        if (file.Position != file.Length)
        {
            throw new InvalidDataException($"{file.Length - file.Position} bytes follow its last storage.");
        }

        return Tree(file, storage =>
        {
            file.Position = places.TryGetValue(storage.Key, out var place) ? place : throw new InvalidDataException($"storage '{storage.Key}' is not in the file.");
            var bytes = new byte[Length(storage)];
            file.ReadExactly(bytes);
            return bytes;
        }).Read(root, path);

        object? Next() => new Unpickler(file, file.Length, globals).Read();
    }

    private static TorchTree Tree(FileStream file, Func<TorchStorage, byte[]> read) => new(read, FreeBytes + (Repetition * file.Length));

    private static long Length(TorchStorage storage) => storage.Count * storage.Type.Size();
}
