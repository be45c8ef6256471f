using Revisage.Training.Data.Sources;

namespace Revisage.Training.Data.Prepare;

/// <summary>One dataset to prepare.</summary>
/// <param name="Set">What its faces' records call it.</param>
public sealed record PrepareInput(string Set, SourceListing Listing);
