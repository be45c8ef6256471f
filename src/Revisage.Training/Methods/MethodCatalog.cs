using Revisage.Training.Methods.Baselines;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Methods.Gwainet;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Methods.Progressive;
using Revisage.Training.Methods.RevisageNet;
using Revisage.Training.Methods.WNet;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.FaceDetection;
using Revisage.Training.Priors.Features;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Priors.Metrics;
using Revisage.Training.Priors.Parsing;

namespace Revisage.Training.Methods;

/// <summary>The one list of methods.</summary>
public static class MethodCatalog
{
    public static IReadOnlyList<Method> All { get; } =
    [
        new RevisageMethod(),
        new RevisageGuidedMethod(),
        new EdsrMethod(),
        new SrcnnMethod(),
        new VdsrMethod(),
        new SrganMethod(),
        new UrdgnMethod(),
        new ProgressiveMethod(),
        new GwainetMethod(),
        new MtunMethod(),
        new Stn0Method(),
        new HighToLowMethod(),
        new LowToHighMethod(),
        new CycleGanMethod(),
        new WNetMethod(),
        new FanMethod(),
        new DistilledFanMethod(),
        new LandmarkMethod(),
        new DetectorMethod(),
        new FaceParserMethod(),
        new InetMethod(),
        new IdentityEvalMethod(),
        new FaceFeaturesMethod(),
        new ResNet18Method(),
        new LpipsAlexMethod(),
        new LpipsVggMethod(),
        new InceptionMethod(),
    ];

    public static string Names => string.Join(", ", All.Select(method => method.Id));

    /// <exception cref="RevisageException">There is none of that id; the message lists those there are.</exception>
    public static Method Find(string id) => All.FirstOrDefault(method => method.Id == id)
        ?? throw new RevisageException($"There is no method '{id}'. There are: {Names}.{Spelling.Hint(id, All.Select(method => method.Id))}");
}
