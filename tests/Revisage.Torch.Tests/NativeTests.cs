namespace Revisage.Torch.Tests;

/// <summary>How the bridge is found, and what is said when it is not.</summary>
public sealed class NativeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-torch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_named_bridge_is_taken()
    {
        var named = Path.Combine(folder, "mine.so");
        File.WriteAllText(named, "");

        Native.Locate(named, AppContext.BaseDirectory).ShouldBe(named);
    }

    [Fact]
    public void A_named_bridge_that_is_absent_is_told_with_its_remedy() =>
        Should.Throw<TorchMissingException>(() => Native.Locate("/nowhere/bridge.so", AppContext.BaseDirectory))
            .Message.ShouldBe("REVISAGE_TORCH is '/nowhere/bridge.so', but there is no such file. Run native/torch/build.sh and unset it, or correct the path.");

    [Fact]
    public void The_nearest_bridge_above_the_program_is_taken()
    {
        var built = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, ".build", "native", "torch")).FullName, "librevisage_torch.so");
        File.WriteAllText(built, "");
        var program = Directory.CreateDirectory(Path.Combine(folder, "bin", "net")).FullName;

        Native.Locate(null, program).ShouldBe(built);
        var beside = Path.Combine(program, "librevisage_torch.so");
        File.WriteAllText(beside, "");
        Native.Locate("", program).ShouldBe(beside);
    }

    [Fact]
    public void A_bridge_that_was_never_built_is_told_with_its_remedy() =>
        Should.Throw<TorchMissingException>(() => Native.Locate(null, folder))
            .Message.ShouldBe("The bridge to LibTorch, librevisage_torch.so, is not built. Run native/torch/build.sh, or set REVISAGE_TORCH to its path.");

    [Fact]
    public void A_damaged_bridge_is_told_with_its_path_and_remedy()
    {
        var damaged = Path.Combine(folder, "librevisage_torch.so");
        File.WriteAllText(damaged, "no library");

        var message = Should.Throw<TorchMissingException>(() => Native.Load(damaged)).Message;

        message.ShouldStartWith($"'{damaged}' does not load: ");
        message.ShouldEndWith("Install LibTorch (apt-get install libtorch-dev libopenblas0-pthread) and run native/torch/build.sh.");
        message.ShouldNotContain('\n');
    }
}
