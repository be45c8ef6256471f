using Revisage.Restoration;
using Revisage.Training.Methods;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Runs;

/// <summary>Stages on the processor, with the models of this checkout.</summary>
internal static class Stages
{
    public static TrainingSetting Setting => new(default, ModelStore.Default);

    public static ITrainingStage FirstStage(this Method method, Recipe recipe) => method.Phases(recipe)[0].Create(Setting);
}
