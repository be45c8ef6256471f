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
        Write("docs/help/train.txt", "How to train\n");
        Write("docs/help/revisage.txt", "All commands\n");
        Write("native/torch/build.sh", Bridge("torch", "bridge"));
        Write("native/dlib/build.sh", Bridge("dlib", "faces"));
        Write("bin/dpkg-query", "#!/bin/sh\necho dpkg-query >> queries; echo installed\n");
        // publish PROJECT ... -o FOLDER: makes a program that says which project it is and what it was given.
        Write("bin/dotnet", """
            #!/bin/bash
            project=$(basename "$2"); checkout=$(dirname "$0")/..
            while [[ $1 != -o ]]; do [[ $1 == --artifacts-path ]] && artifacts=$2; shift; done
            echo "$project" >> "$checkout/calls"
            [[ -e "$checkout/broken" ]] && { echo "error CS1002: ; expected"; exit 1; }
            mkdir -p "$artifacts" "$2"
            # What an earlier build left half done goes into this one.
            if [[ -e "$artifacts/half" ]]; then printf '#!/bin/sh\nexit 139\n' > "$2/$project"; else
              touch "$artifacts/half"; sleep "$(cat "$checkout/duration" 2>/dev/null || echo 0.3)"; rm "$artifacts/half"
              printf '#!/bin/sh\necho "%s: $*"\n' "$project" > "$2/$project"
            fi
            chmod +x "$2/$project"
            """);
    }

    private static string Bridge(string folder, string call) =>
        $"#!/bin/sh\necho {call} >> calls; mkdir -p .build/native/{folder}; touch .build/native/{folder}/librevisage_{folder}.so\n";

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
        Calls.ShouldBe(["Revisage.Cli", "Revisage.Training.Cli", "bridge"]);
    }

    [UnixFact]
    public void A_command_for_use_asks_no_package_manager()
    {
        Start("upscale");

        File.Exists(In("queries")).ShouldBeFalse();
    }

    [UnixFact]
    public void Preparing_builds_the_bridge_to_dlib_once_and_none_to_LibTorch()
    {
        Start("prepare", "photos").Output.ShouldBe("Revisage.Data.Cli: prepare photos\n");
        Start("prepare", "photos");
        Start("models");

        Calls.ShouldBe(["Revisage.Data.Cli", "faces", "Revisage.Cli"]);
    }

    [UnixFact]
    public void Drawing_samples_builds_neither_bridge_and_asks_no_package_manager()
    {
        Start("samples", "faces").Output.ShouldBe("Revisage.Data.Cli: samples faces\n");

        Calls.ShouldBe(["Revisage.Data.Cli"]);
        File.Exists(In("queries")).ShouldBeFalse();
    }

    [UnixFact]
    public void Help_is_shown_without_building_anything()
    {
        Start("train", "--help").Output.ShouldBe("How to train\n");
        Start("train", "edsr", "-h").Output.ShouldBe("How to train\n");
        Start("--help").Output.ShouldBe("All commands\n");

        Calls.ShouldBeEmpty();
    }

    [UnixFact]
    public void Help_comes_from_the_program_where_it_is_built_and_installs_no_bridge()
    {
        Start("train", "--", "--help").Output.ShouldBe("Revisage.Training.Cli: train -- --help\n");
        File.Delete(In(".build/native/torch/librevisage_torch.so"));
        Start("train", "--help").Output.ShouldBe("Revisage.Training.Cli: train --help\n");

        Calls.ShouldBe(["Revisage.Training.Cli", "bridge"]);
    }

    [UnixTheory]
    [InlineData(0.0)]
    [InlineData(0.15)]
    [InlineData(0.3)]
    public void A_build_that_was_killed_is_noticed_by_the_next_start(double after)
    {
        Write("duration", "5");
        Shell.Run(folder, Variables, "timeout", "-s", "KILL", $"{0.3 + after}", In("revisage"), "models").Exit.ShouldNotBe(0);
        Write("duration", "0");

        Start("models").Output.ShouldBe("Revisage.Cli: models\n");
        Start("models").Output.ShouldBe("Revisage.Cli: models\n");
    }

    [UnixFact]
    public void A_program_that_does_not_start_is_built_anew_before_it_is_put_in_place()
    {
        // As a loss of power leaves it: halves, and nothing that says so.
        Write(".build/artifacts/half", "");

        Start("models").Output.ShouldBe("Revisage.Cli: models\n");
        Calls.Length.ShouldBe(2);
    }

    [UnixFact]
    public void A_program_that_is_gone_is_built_again()
    {
        Start("models");
        Directory.Delete(In(".build/use"), recursive: true);

        Start("models").Output.ShouldBe("Revisage.Cli: models\n");
    }

    [UnixFact]
    public void Without_flock_two_first_starts_build_once_too()
    {
        // A PATH with all that the scripts call but flock.
        foreach (var program in new[] { "bash", "find", "mkdir", "rm", "mv", "cat", "sleep", "basename", "dirname", "touch", "chmod", "uname", "tail", "env", "perl" })
        {
            File.CreateSymbolicLink(In($"bin/{program}"), Shell.Run(folder, Variables, "bash", "-c", $"type -P {program}").Output.Trim());
        }

        var alone = new Dictionary<string, string?> { ["PATH"] = In("bin") };
        Parallel.For(0, 3, i => Shell.Run(folder, alone, In("bin/bash"), In("revisage"), "models").ShouldSatisfyAllConditions(
            start => start.Error.ShouldNotContain("No such file"),
            start => start.Output.ShouldBe("Revisage.Cli: models\n")));

        Calls.ShouldBe(["Revisage.Cli"]);
    }

    [UnixFact]
    public void The_use_tier_gets_its_memory_in_huge_pages()
    {
        Start("models");
        Write(".build/use/Revisage.Cli", "#!/bin/sh\necho $GLIBC_TUNABLES\n");

        Start("models").Output.ShouldBe("glibc.malloc.hugetlb=1\n");
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
        Write("src/Revisage.Data/Face.cs", "changed");
        Write("src/Revisage/obj/project.assets.json", "{}");
        Start("models");

        Calls.Length.ShouldBe(1);
    }

    [UnixFact]
    public void A_source_of_the_training_program_does_not_rebuild_what_prepares()
    {
        Start("prepare");
        Write("src/Revisage.Training/Recipe.cs", "changed");
        Start("prepare");
        Write("src/Revisage.Data/Face.cs", "changed");
        Start("prepare");

        Calls.ShouldBe(["Revisage.Data.Cli", "faces", "Revisage.Data.Cli"]);
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

        var started = Start("train");

        Calls[1].ShouldStartWith("apt-get install -y --no-install-recommends libtorch-dev libopenblas0-pthread g++");
        started.Error.ShouldContain("installing LibTorch, OpenBLAS and a C++ compiler, which training needs");
        started.Output.ShouldBe("Revisage.Training.Cli: train\n");
    }

    [UnixFact]
    public void A_package_that_cannot_be_installed_is_something_missing_with_the_command_to_run()
    {
        Write("bin/dpkg-query", "#!/bin/sh\nexit 1\n");
        Write("bin/apt-get", "#!/bin/sh\nexit 100\n");
        Write("bin/sudo", "#!/bin/sh\nexec \"$@\"\n");

        var started = Start("train");

        started.Exit.ShouldBe(3);
        started.Error.ShouldContain("Run as root: apt-get update && apt-get install -y --no-install-recommends libtorch-dev libopenblas0-pthread g++");
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
