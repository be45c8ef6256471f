namespace Revisage.Tests.Packaging;

/// <summary>
/// The launcher in a small checkout of its own, where the .NET SDK and the package manager are scripts that note how
/// they were called.
/// </summary>
public sealed class LauncherTests : IDisposable
{
    private const string Cli = "src/Revisage.Cli/Program.cs";

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public LauncherTests()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var root = Checkout.Root!;
        foreach (var file in new[] { "revisage", "scripts/tiers.sh", "scripts/setup.sh", "src/Revisage.Cli/LearningCommands.cs" })
        {
            Write(file, File.ReadAllText(Path.Combine(root, file)));
        }

        Write(Cli, "first");
        Write("src/Revisage/Image.cs", "");
        Write("src/Revisage.Training/Recipe.cs", "");
        Write("native/use/layout.sh", "#!/bin/sh\n");
        Write("native/torch/build.sh", "#!/bin/sh\necho bridge >> calls\n");
        Write("native/dlib/build.sh", "#!/bin/sh\necho faces >> calls\n");
        Write("bin/dpkg-query", "#!/bin/sh\necho installed\n");
        Write("bin/npm", "#!/bin/sh\n");
        // publish PROJECT ... -o FOLDER: makes a program that says which project it is and what it was given.
        Write("bin/dotnet", """
            #!/bin/bash
            project=$(basename "$2"); while [[ $1 != -o ]]; do shift; done
            sleep 0.3
            echo "$project" >> "$(dirname "$0")/../calls"
            [[ -e "$(dirname "$0")/../broken" ]] && { echo "error CS1002: ; expected"; exit 1; }
            mkdir -p "$2"; printf '#!/bin/sh\necho "%s: $*"\n' "$project" > "$2/$project"; chmod +x "$2/$project"
            """);
    }

    private string[] Calls => File.Exists(In("calls")) ? File.ReadAllLines(In("calls")) : [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [UnixFact]
    public void The_first_start_builds_and_the_second_only_runs()
    {
        Start("upscale", "a b.png").Output.ShouldBe("Revisage.Cli: upscale a b.png\n");
        var second = Start("models");

        second.Output.ShouldBe("Revisage.Cli: models\n");
        second.Error.ShouldBeEmpty();
        Calls.ShouldBe(["Revisage.Cli"]);
    }

    [UnixFact]
    public void A_command_for_use_builds_nothing_of_the_learning_tier_and_the_other_way_round()
    {
        Start("upscale");
        Calls.ShouldBe(["Revisage.Cli"]);

        Start("train", "edsr").Output.ShouldBe("Revisage.Training.Cli: train edsr\n");
        Calls.ShouldBe(["Revisage.Cli", "bridge", "Revisage.Training.Cli"]);
    }

    [UnixFact]
    public void Preparing_alone_builds_the_bridge_to_dlib_and_once()
    {
        Start("train");
        Start("prepare", "photos").Output.ShouldBe("Revisage.Training.Cli: prepare photos\n");
        Start("prepare", "photos");
        Start("models");

        Calls.ShouldBe(["bridge", "Revisage.Training.Cli", "faces", "Revisage.Cli"]);
    }

    [UnixFact]
    public void An_edited_a_new_and_a_deleted_source_are_built()
    {
        Start("models");
        Write(Cli, "second");
        Start("models");
        Write("src/Revisage/New.cs", "");
        Start("models");
        File.Delete(In("src/Revisage/New.cs"));
        Start("models");

        Calls.Length.ShouldBe(4);
    }

    [UnixFact]
    public void A_source_of_the_learning_tier_does_not_rebuild_the_other()
    {
        Start("models");
        Write("src/Revisage.Training/Recipe.cs", "changed");
        Write("src/Revisage/obj/project.assets.json", "{}");
        Start("models");

        Calls.Length.ShouldBe(1);
    }

    [UnixFact]
    public async Task Two_first_starts_at_once_build_once()
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Task.Run(() => Start("models", $"{i}"))));

        starts.Select(start => start.Output).ShouldBe(["Revisage.Cli: models 0\n", "Revisage.Cli: models 1\n", "Revisage.Cli: models 2\n"]);
        Calls.Length.ShouldBe(1);
    }

    [UnixFact]
    public void A_build_that_fails_shows_why_and_is_tried_again()
    {
        Write("broken", "");
        var failed = Start("models");
        failed.Exit.ShouldBe(3);
        failed.Error.ShouldContain("error CS1002");

        File.Delete(In("broken"));
        Start("models").Output.ShouldBe("Revisage.Cli: models\n");
    }

    [UnixFact]
    public void A_package_that_is_absent_is_installed_and_that_is_said()
    {
        Write("bin/dpkg-query", "#!/bin/sh\nexit 1\n");
        Write("bin/apt-get", "#!/bin/sh\necho \"apt-get $*\" >> calls\n");
        Write("bin/sudo", "#!/bin/sh\nexec \"$@\"\n");

        var started = Start("models");

        Calls[0].ShouldStartWith("apt-get install -y --no-install-recommends libvips42");
        started.Error.ShouldContain("installing libvips, which reads and writes pictures");
        started.Output.ShouldBe("Revisage.Cli: models\n");
    }

    [UnixFact]
    public void A_package_that_cannot_be_installed_is_something_missing_with_the_command_to_run()
    {
        Write("bin/dpkg-query", "#!/bin/sh\nexit 1\n");
        Write("bin/apt-get", "#!/bin/sh\nexit 100\n");
        Write("bin/sudo", "#!/bin/sh\nexec \"$@\"\n");

        var started = Start("models");

        started.Exit.ShouldBe(3);
        started.Error.ShouldContain("Run as root: apt-get update && apt-get install -y --no-install-recommends libvips42");
    }

    [UnixFact]
    public void It_runs_from_elsewhere_and_by_a_link()
    {
        Directory.CreateDirectory(In("elsewhere"));
        File.CreateSymbolicLink(In("elsewhere/revisage"), In("revisage"));

        Shell.Run(In("elsewhere"), Variables, "bash", "-c", "./revisage models").Output.ShouldBe("Revisage.Cli: models\n");
    }

    private Dictionary<string, string?> Variables => new() { ["PATH"] = $"{In("bin")}:{Environment.GetEnvironmentVariable("PATH")}" };

    private (int Exit, string Output, string Error) Start(params string[] args) => Shell.Run(folder, Variables, In("revisage"), args);

    private string In(string path) => Path.Combine(folder, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        File.WriteAllText(In(path), text);
        if (!OperatingSystem.IsWindows() && (text.StartsWith("#!", StringComparison.Ordinal)))
        {
            File.SetUnixFileMode(In(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

/// <summary>A test of what only Unix has.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "The launcher is a shell script." : null;
}
