namespace Revisage.Training.Tests;

/// <summary>Against the examples of protobuf.dev, "Encoding".</summary>
public class ProtoMessageTests
{
    [Fact]
    public void An_integer_of_150_takes_two_bytes() => Hex(new ProtoMessage().Integer(1, 150)).ShouldBe("089601");

    [Fact]
    public void A_negative_integer_takes_ten_bytes() => Hex(new ProtoMessage().Integer(1, -2)).ShouldBe("08FEFFFFFFFFFFFFFFFF01");

    [Fact]
    public void A_text_carries_its_length() => Hex(new ProtoMessage().Text(2, "testing")).ShouldBe("120774657374696E67");

    [Fact]
    public void A_message_within_a_message_carries_its_length() =>
        Hex(new ProtoMessage().Nested(3, new ProtoMessage().Integer(1, 150))).ShouldBe("1A03089601");

    [Fact]
    public void A_float_is_four_bytes_little_endian() => Hex(new ProtoMessage().Single(2, 1)).ShouldBe("150000803F");

    [Fact]
    public void A_double_is_eight_bytes_little_endian() => Hex(new ProtoMessage().Double(1, 1)).ShouldBe("09000000000000F03F");

    [Fact]
    public void A_field_number_above_15_takes_two_bytes() => Hex(new ProtoMessage().Integer(20, 1)).ShouldBe("A00101");

    private static string Hex(ProtoMessage message) => Convert.ToHexString(message.Written);
}
