namespace Revisage.Tests;

public sealed class SpellingTests
{
    private static readonly string[] Names = ["upscale", "evaluate", "edsr", "wnet", "srcnn", "--model", "--version", "--verbose"];

    [Theory]
    [InlineData("upscal", "upscale")]
    [InlineData("evalute", "evaluate")]
    [InlineData("esdr", "edsr")]
    [InlineData("EDSR", "edsr")]
    [InlineData("--modle", "--model")]
    [InlineData("-model", "--model")]
    [InlineData("--vers", "--version")]
    public void A_mistyped_name_is_near_the_one_that_was_meant(string given, string meant) => Spelling.Nearest(given, Names).ShouldBe(meant);

    [Theory]
    [InlineData("sharpen")]
    [InlineData("vdsrx2")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("--json")]
    public void What_is_like_no_name_is_near_none(string given) => Spelling.Hint(given, Names).ShouldBeEmpty();
}
