using Revisage.Cli;

namespace Revisage.Tests.Cli;

public class TableTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_lines_end_without_blanks()
    {
        var table = new Table("model", "scale");
        table.Add("edsr", "8x");
        table.Add("high-to-low", "4x");
        var output = new StringWriter { NewLine = "\n" };
        table.Write(output);

        output.ToString().ShouldBe("model        scale\nedsr         8x\nhigh-to-low  4x\n");
    }
}
