using System.Text.Json.Serialization;
using Revisage.Cli.Commands;

namespace Revisage.Cli;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BenchCommand.Speed))]
internal sealed partial class CliJson : JsonSerializerContext;
