using System.IO.Compression;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Import;

public sealed class TorchFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public static TheoryData<string> Files => [.. ImportFixture.Names];

    public void Dispose() => File.Delete(path);

    [Theory]
    [MemberData(nameof(Files))]
    public void What_PyTorch_saved_is_read_to_the_last_bit(string name)
    {
        var checkpoint = TorchFile.Read(ImportFixture.At(name), wholeModules: name.StartsWith("distilled-fan", StringComparison.Ordinal));

        checkpoint.Arrays.Select(ImportFixture.Describe).ShouldBe(ImportFixture.ArraysOf(name));
        checkpoint.Metadata.ShouldBe(ImportFixture.MetadataOf(name), ignoreOrder: true);
    }

    [Fact]
    public void Numbers_are_those_that_were_written()
    {
        var arrays = TorchFile.Read(ImportFixture.At("kinds-legacy.pth")).Weights();

        arrays["float"].ToFloats().ShouldBe([-1.5f, 0, 2, 100, 0.1f, 3]);
        arrays["slice"].ToFloats().ShouldBe([16 * 1.1f, 18 * 1.1f, 20 * 1.1f, 22 * 1.1f]);
        arrays["repeated"].ToFloats().ShouldBe([1.1f, 1.1f, 1.1f, 1.1f, 1.1f]);
        arrays["fortran"].ToFloats().ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Fact]
    public void A_dictionary_around_the_weights_is_their_section_and_what_data_parallel_training_prepends_is_taken_off()
    {
        var checkpoint = TorchFile.Read(ImportFixture.At("progressive-legacy.pth"));

        checkpoint.Sections.ShouldBe(["model_state_dict"]);
        checkpoint.Weights().Keys.ShouldContain("step1.3.conv.0.conv.weight_orig");
        checkpoint.Weights("model_state_dict")["to_rgb.2.weight"].Shape.ShouldBe([3, 2, 1, 1]);
        Should.Throw<RevisageException>(() => checkpoint.Weights("generator")).Message
            .ShouldEndWith("has arrays in 'model_state_dict', and none in 'generator'. Name the section that holds the network's weights.");
    }

    [Theory]
    [InlineData("distilled-fan-zip.pth")]
    [InlineData("distilled-fan-legacy.pth")]
    public void A_whole_module_is_read_only_when_asked_for(string name) =>
        Should.Throw<RevisageException>(() => TorchFile.Read(ImportFixture.At(name))).Message
            .ShouldContain("it refers to 'fan_model.fan_squeeze', which is not among the names that a state dict needs; nothing was run.");

    [Fact]
    public void A_module_before_1_5_names_its_backend_and_a_buffer_that_does_not_persist_is_left_out()
    {
        var module = new PickleBytes().Global("my.net", "Net").Op(')').Op('\u0081').Op('}').Op('(')
            .Text("_backend").Global("torch.nn.backends.thnn", "_get_thnn_function_backend").Op(')').Op('R')
            .Text("_parameters").Op('}').Text("bias").Op('N').Op('s')
            .Text("_buffers").Op('}').Op('(')
            .Text("mean").Tensor("FloatStorage", "7", 1, 0, [1], [1])
            .Text("cache").Tensor("FloatStorage", "7", 1, 0, [1], [1]).Op('u')
            .Text("_non_persistent_buffers_set").Global("__builtin__", "set").Op(']').Text("cache").Op('a').Op('\u0085').Op('R')
            .Text("_modules").Op('}')
            .Op('u').Op('b').Op('.').Written;
        File.WriteAllBytes(path, PickleBytes.Legacy(module, ("7", 1, BitConverter.GetBytes(2.5f))));

        TorchFile.Read(path, wholeModules: true).Weights().ShouldHaveSingleItem().Value.ToFloats().ShouldBe([2.5f]);
    }

    [Fact]
    public void Files_of_Python_2_and_of_GPUs_are_read_and_views_of_storages_too()
    {
        // OrderedDict([["w", tensor]]), text without encoding, and a storage that is elements 1 to 3 of another.
        var pickle = new PickleBytes().Global("collections", "OrderedDict").Op(']').Op(']').OldText("w").Op('a')
            .Global("torch._utils", "_rebuild_tensor").Op('(')
            .Op('(').OldText("storage").Global("torch.cuda", "FloatStorage").OldText("root").OldText("cuda:0").Integer(5)
            .Op('(').OldText("view").Integer(1).Integer(3).Op('t').Op('t').Op('Q')
            .Integer(1).Integers(2).Integers(1).Op('t').Op('R').Op('a').Op('a')
            .Op('\u0085').Op('R').Op('.').Written;
        File.WriteAllBytes(path, PickleBytes.Legacy(pickle, ("root", 5, Floats(0, 1, 2, 3, 4))));

        TorchFile.Read(path).Weights()["w"].ToFloats().ShouldBe([2, 3]);
    }

    [Fact]
    public void Numpys_numbers_of_Python_2_are_text()
    {
        var pickle = PickleBytes.Dictionary("mean", value => value
            .Global("numpy.core.multiarray", "scalar").Op('(')
            .Global("numpy", "dtype").Op('(').OldText("f8").Integer(0).Integer(1).Op('t').Op('R')
            .Op('(').Integer(3).OldText("<").Op('N').Op('t').Op('b')
            .OldText("\0\0\0\0\0\0\u00f8\u003f").Op('t').Op('R'));   // 1.5
        File.WriteAllBytes(path, PickleBytes.Legacy(pickle));

        TorchFile.Read(path).Metadata.ShouldBe([new("mean", "1.5")]);
    }

    [Fact]
    public void A_device_is_text()
    {
        File.WriteAllBytes(path, PickleBytes.Legacy(PickleBytes.Dictionary("device", value => value.Global("torch", "device").Op('(').Text("cuda").Integer(1).Op('t').Op('R'))));

        TorchFile.Read(path).Metadata.ShouldBe([new("device", "cuda:1")]);
    }

    [Fact]
    public void Tensors_that_are_one_share_their_bytes()
    {
        var arrays = TorchFile.Read(ImportFixture.At("kinds-zip.pth")).Weights();

        arrays["same"].Bytes.Equals(arrays["base"].Bytes).ShouldBeTrue();
    }

    [Fact]
    public void Several_dictionaries_of_weights_want_one_named()
    {
        var pickle = new PickleBytes().Op('}').Op('(')
            .Text("generator").Op('}').Text("w").Tensor("FloatStorage", "0", 1, 0, [], []).Op('s')
            .Text("critic").Op('}').Text("w").Tensor("FloatStorage", "0", 1, 0, [], []).Op('s')
            .Op('u').Op('.').Written;
        File.WriteAllBytes(path, PickleBytes.Legacy(pickle, ("0", 1, Floats(4))));

        var checkpoint = TorchFile.Read(path);

        checkpoint.Weights("critic")["w"].ToFloats().ShouldBe([4]);
        Should.Throw<RevisageException>(() => checkpoint.Weights()).Message.ShouldContain("has arrays in 'generator', 'critic'.");
    }

    [Fact]
    public void Other_kinds_of_file_are_refused_by_what_they_are()
    {
        var pickle = PickleBytes.Dictionary("a", value => value.Integer(1));
        var tar = new byte[600];
        "sys_info"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));

        Refused([]).ShouldBe($"'{path}' cannot be imported: it is empty.");
        Refused(tar).ShouldContain("it is a tar archive, as PyTorch wrote them before 0.1.10.");
        Refused(pickle).ShouldContain("it is a pickle, but not one of torch.save.");
        Refused("weights"u8.ToArray()).ShouldContain("it is neither of the two formats of torch.save.");
        Refused(Zip(("a/data.pkl", pickle), ("a/constants.pkl", pickle))).ShouldContain("it is a TorchScript archive");
        Refused(Zip(("a/data.pkl", pickle), ("a/byteorder", "big"u8.ToArray()))).ShouldContain("its numbers are not little-endian.");
        Refused(Zip(("word/document.xml", []))).ShouldContain("it is a zip file without 'word/data.pkl'");
        Refused(PickleBytes.Zip(CompressionLevel.Optimal, ("a/data.pkl", [.. pickle, .. new byte[1000]]))).ShouldContain("its entry 'a/data.pkl' is compressed, which PyTorch never does.");
        Should.Throw<RevisageException>(() => TorchFile.Read(Path.GetTempPath())).Message.ShouldContain("cannot be imported");
        Should.Throw<RevisageException>(() => TorchFile.Read("")).Message.ShouldStartWith("'' cannot be imported");
        Should.Throw<RevisageException>(() => TorchFile.Read(path + ".gone")).Message.ShouldContain("cannot be imported");
    }

    [Fact]
    public void Names_that_point_outside_are_only_names()
    {
        var pickle = PickleBytes.Dictionary("../../w", value => value.Tensor("FloatStorage", "../../../etc/passwd", 1, 0, [1], [1]));
        File.WriteAllBytes(path, Zip(("a/data.pkl", pickle), ("a/data/../../../etc/passwd", Floats(3))));

        TorchFile.Read(path).Weights()["../../w"].ToFloats().ShouldBe([3]);
    }

    [Fact]
    [Trait("Category", "torch")]
    public void A_network_takes_what_was_read()
    {
        var weights = TorchFile.Read(ImportFixture.At("distilled-fan-legacy.pth"), wholeModules: true).Weights()
            .Where(pair => pair.Key.StartsWith("layers.1.", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key["layers.1.".Length..], pair => pair.Value);
        using var network = new TorchNetwork("norm", new BatchNorm2d(3), seed: 1);

        network.Load(weights);

        foreach (var saved in network.Save())
        {
            saved.Bytes.ToArray().ShouldBe(weights[saved.Name].Bytes.ToArray());
        }
    }

    private static byte[] Floats(params float[] values) => StoredArray.Of("", values, values.Length).Bytes.ToArray();

    private static byte[] Zip(params ReadOnlySpan<(string Name, byte[] Bytes)> entries) => PickleBytes.Zip(CompressionLevel.NoCompression, entries);

    private string Refused(byte[] file)
    {
        File.WriteAllBytes(path, file);
        return Should.Throw<RevisageException>(() => TorchFile.Read(path)).Message;
    }
}
