using System.Runtime.InteropServices;
using Revisage.Restoration;

namespace Revisage.Tests;

[Collection(RunsAlone.Name)]
public sealed class NativeLibrariesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-native-").FullName;
    private readonly string? before = Environment.GetEnvironmentVariable(NativeLibraries.Override);

    public NativeLibrariesTests() => Environment.SetEnvironmentVariable(NativeLibraries.Override, folder);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(NativeLibraries.Override, before);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_runtime_identifier_is_NuGets()
    {
        string[] served = ["linux-x64", "linux-arm64", "win-x64", "osx-arm64"];

        NativeLibraries.RuntimeIdentifier.ShouldBeOneOf(served);
        RuntimeInformation.RuntimeIdentifier.ShouldEndWith("-" + NativeLibraries.RuntimeIdentifier.Split('-')[1]);
    }

    [Fact]
    public void The_chosen_folder_wins()
    {
        File.Copy(NativeLibraries.Locate(OnnxModel.Runtime).ShouldNotBeNull(), Path.Combine(folder, OnnxModel.Runtime.FileName));

        NativeLibraries.Locate(OnnxModel.Runtime).ShouldBe(Path.Combine(folder, OnnxModel.Runtime.FileName));
        NativeLibrary.GetExport(NativeLibraries.Load(OnnxModel.Runtime), "OrtGetApiBase").ShouldNotBe(0);
    }

    [Fact]
    public void A_library_that_is_nowhere_is_told_with_its_remedy()
    {
        var component = new NativeComponent("Nothing", "libnothing.so.7", "nothing.dll", "libnothing.dylib", "Install nothing.");

        NativeLibraries.Locate(component).ShouldBeNull();
        Should.Throw<MissingComponentException>(() => NativeLibraries.Load(component))
            .Message.ShouldBe($"Nothing ({component.FileName}) was not found beside the program or on the system. Install nothing.");
    }

    [Fact]
    public void A_damaged_library_is_told_with_its_path()
    {
        var component = new NativeComponent("Nothing", "nothing.so", "nothing.dll", "nothing.dylib", "Install nothing.");
        var path = Path.Combine(folder, component.FileName);
        File.WriteAllText(path, "no library");

        var message = Should.Throw<MissingComponentException>(() => NativeLibraries.Load(component)).Message;

        message.ShouldStartWith($"Nothing at '{path}' does not load: ");
        message.ShouldEndWith(" Install nothing.");
        message.ShouldNotContain('\n');
    }

    [Fact]
    public void The_systems_libraries_are_found_last()
    {
        var component = new NativeComponent("The C library", "libc.so.6", "kernel32.dll", "libSystem.B.dylib", "");

        NativeLibraries.Locate(component).ShouldBeNull();
        NativeLibraries.Load(component).ShouldNotBe(0);
    }
}
