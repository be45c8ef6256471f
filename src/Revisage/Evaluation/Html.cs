using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Revisage.Imaging;

namespace Revisage.Evaluation;

/// <summary>
/// Markup, made of interpolated strings: what stands in braces is escaped unless it is markup itself, and numbers are written as
/// every culture reads them. A name that a user chose can so never become a tag.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Html
{
    private readonly StringBuilder text;

    public Html(int literalLength, int formattedCount) => text = new StringBuilder(literalLength + 16 * formattedCount);

    public static Html Empty { get; } = new(0, 0);

    /// <summary>Nothing, where the condition does not hold.</summary>
    public static Html When(bool condition, Html markup) => condition ? markup : Empty;

    /// <summary>Text that stands out, or does not.</summary>
    public static Html Bold(bool bold, string text) => bold ? (Html)$"<strong>{text}</strong>" : $"{text}";

    /// <summary>A name that may go on in the next line behind each "+", as one behind an aligner does.</summary>
    public static Html Name(string name) =>
        $"{name.Split('+').Index().Select(part => part.Index == 0 ? (Html)$"{part.Item}" : $"+<wbr>{part.Item}")}";

    /// <summary>Text that is markup already, and of no user's making.</summary>
    public static Html Trusted(string markup)
    {
        var html = new Html(markup.Length, 0);
        html.text.Append(markup);
        return html;
    }

    /// <summary>A whole page that asks the network for nothing, and could not: its own policy forbids it.</summary>
    /// <param name="styles">Names of style sheets of this library.</param>
    /// <param name="script">The name of a script of this library, run when the body is there.</param>
    public static string Document(string title, IReadOnlyList<string> styles, Html body, string script) => ((Html)$"{Opening(title, styles)}{body}{Closing(script)}").ToString();

    /// <summary>What stands before the body of a <see cref="Document"/> that is written piece by piece.</summary>
    public static Html Opening(string title, IReadOnlyList<string> styles) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <link rel="icon" href="data:,">
        <style>
        {styles.Select(Resource)}</style>
        </head>
        <body>

        """;

    /// <summary>What stands behind the body.</summary>
    public static Html Closing(string script) => $"""

        <script>
        {Resource(script)}</script>
        </body>
        </html>

        """;

    /// <summary>A style sheet or script of this library.</summary>
    private static Html Resource(string name)
    {
        using var stream = typeof(Html).Assembly.GetManifestResourceStream($"Revisage.Evaluation.Page.{name}")
            ?? throw new InvalidOperationException($"The library was built without its resource '{name}'.");
        using var reader = new StreamReader(stream);
        return Trusted(reader.ReadToEnd());
    }

    /// <summary>The address of a picture that is written out in the address itself.</summary>
    /// <exception cref="MissingComponentException">libvips is not installed.</exception>
    public static string AddressOf(Image picture) => $"data:image/png;base64,{Convert.ToBase64String(ImageFile.EncodePng(picture))}";

    /// <summary>The same of a JPEG file.</summary>
    public static string AddressOf(ReadOnlyMemory<byte> jpeg) => $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg.Span)}";

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(Html? markup) => text.Append(markup?.text);

    public void AppendFormatted(IEnumerable<Html> markup)
    {
        foreach (var part in markup)
            text.Append(part.text);
    }

    public void AppendFormatted(string? value) => text.Append(WebUtility.HtmlEncode(value));

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable =>
        text.Append(WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)));

    public override string ToString() => text.ToString();
}
