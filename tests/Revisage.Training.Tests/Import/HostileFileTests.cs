using System.Buffers.Binary;
using System.IO.Compression;
using Revisage.Training.Import;

namespace Revisage.Training.Tests.Import;

/// <summary>Files that were made to harm: each is refused in one line that names it, and nothing else happens.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "getattr")]
    [InlineData("torch", "load")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("subprocess", "Popen")]
    public void A_call_of_a_function_outside_the_list_is_refused_by_its_name(string module, string name)
    {
        var file = Saved(value => value.Global(module, name).Op('(').Text("touch /tmp/owned").Op('t').Op('R'));

        Refused(file).ShouldContain($"it refers to '{module}.{name}', which is not among the names that a state dict needs; nothing was run.");
        Refused(file, wholeModules: true).ShouldContain($"it calls '{module}.{name}', which is not among the functions that a checkpoint needs; nothing was run.");
    }

    [Fact]
    public void No_other_opcode_makes_a_call_either()
    {
        Refused(Saved(value => value.Global("os", "system").Op('(').Text("true").Op('t').Op('\u0081')), wholeModules: true).ShouldContain("it makes an object of 'os.system' with arguments");
        Refused(Saved(value => value.Op('(').Global("os", "system").Text("true").Op('o')), wholeModules: true).ShouldContain("it makes an object of 'os.system' with arguments");
        Refused(Saved(value => value.Op('(').Text("true").Op('i', "os\nsystem\n"u8)), wholeModules: true).ShouldContain("it makes an object of 'os.system' with arguments");
        Refused(Saved(value => value.Text("os").Text("system").Op('\u0093'))).ShouldContain("it refers to 'os.system'");
        Refused(Saved(value => value.Text("true").Op(')').Op('R'))).ShouldContain("it calls 'String'");
        Refused(Saved(value => value.Op('\u0082', 1))).ShouldContain("0x82 is no opcode that PyTorch writes.");
    }

    [Fact]
    public void A_name_cannot_write_to_the_terminal()
    {
        Refused(Saved(value => value.Text("\u001b[2Jos").Text("sys\ntem").Op('\u0093'))).ShouldContain("'?[2Jos.sys?tem'");
        Refused(PickleBytes.Legacy(PickleBytes.Dictionary("\u001b[2J", value => value.Integer(1)))).ShouldContain("a key that is no name");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(1L << 30)]
    public void A_storage_that_claims_more_than_the_file_is_refused_before_memory_is_taken(long count) =>
        Refused(PickleBytes.Legacy(PickleBytes.Dictionary("w", value => value.Tensor("DoubleStorage", "0", count, 0, [1], [1])), ("0", count, new byte[8])))
            .ShouldMatch("claims -?[0-9]+ elements|of 1 does not|where [0-9]+ remain|does not lie in its storage");

    [Theory]
    [InlineData(0, new long[] { 5 }, new long[] { 1 })]
    [InlineData(1, new long[] { 4 }, new long[] { 1 })]
    [InlineData(0, new long[] { 2 }, new long[] { 4 })]
    [InlineData(5, new long[] { 0 }, new long[] { 1 })]
    [InlineData(-1, new long[] { 1 }, new long[] { 1 })]
    [InlineData(3, new long[] { 2 }, new long[] { -1 })]
    [InlineData(0, new long[] { -2 }, new long[] { 1 })]
    [InlineData(0, new long[] { 2 }, new long[] { })]
    [InlineData(0, new[] { 1L << 32, 1L << 32 }, new long[] { 1, 1 })]
    [InlineData(0, new[] { long.MaxValue, long.MaxValue, 3 }, new[] { long.MaxValue, long.MaxValue, 1 })]
    public void A_tensor_outside_its_storage_is_refused(long offset, long[] shape, long[] strides) =>
        Refused(PickleBytes.Legacy(PickleBytes.Dictionary("w", value => value.Tensor("FloatStorage", "0", 4, offset, shape, strides)), ("0", 4, new byte[16])))
            .ShouldContain("does not lie in its storage '0' of 4 elements.");

    [Theory]
    [InlineData(new[] { 1L << 40 }, new long[] { 0 })]
    [InlineData(new[] { 1L << 32, 1L << 32 }, new long[] { 0, 0 })]
    [InlineData(new[] { long.MaxValue, long.MaxValue, long.MaxValue }, new long[] { 0, 0, 0 })]
    public void One_number_repeated_without_end_is_refused(long[] shape, long[] strides) =>
        Refused(PickleBytes.Legacy(PickleBytes.Dictionary("w", value => value.Tensor("FloatStorage", "0", 1, 0, shape, strides)), ("0", 1, new byte[4])))
            .ShouldContain("several times what the file holds.");

    [Fact]
    public void One_storage_under_very_many_names_is_refused()
    {
        var pickle = new PickleBytes().Op(']').Tensor("ByteStorage", "0", 1 << 20, 0, [1 << 20], [1]).Op('q', 0).Op('0').Op('(');
        for (var i = 0; i < 100; i++)
        {
            pickle.Op('h', 0);
        }

        Refused(PickleBytes.Legacy(pickle.Op('e').Op('.').Written, ("0", 1 << 20, new byte[1 << 20]))).ShouldContain("several times what the file holds.");
    }

    [Fact]
    public void A_storage_that_disagrees_with_itself_is_refused()
    {
        byte[] Two(long count, string key) => new PickleBytes().Op(']')
            .Tensor("FloatStorage", "0", 1, 0, [1], [1]).Op('a').Tensor("FloatStorage", key, count, 0, [1], [1]).Op('a').Op('.').Written;

        Refused(PickleBytes.Legacy(Two(2, "0"), ("0", 1, new byte[4]))).ShouldContain("storage '0' is described twice, and differently.");
        Refused(PickleBytes.Legacy(Two(1, "0"), ("0", 2, new byte[8]))).ShouldContain("storage '0' has 2 elements, where its tensors say 1.");
        Refused(PickleBytes.Legacy(Two(1, "0"), ("0", 1, new byte[5]))).ShouldContain("1 bytes follow its last storage.");
        Refused(PickleBytes.Legacy(Two(1, "1"), ("0", 1, new byte[4]))).ShouldContain("storage '1' is not in the file.");
        Refused(PickleBytes.Legacy(Two(1, "0"), ("0", 1, new byte[4]), ("0", 1, new byte[4]))).ShouldContain("has one twice");
        Refused(PickleBytes.Legacy(Two(1, "0"), ("9", 1, new byte[4]))).ShouldContain("one that no tensor refers to");
        Refused(Zip(("a/data.pkl", Two(1, "0")), ("a/data/0", new byte[8]))).ShouldContain("storage '0' of 1 x Float has 8 bytes, where 4 belong.");
        Refused(Zip(("a/data.pkl", Two(1, "0")))).ShouldContain("it has no entry 'a/data/0'.");
    }

    [Fact]
    public void Bombs_of_nesting_are_refused_without_recursion()
    {
        Refused(Saved(value => value.Repeat('(', 100_000))).ShouldContain("it is nested deeper than 1000.");
        Refused(Saved(value => value.Op(')').Repeat('\u0085', 500_000))).ShouldContain("nested deeper than 100");
        Refused(Saved(value => value.Repeat(']', 90_000).Repeat('a', 89_999))).ShouldContain("nested deeper than 100");
        Refused(Saved(value => value.Op(']').Op('q', 0).Op('h', 0).Op('a'))).ShouldContain("nested deeper than 100");

        // Each list holds the one before twice: 2^60 values.
        Refused(Saved(value =>
        {
            value.Op(']');
            for (var i = 0; i < 60; i++)
            {
                value.Op('q', 0).Op('0').Op(']').Op('h', 0).Op('a').Op('h', 0).Op('a');
            }
        })).ShouldContain("or are more than 200000.");
    }

    [Fact]
    public void Bombs_of_stack_text_and_copies_are_refused()
    {
        Refused(Saved(value => value.Repeat(']', 200_000))).ShouldContain("more than 100000 values on the stack.");
        Refused(Saved(value => { for (var i = 0; i < 600_000; i++) { value.Op(']').Op('0'); } })).ShouldContain("more than 1000000 operations.");
        Refused(Saved(value => value.Op('X', 0xff, 0xff, 0xff, 0xff))).ShouldContain("it claims 4294967295 bytes at once");
        Refused(Saved(value => value.Op('X', 0, 0, 0, 1))).ShouldMatch("it claims 16777216 bytes, where [0-9]+ remain");
        Refused(Saved(value => value.Op('\u008d', 0, 0, 0, 0, 0, 0, 0, 0x80))).ShouldContain("bytes at once");
        Refused(Saved(value => value.Op('\u008b', 0, 0, 0, 0x80))).ShouldContain("bytes at once");
        Refused(Saved(value => value.Op('T', 0xff, 0xff, 0xff, 0xff))).ShouldContain("it claims -1 bytes at once");
        Refused(Saved(value =>
        {
            value.Text(new string('a', 50_000)).Op('q', 0).Op('0').Text("latin1").Op('q', 1).Op('0').Global("_codecs", "encode").Op('q', 2).Op('0').Op(']');
            for (var i = 0; i < 1000; i++)
            {
                value.Op('h', 2).Op('h', 0).Op('h', 1).Op('\u0086').Op('R').Op('a');
            }
        })).ShouldContain("it copies the same values again and again");

        // One description of a tensor of 64 dimensions, used 1000 times.
        var ones = Enumerable.Repeat(1L, 64).ToArray();
        Refused(Saved(value =>
        {
            value.Op('(').Storage("FloatStorage", "0", 1).Integer(0).Integers(ones).Integers(ones).Op('t').Op('q', 0).Op('0').Global("torch._utils", "_rebuild_tensor").Op('q', 1).Op('0').Op(']');
            for (var i = 0; i < 1000; i++)
            {
                value.Op('h', 1).Op('h', 0).Op('R').Op('a');
            }
        })).ShouldContain("it copies the same values again and again");
    }

    [Fact]
    public void What_no_stack_can_give_is_refused()
    {
        foreach (var code in "0125689abdeghijloqrstuR\u0081\u0085\u0086\u0087\u0090\u0091\u0092\u0093\u0094QBCGKMTUX")
        {
            // Alone, after a mark, and after values of the wrong kind.
            Refused(PickleBytes.Legacy(new PickleBytes().Op(code).Written));
            Refused(PickleBytes.Legacy(new PickleBytes().Op('(').Op(code).Written));
            Refused(PickleBytes.Legacy(new PickleBytes().Integer(1).Op('N').Op('(').Integer(1).Op('N').Op(code).Written));
        }
    }

    [Fact]
    public void A_zip_whose_directory_lies_is_refused()
    {
        var pickle = PickleBytes.Dictionary("w", value => value.Tensor("FloatStorage", "0", 1, 0, [1], [1]));
        var zip = Zip(("a/data.pkl", pickle), ("a/data/0", new byte[4]));
        var end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        var directory = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(end + 16));

        Refused(Changed(end + 10, 3)).ShouldContain("its directory claims 3 entries, and has 2.");
        Refused(Changed(end + 16, directory + 1)).ShouldContain("its directory claims 2 entries, and has 0.");
        Refused(Changed(end + 16, int.MaxValue)).ShouldContain($"but has {zip.Length}.");
        Refused(Changed(end + 12, int.MaxValue)).ShouldContain("its directory claims 2 entries in 2147483647 bytes");
        Refused(Changed(directory + 42, 5)).ShouldContain("its entry 'a/data.pkl' is not where its directory says.");
        Refused(Changed(directory + 42, int.MaxValue)).ShouldContain("it claims 30 bytes from byte 2147483647");
        Refused(Changed(directory + 20, int.MaxValue, directory + 24, int.MaxValue)).ShouldContain("its entries overlap.");
        Refused(Changed(directory + 16, 1)).ShouldContain("its entry 'a/data.pkl' does not match its checksum");
        Refused(Changed(directory + 8, 1)).ShouldContain("is encrypted");
        Refused(Zip(("a/data.pkl", pickle), ("a/data.pkl", pickle))).ShouldContain("it has two entries 'a/data.pkl'.");

        byte[] Changed(params ReadOnlySpan<int> places)
        {
            byte[] changed = [.. zip];
            for (var i = 0; i < places.Length; i += 2)
            {
                var (at, value) = (places[i], places[i + 1]);
                // Number of entries and flags have two bytes.
                if (at == end + 10 || at == directory + 8)
                {
                    BinaryPrimitives.WriteInt16LittleEndian(changed.AsSpan(at), (short)value);
                }
                else
                {
                    BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at), value);
                }
            }

            return changed;
        }
    }

    [Theory]
    [InlineData("kinds-legacy.pth")]
    [InlineData("kinds-zip.pth")]
    public void A_file_cut_short_anywhere_is_refused(string name)
    {
        var whole = File.ReadAllBytes(ImportFixture.At(name));
        for (var length = 0; length < whole.Length; length++)
        {
            Refused(whole[..length]);
        }
    }

    [Theory]
    [InlineData("kinds-legacy.pth")]
    [InlineData("kinds-zip.pth")]
    [InlineData("distilled-fan-legacy.pth")]
    [InlineData("progressive-zip.pth")]
    public void A_file_with_a_changed_byte_is_read_or_refused(string name)
    {
        var file = File.ReadAllBytes(ImportFixture.At(name));
        var random = new Random(11);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var at = random.Next(file.Length);
            var before = file[at];
            file[at] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(path, file);
            try
            {
                TorchFile.Read(path, wholeModules: true);
            }
            catch (RevisageException e)
            {
                e.Message.ShouldStartWith($"'{path}' cannot be imported: ");
                refused++;
            }

            file[at] = before;
        }

        refused.ShouldBeInRange(1, 1999);
    }

    /// <summary>A dictionary whose only value <paramref name="value"/> writes.</summary>
    private static byte[] Saved(Action<PickleBytes> value) => PickleBytes.Legacy(PickleBytes.Dictionary("value", value));

    private static byte[] Zip(params ReadOnlySpan<(string Name, byte[] Bytes)> entries) => PickleBytes.Zip(CompressionLevel.NoCompression, entries);

    private string Refused(byte[] file, bool wholeModules = false)
    {
        File.WriteAllBytes(path, file);
        var message = Should.Throw<RevisageException>(() => TorchFile.Read(path, wholeModules)).Message;
        message.ShouldStartWith($"'{path}' cannot be imported: ");
        message.ShouldNotContain("\n");
        return message;
    }
}
