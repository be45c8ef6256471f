using Revisage.Restoration;

namespace Revisage.Cli;

/// <summary>Tells once, for each model, what it was trained on and on which terms.</summary>
internal static class FirstUse
{
    /// <summary>Writes the line if this user has not been told; a marker in the user's configuration remembers it.</summary>
    public static void Tell(ModelCard card, TextWriter error) => Tell(card, error, Environment.GetFolderPath(
        // XDG_CONFIG_HOME or ~/.config, and what other systems have instead.
        Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify));

    internal static void Tell(ModelCard card, TextWriter error, string configuration)
    {
        var marker = Path.Combine(configuration, "revisage", "told", card.Name);
        try
        {
            if (File.Exists(marker) && File.ReadAllText(marker) == card.Data.Licence)
            {
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(marker)!);
            File.WriteAllText(marker, card.Data.Licence);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is told again next time.
        }

        error.WriteLine($"Model '{card.Name}' was trained on {card.Data.Name}: {card.Data.Licence}. (Said once.)");
    }
}
