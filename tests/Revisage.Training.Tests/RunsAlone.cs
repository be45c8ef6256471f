namespace Revisage.Training.Tests;

/// <summary>For tests of what the process has one of: LibTorch's threads, random state and count of live tensors.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class RunsAlone
{
    public const string Name = "runs alone";
}
