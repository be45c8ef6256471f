using System.Runtime.InteropServices;
using System.Text.Json;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Tests.Packaging;

/// <summary>What is released, packed from these sources, installed outside the checkout, and run.</summary>
[Trait("Category", "packaging")]
public sealed class PackagesTests(PackagesTests.Artefacts artefacts) : IClassFixture<PackagesTests.Artefacts>
{
    [UnixFact]
    public void The_tool_installs_and_enlarges_a_face()
    {
        var install = artefacts.Run("dotnet", "tool", "install", "Revisage.Tool", "--tool-path", artefacts.In("tool"), "--configfile", artefacts.In("nuget.config"));
        install.Exit.ShouldBe(0, install.Output + install.Error);

        Enlarges(artefacts.In("tool/revisage"), "of-tool");
    }

    [UnixFact]
    public void The_program_unpacks_and_enlarges_a_face_without_dotnet()
    {
        var rid = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        artefacts.Run("tar", "-xzf", artefacts.In($"revisage-{rid}.tar.gz")).Exit.ShouldBe(0);

        Enlarges(artefacts.In($"revisage-{rid}/revisage"), "of-program", ("DOTNET_ROOT", "/nowhere"), ("PATH", "/nowhere"));
    }

    private void Enlarges(string revisage, string name, params (string, string?)[] variables)
    {
        // With the models it brings, which are those of the checkout but for what only losses look through.
        var models = artefacts.Run(variables, revisage, "models", "--json");
        models.Exit.ShouldBe(0, models.Error);
        using (var cards = JsonDocument.Parse(models.Output))
        {
            cards.RootElement.EnumerateArray().Select(card => card.GetProperty("name").GetString()).Order()
                .ShouldBe(new ModelStore(Path.Combine(Checkout.Root!, "models")).List().Select(model => model.Name).Except(["distilled-fan", "face-features", "inet"]).Order());
        }

        var upscale = artefacts.Run([.. variables, ("HOME", artefacts.In("home"))], revisage, "upscale", artefacts.In("face.png"), "-o", artefacts.In(name));
        upscale.Exit.ShouldBe(0, upscale.Error);
        ImageFile.Load(artefacts.In($"{name}/face.png")).Width.ShouldBe(128);
        Directory.Exists(artefacts.In("home/.cache/Microsoft")).ShouldBeFalse("ONNX Runtime kept a number to tell its maker who runs it");
    }

    /// <summary>Packs once, into a folder that the tests install below.</summary>
    public sealed class Artefacts : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

        public Artefacts()
        {
            if (OperatingSystem.IsWindows())
            {
                return;
            }

            var (exit, output, error) = Shell.Run(folder, new Dictionary<string, string?>(), Path.Combine(Checkout.Root!, "scripts/pack.sh"), "--host", folder);
            exit.ShouldBe(0, output + error);
            Directory.CreateDirectory(In("home"));
            ImageFile.Save(new Image(16, 16, new float[3 * 16 * 16]), In("face.png"));
            File.WriteAllText(In("nuget.config"), """
                <configuration><packageSources><clear /><add key="here" value="." /></packageSources></configuration>
                """);
        }

        public string In(string path) => Path.Combine(folder, path);

        public (int Exit, string Output, string Error) Run(string program, params string[] args) => Run([], program, args);

        internal (int Exit, string Output, string Error) Run((string Name, string? Value)[] variables, string program, params string[] args)
        {
            var all = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
            // Neither what the user has been told, nor an older package of this version in the user's cache.
            all["XDG_CONFIG_HOME"] = In("config");
            all["NUGET_PACKAGES"] = In("cache");
            return Shell.Run(folder, all, program, args);
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
