using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

[Collection(RunsAlone.Name)]
public sealed class DefaultModelStoreTests : IDisposable
{
    private readonly string? before = Environment.GetEnvironmentVariable(ModelStore.Override);

    public void Dispose() => Environment.SetEnvironmentVariable(ModelStore.Override, before);

    [Fact]
    public void The_chosen_folder_wins()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, "somewhere");

        ModelStore.Default.Folder.ShouldBe(Path.GetFullPath("somewhere"));
    }

    [Fact]
    public void A_checkout_uses_its_own_models()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, null);

        File.Exists(Path.Combine(ModelStore.Default.Folder, "..", "Revisage.slnx")).ShouldBeTrue();
    }
}
