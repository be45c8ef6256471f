using System.Buffers.Binary;
using System.Text;

namespace Revisage.Torch.Tests;

public class SafetensorsTests
{
    [Theory]
    [InlineData("u8", ScalarType.Byte, new float[] { 1, 0, 2, 100 })]
    [InlineData("bool", ScalarType.Bool, new float[] { 1, 0, 1, 1 })]
    [InlineData("f16", ScalarType.Half, new[] { -1.5f, 0, 2, 100 })]
    [InlineData("bf16", ScalarType.BFloat16, new[] { -1.5f, 0, 2, 100 })]
    [InlineData("i32", ScalarType.Int, new float[] { -1, 0, 2, 100 })]
    [InlineData("f32", ScalarType.Float, new[] { -1.5f, 0, 2, 100 })]
    [InlineData("i64", ScalarType.Long, new float[] { -1, 0, 2, 100 })]
    [InlineData("f64", ScalarType.Double, new[] { -1.5f, 0, 2, 100 })]
    public void Each_type_is_read_as_numpy_and_PyTorch_hold_it(string name, ScalarType type, float[] values)
    {
        using var scope = new TensorScope();

        var array = Safetensors.Read(Fixture()).Arrays.Single(array => array.Name == name);

        array.Type.ShouldBe(type);
        array.Shape.ShouldBe([2, 2]);
        array.ToTensor().ToArray().ShouldBe(values);
    }

    [Fact]
    public void Scalars_empty_arrays_and_metadata_are_read()
    {
        var file = Safetensors.Read(Fixture());

        file.Metadata.ShouldBe(new Dictionary<string, string> { ["writer"] = "numpy" });
        var scalar = file.Arrays.Single(array => array.Name == "scalar");
        scalar.Shape.ShouldBeEmpty();
        scalar.ToFloats().ShouldBe([2.5f]);
        file.Arrays.Single(array => array.Name == "empty").Shape.ShouldBe([0, 3]);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var arrays = Safetensors.Read(Fixture()).Arrays;
        var metadata = new Dictionary<string, string> { ["a"] = "1", ["ünï\"code\n"] = "\\ü" };

        var file = Safetensors.Read(Written(arrays, metadata));

        file.Metadata.ShouldBe(metadata);
        file.Arrays.Select(array => (array.Name, array.Type)).ShouldBe(arrays.Select(array => (array.Name, array.Type)));
        foreach (var (read, written) in file.Arrays.Zip(arrays))
        {
            read.Shape.ShouldBe(written.Shape);
            read.Bytes.ToArray().ShouldBe(written.Bytes.ToArray());
        }
    }

    [Fact]
    public void A_written_file_is_laid_out_as_the_format_says()
    {
        var file = Written([StoredArray.Of("w", [1f, 2], 2)], null);

        var header = BinaryPrimitives.ReadInt64LittleEndian(file);
        (header % 8).ShouldBe(0);
        Encoding.UTF8.GetString(file, 8, (int)header).TrimEnd().ShouldBe("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""");
        file[^8..].ShouldBe([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);
    }

    [Fact]
    public void A_tensor_is_stored_row_by_row_whatever_its_strides()
    {
        using var scope = new TensorScope();

        StoredArray.Of("w", Tensor.Of([1f, 2, 3, 4, 5, 6], 2, 3).Transpose(0, 1)).ToFloats().ShouldBe([1, 4, 2, 5, 3, 6]);
    }

    [Fact]
    public void Only_floats_are_read_as_floats() =>
        Should.Throw<InvalidDataException>(() => new StoredArray("w", ScalarType.Int, [1], new byte[4]).ToFloats()).Message.ShouldBe("'w' holds Int, not Float.");

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"w":3}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""")]
    [InlineData("""{"w":{"dtype":3,"shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"a":1}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":[]}""")]
    public void A_header_of_another_form_is_refused(string header) => Refused(header, 8);

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "claims bytes -8 to 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "claims bytes 8 to 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "claims bytes 4 to 12 of 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "claims bytes 0 to 8 of 8")]
    [InlineData("""{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", "'w' of Double 2 claims bytes 0 to 8 of 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "'w' has the shape -2")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "'w' has the shape -1x-2")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "'w' has the shape 4294967296x4294967296, more than 2 GiB")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "more than 2 GiB")]
    [InlineData("""{"w":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", "'w' has the element type 'Q4', which is not one of U8, ")]
    [InlineData("""{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "'w' is named twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "'b' begins at byte 4, but the array before it ends at 5")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "'b' begins at byte 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "'b' begins at byte 4, but the array before it ends at 3")]
    [InlineData("""{"a":{"dtype":"U8","shape":[7],"data_offsets":[0,7]}}""", "The arrays end at byte 7, but the data has 8")]
    [InlineData("{}", "The arrays end at byte 0, but the data has 8")]
    public void A_header_that_lies_about_the_data_is_refused(string header, string reason) => Refused(header, 8).ShouldContain(reason);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(100_000_001)]
    [InlineData(17)]
    public void A_headers_length_must_fit_the_file(long length)
    {
        var file = new byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);

        Should.Throw<InvalidDataException>(() => Safetensors.Read(file)).Message.ShouldBe($"The header claims {length} bytes, in a file of 24.");
    }

    [Fact]
    public void A_header_over_the_cap_is_refused_before_it_is_parsed()
    {
        var file = new byte[100_000_010];
        BinaryPrimitives.WriteInt64LittleEndian(file, 100_000_001);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Should.Throw<InvalidDataException>(() => Safetensors.Read(file));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Deep_nesting_is_refused() => Refused($"{{\"__metadata__\":{new string('[', 10_000)}", 0);

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var file = Fixture();
        for (var length = 0; length < file.Length; length++)
        {
            Should.Throw<InvalidDataException>(() => Safetensors.Read(file.AsMemory(0, length)));
        }
    }

    [Fact]
    public void A_file_with_any_byte_changed_is_read_or_refused()
    {
        var file = Fixture();
        for (var at = 0; at < file.Length; at++)
        {
            var kept = file[at];
            foreach (var value in new[] { 0, (byte)'9', (byte)'"', (byte)'{', 0xFF })
            {
                file[at] = (byte)value;
                try
                {
                    Safetensors.Read(file).Arrays.Sum(array => array.Bytes.Length).ShouldBeLessThan(file.Length);
                }
                catch (InvalidDataException)
                {
                    // Refused, which is as good.
                }
            }

            file[at] = kept;
        }
    }

    private static string Refused(string header, int data) => Should.Throw<InvalidDataException>(() => Safetensors.Read(FileOf(header, data))).Message;

    private static byte[] FileOf(string header, int data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        return file;
    }

    private static byte[] Written(IReadOnlyList<StoredArray> arrays, Dictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, arrays, metadata);
        return stream.ToArray();
    }

    private static byte[] Fixture() => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", "torch", "formats.safetensors"));
}
