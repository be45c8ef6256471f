using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Tests.Packaging;

/// <summary>What is released, packed from these sources, installed outside the checkout, and run.</summary>
[Trait("Category", "packaging")]
public sealed class PackagesTests(PackagesTests.Artefacts artefacts) : IClassFixture<PackagesTests.Artefacts>
{
    private static readonly string name = $"revisage-{(OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private string Program => artefacts.In($"{name}/revisage");

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
        Unpack();

        Enlarges(Program, "of-program", ("DOTNET_ROOT", "/nowhere"), ("PATH", "/nowhere"));
    }

    [UnixFact]
    public void The_library_and_its_models_serve_a_project_in_five_lines()
    {
        artefacts.Write("app/app.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Revisage" Version="0.1.0" />
                <PackageReference Include="Revisage.Models" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        artefacts.Write("app/Program.cs", """
            using Revisage.Imaging;
            using Revisage.Restoration;

            using var restorer = FaceRestorer.Open(ModelStore.Default.Find("edsr"));
            ImageFile.Save(restorer.Restore(ImageFile.Load(args[0])), args[1]);
            """);

        // For one platform, which leaves the others' native libraries out.
        var publish = artefacts.Run("dotnet", "publish", artefacts.In("app"), "-o", artefacts.In("app/out"), "--use-current-runtime", "--self-contained", "false",
            "--configfile", artefacts.In("nuget.config"), "--disable-build-servers");
        publish.Exit.ShouldBe(0, publish.Output + publish.Error);
        var app = artefacts.Run("dotnet", artefacts.In("app/out/app.dll"), artefacts.In("face.png"), artefacts.In("of-library.png"));

        app.Exit.ShouldBe(0, app.Error);
        ImageFile.Load(artefacts.In("of-library.png")).Width.ShouldBe(128);
    }

    [UnixFact]
    public void The_packages_of_the_library_and_the_models_carry_no_native_files()
    {
        foreach (var package in new[] { "Revisage", "Revisage.Models" })
        {
            using var zip = ZipFile.OpenRead(artefacts.In($"{package}.0.1.0.nupkg"));
            zip.Entries.Select(entry => entry.FullName).ShouldNotContain(name => name.Contains("runtimes/", StringComparison.Ordinal) || name.EndsWith(".so", StringComparison.Ordinal));
        }
    }

    [UnixFact]
    public void Without_libheif_a_HEIC_photograph_is_one_line_that_says_what_to_install()
    {
        Unpack();
        // The loader takes the first of this name, which is no library.
        artefacts.Write("bogus/libheif.so.1", "");
        var heic = Path.Combine(Checkout.Root!, "tests/fixtures/imaging/rgb.heic");

        var upscale = artefacts.Run([("LD_LIBRARY_PATH", artefacts.In("bogus"))], Program, "upscale", heic, "-o", artefacts.In("of-heic"));

        upscale.Exit.ShouldBe(1);
        upscale.Error.ShouldContain($"'{heic}' is HEIC, which is read through libheif, and this system has none. Install it with: sudo apt-get install libheif1; or convert the picture to JPEG.");
    }

    private void Unpack() => artefacts.Run("tar", "-xzf", artefacts.In($"{name}.tar.gz")).Exit.ShouldBe(0);

    private void Enlarges(string revisage, string name, params (string, string?)[] variables)
    {
        // With the models it brings, which are those of the checkout but for what only losses look through.
        var models = artefacts.Run(variables, revisage, "models", "--json");
        models.Exit.ShouldBe(0, models.Error);
        using (var cards = JsonDocument.Parse(models.Output))
        {
            cards.RootElement.EnumerateArray().Select(card => card.GetProperty("name").GetString()).Order()
                .ShouldBe(new ModelStore(Path.Combine(Checkout.Root!, "models")).List().Select(model => model.Name).Except(["distilled-fan", "face-features"]).Order());
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
                <configuration>
                  <packageSources><clear /><add key="here" value="." /></packageSources>
                  <fallbackPackageFolders><clear /><add key="what the checkout restored" value="RESTORED" /></fallbackPackageFolders>
                </configuration>
                """.Replace("RESTORED", Restored, StringComparison.Ordinal));
        }

        private static string Restored => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        public void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
            File.WriteAllText(In(path), text);
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
