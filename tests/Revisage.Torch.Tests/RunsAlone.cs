namespace Revisage.Torch.Tests;

/// <summary>For tests of what the process has one of: threads, random state, the count of live tensors.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class RunsAlone
{
    public const string Name = "runs alone";
}
