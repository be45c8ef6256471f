using System.Runtime.InteropServices;
using Revisage.Torch;
using Revisage.Training.Import;

namespace Revisage.Training.Tests.Import;

public sealed class TensorFlowCheckpointTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    private string Prefix => Path.Combine(folder, "model.ckpt-54000");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Tensors_of_all_types_are_read_by_name()
    {
        Gwainet().Write(Prefix);

        var checkpoint = TensorFlowCheckpoint.Read(Prefix + ".index");

        checkpoint.Arrays.Select(array => $"{array.Path} {array.Array.Type} {string.Join('x', array.Array.Shape)}").ShouldBe(
        [
            "generator/conv1/bias Float 2",
            "generator/conv1/bias/Adam Float 2",
            "generator/conv1/weight Float 1x2x1x2",
            "generator/dense/weight Half 2x3",
            "generator/empty Double 0x3",
            "global_step Long ",
        ]);
        checkpoint.Weights()["generator/conv1/weight"].ToFloats().ShouldBe([1, 2, 3, 4]);
        BitConverter.ToInt64(checkpoint.Weights()["global_step"].Bytes.Span).ShouldBe(54000);
        checkpoint.Metadata.ShouldBe([new("note", "text, not imported")]);
        ImportedCheckpoint.Read(Prefix).Arrays.Count.ShouldBe(6);
    }

    [Fact]
    public void Weights_turn_from_TensorFlows_layout_to_PyTorchs()
    {
        // H = 1, W = 2, one input, two outputs: at w = 0 the outputs' weights are 1 and 2, at w = 1 they are 3 and 4.
        var convolution = TensorFlowCheckpoint.ToTorch(StoredArray.Of("w", [1, 2, 3, 4], 1, 2, 1, 2));
        convolution.Shape.ShouldBe([2, 1, 1, 2]);
        convolution.ToFloats().ShouldBe([1, 3, 2, 4]);

        var dense = TensorFlowCheckpoint.ToTorch(StoredArray.Of("w", [1, 2, 3, 4, 5, 6], 2, 3));
        dense.Shape.ShouldBe([3, 2]);
        dense.ToFloats().ShouldBe([1, 4, 2, 5, 3, 6]);

        TensorFlowCheckpoint.ToTorch(StoredArray.Of("b", [1, 2], 2)).ToFloats().ShouldBe([1, 2]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Refused(new BundleFile().Add("w", 1, [2], new byte[8], checksum: 7)).ShouldContain("'w' does not match its checksum");
        Refused(new BundleFile().Add("w", 1, [3], new byte[8])).ShouldContain("'w' of Float 3 has 8 bytes.");
        Refused(new BundleFile().Add("w", 1, [-1], new byte[8])).ShouldContain("'w' of Float -1 has 8 bytes.");
        Refused(new BundleFile().Add("w", 1, [1L << 62, 1L << 62], new byte[8])).ShouldContain("has 8 bytes.");
        Refused(new BundleFile().Add("w", 1, [1L << 40], [], size: 1L << 42)).ShouldContain("'w' claims 4398046511104 bytes from 0 of a data file of 0.");
        Refused(new BundleFile().Add("w", 1, [2], new byte[8], offset: -8)).ShouldContain("'w' claims 8 bytes from -8");
        Refused(new BundleFile().Add("v", 1, [2], new byte[8]).Add("w", 1, [2], [], offset: 0, size: 8)).ShouldContain("'w' overlaps another tensor.");
        Refused(new BundleFile().Add("w", 1, [2], new byte[8], shard: 1)).ShouldContain("'w' lies in data file 1 of 1.");
        Refused(new BundleFile().Add("w", 5, [2], new byte[4])).ShouldContain("'w' has TensorFlow's element type 5");
        Refused(new BundleFile().Entry("w", (1, 1UL), (7, Array.Empty<byte>()))).ShouldContain("'w' is saved in slices");
        Refused(new BundleFile().Entry("w\u001b", (1, 1UL))).ShouldContain("a name with control characters");
        Refused(new BundleFile().Entry("", (1, 1UL), (2, 1UL))).ShouldContain("its numbers are not little-endian.");
        Refused(new BundleFile().Entry("", (1, 1UL << 40))).ShouldContain("it claims 1099511627776 data files.");
        Refused(Gwainet(), compression: 1).ShouldContain("its blocks are compressed");
    }

    [Fact]
    public void A_file_that_is_absent_is_named()
    {
        Should.Throw<RevisageException>(() => TensorFlowCheckpoint.Read(Prefix)).Message.ShouldContain($"There is no '{Prefix}.index'.");
        Gwainet().Write(Prefix);
        File.Delete(Prefix + ".data-00000-of-00001");

        Should.Throw<RevisageException>(() => TensorFlowCheckpoint.Read(Prefix)).Message.ShouldContain("data-00000-of-00001");
    }

    [Fact]
    public void An_index_cut_short_or_changed_anywhere_is_refused_or_read()
    {
        Gwainet().Write(Prefix);
        var index = File.ReadAllBytes(Prefix + ".index");
        for (var length = 0; length < index.Length; length++)
        {
            File.WriteAllBytes(Prefix + ".index", index[..length]);
            Should.Throw<RevisageException>(() => TensorFlowCheckpoint.Read(Prefix));
        }

        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            byte[] changed = [.. index];
            changed[random.Next(index.Length)] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(Prefix + ".index", changed);
            try
            {
                TensorFlowCheckpoint.Read(Prefix);
            }
            catch (RevisageException e)
            {
                e.Message.ShouldStartWith($"'{Prefix}' cannot be imported: ");
            }
        }
    }

    internal static BundleFile Gwainet() => new BundleFile()
        .Add("generator/conv1/weight", 1, [1, 2, 1, 2], Floats(1, 2, 3, 4))
        .Add("generator/conv1/bias", 1, [2], Floats(5, 6))
        .Add("generator/conv1/bias/Adam", 1, [2], Floats(7, 8))
        .Add("generator/dense/weight", 19, [2, 3], new byte[12])
        .Add("generator/empty", 2, [0, 3], [])
        .Add("global_step", 9, [], BitConverter.GetBytes(54000L))
        .Add("note", 7, [1], "\u0003abc"u8.ToArray());

    private static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private string Refused(BundleFile file, byte compression = 0)
    {
        file.Write(Prefix, compression);
        return Should.Throw<RevisageException>(() => TensorFlowCheckpoint.Read(Prefix)).Message;
    }
}
