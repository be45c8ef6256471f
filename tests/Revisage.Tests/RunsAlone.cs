namespace Revisage.Tests;

/// <summary>For tests of what the process has one of: its environment, its threads, its memory.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class RunsAlone
{
    public const string Name = "runs alone";
}
