using System.Numerics;
using System.Text;
using Revisage.Training.Import;

namespace Revisage.Training.Tests.Import;

/// <summary>Pickles of each protocol, as Python's pickle.dumps writes them.</summary>
public class UnpicklerTests
{
    /// <summary>pickle.dumps([None, True, -1, 300, 70000, 2**40, 2.5, "é\n", b"\x00", (), (1, 2, 3, 4), {"k": [1]}], protocol).</summary>
    [Theory]
    [InlineData(0, "286c70300a4e614930310a61492d310a61493330300a614937303030300a614c313039393531313632373737364c0a6146322e350a6156e95c75303030610a70310a61635f636f646563730a656e636f64650a70320a28565c75303030300a70330a566c6174696e310a70340a7470350a5270360a612874612849310a49320a49330a49340a7470370a61286470380a566b0a70390a286c7031300a49310a6173612e")]
    [InlineData(1, "5d7100284e4930310a4affffffff4d2c014a701101004c313039393531313632373737364c0a4740040000000000005803000000c3a90a7101635f636f646563730a656e636f64650a710228580100000000710358060000006c6174696e31710474710552710629284b014b024b034b047471077d710858010000006b71095d710a4b016173652e")]
    [InlineData(2, "80025d7100284e884affffffff4d2c014a701101008a060000000000014740040000000000005803000000c3a90a7101635f636f646563730a656e636f64650a7102580100000000710358060000006c6174696e31710486710552710629284b014b024b034b047471077d710858010000006b71095d710a4b016173652e")]
    [InlineData(3, "80035d7100284e884affffffff4d2c014a701101008a060000000000014740040000000000005803000000c3a90a7101430100710229284b014b024b034b047471037d710458010000006b71055d71064b016173652e")]
    [InlineData(4, "80049547000000000000005d94284e884affffffff4d2c014a701101008a060000000000014740040000000000008c03c3a90a944301009429284b014b024b034b0474947d948c016b945d944b016173652e")]
    [InlineData(5, "80059547000000000000005d94284e884affffffff4d2c014a701101008a060000000000014740040000000000008c03c3a90a944301009429284b014b024b034b0474947d948c016b945d944b016173652e")]
    public void Values_are_those_of_Python(int protocol, string hex)
    {
        var list = Read(Convert.FromHexString(hex)).ShouldBeOfType<PickleList>().Items;

        list[..8].ShouldBe([null, true, -1L, 300L, 70000L, 1L << 40, 2.5, "é\n"]);
        list[8].ShouldBeOfType<byte[]>().ShouldBe([0]);
        list[9].ShouldBeOfType<PickleTuple>().Items.ShouldBeEmpty();
        list[10].ShouldBeOfType<PickleTuple>().Items.ShouldBe([1L, 2L, 3L, 4L]);
        list[11].ShouldBeOfType<PickleDictionary>()["k"].ShouldBeOfType<PickleList>().Items.ShouldBe([1L]);
        list.Count.ShouldBe(12, $"protocol {protocol}");
    }

    [Fact]
    public void Integers_beyond_64_bits_keep_their_value() =>
        Read([0x80, 2, 0x8a, 10, .. Convert.FromHexString("6cfc9c46f9206aa85019"), (byte)'.']).ShouldBe(BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void A_key_given_twice_has_its_last_value()
    {
        var dictionary = Read(new PickleBytes().Op('}').Text("k").Integer(1).Op('s').Text("k").Integer(2).Op('s').Op('.').Written).ShouldBeOfType<PickleDictionary>();

        dictionary.Pairs.ShouldHaveSingleItem().Value.ShouldBe(2L);
    }

    [Theory]
    [InlineData("Ione\n", "an integer that is none")]
    [InlineData("F1.x\n", "a number that is none")]
    [InlineData("Stext\n", "text without its quotes")]
    [InlineData("S'\\x0'\n", "an escape that is none")]
    [InlineData("V\\ud800\n", "an escape that is none")]
    [InlineData("g7\n", "it refers to value 7, which was never stored")]
    [InlineData("N", "it ends in the middle of a pickle")]
    [InlineData("}(N", "it ends in the middle of a pickle")]
    [InlineData("}(Nu", "a key without a value")]
    [InlineData("Nb", "the stack is empty")]
    [InlineData("NNb", "a None is given a state, and takes none")]
    [InlineData("NNa", "a None is filled as a PickleList")]
    public void What_is_wrong_is_said(string pickle, string problem) =>
        Should.Throw<InvalidDataException>(() => Read(Encoding.Latin1.GetBytes(pickle))).Message.ShouldContain(problem);

    private static object? Read(byte[] pickle)
    {
        using var stream = new MemoryStream(pickle);
        return new Unpickler(stream, pickle.Length, new TorchGlobals(wholeModules: false, pickle.Length)).Read();
    }
}
