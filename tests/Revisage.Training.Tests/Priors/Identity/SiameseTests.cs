using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;

namespace Revisage.Training.Tests.Priors.Identity;

/// <summary>GWAInet's own training of Inet, equation 5.</summary>
[Trait("Category", "torch")]
public sealed class SiameseTests : IDisposable
{
    private const string Tiny = """
        method: inet
        iterations: 2
        batch: 4
        precision: fp32
        network: {width: 4, units: 1, embedding: 8}
        siamese: {iterations: 2, batch: 4, learning_rate: {peak: 1e-2}}
        data: {high_res: 32, low_res: 0, identities: {people: 2, images: 2}}
        """;

    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Pairs_of_one_person_and_of_two_are_as_many()
    {
        var (first, second, same) = EncoderTraining.Pairs(["a", "a", null, "b", "b", "a"]);

        first.Zip(second, same).Select(pair => $"{pair.First}{pair.Second} {pair.Third}")
            .ShouldBe(["01 1", "03 0", "05 1", "03 0", "15 1", "13 0", "34 1", "35 0"]);
    }

    [Fact]
    public void A_batch_without_two_faces_of_one_person_is_refused() =>
        Should.Throw<RevisageException>(() => EncoderTraining.Pairs(["a", "b", null, null])).Message.ShouldStartWith("A batch holds no two faces of one person.");

    [Fact]
    public void It_is_a_phase_before_the_contrasts_which_begin_with_its_encoder()
    {
        var recipe = RecipeFile.Parse(Tiny, "of the test", []);
        var phases = MethodCatalog.Find("inet").Phases(recipe);
        phases.Select(phase => phase.Name).ShouldBe(["siamese", "train"]);
        using var pairs = phases[0].Create(Stages.Setting);
        var losses = Enumerable.Range(0, 30).Select(step =>
        {
            using var inner = new TensorScope();
            return pairs.Step(Batch(), step).Values().Single();
        }).ToArray();
        losses[0].Name.ShouldBe("siamese");
        losses[^1].Value.ShouldBeLessThan(0.9 * losses[0].Value);

        using var contrasts = phases[1].Create(Stages.Setting);
        Checkpoint.Of(pairs, new CheckpointState { Phase = "siamese", Iteration = 30, Recipe = RecipeFile.ToYaml(recipe), Threads = 1, Faces = 4 }).HandOver(contrasts, optimizers: false);

        string[] Encoder(ITrainingStage stage) => [.. stage.Networks[0].Save().Where(array => array.Name.StartsWith("encoder.", StringComparison.Ordinal)).Select(array => Convert.ToHexString(array.Bytes.Span))];
        Encoder(contrasts).ShouldBe(Encoder(pairs));
        contrasts.Step(Batch(), 0).Values()[0].Name.ShouldBe("identity");
    }

    [Fact]
    public void It_is_left_out_unless_a_recipe_asks_for_it()
    {
        MethodCatalog.Find("inet").Phases(RecipeFile.Parse(Tiny, "of the test", ["siamese.iterations=0"])).ShouldHaveSingleItem().Name.ShouldBe("train");
        MethodCatalog.Find("inet").Phases(RecipeFile.Load("inet", Path.Combine(AppContext.BaseDirectory, "recipes"), [])).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("method: inet\nsiamese: {iterations: 1}\ndata: {low_res: 0}", "Pairs of faces of one person are not met by chance.")]
    [InlineData("method: identity-eval\nsiamese: {iterations: 1}\ndata: {low_res: 0}", "The encoder that only measures is not trained on pairs.")]
    public void What_cannot_be_trained_is_refused(string yaml, string message) =>
        Should.Throw<RevisageException>(() => Check(RecipeFile.Parse(yaml, "of the test", []))).Message.ShouldStartWith(message);

    private static void Check(Recipe recipe) => MethodCatalog.Find(recipe.Method).Check(recipe);

    private static FaceBatch Batch()
    {
        var faces = new float[4 * 3 * 32 * 32];
        foreach (var (i, name) in new[] { "a", "a", "b", "b" }.Index())
        {
            var face = new float[3 * 32 * 32];
            Fixtures.Numbers.Fill(face, name);
            face.CopyTo(faces, i * face.Length);
        }

        FaceRecord[] records = [.. new[] { "a", "a", "b", "b" }.Select(name => new FaceRecord { Name = name, Set = "test", Split = "train", Width = 32, Height = 32, Hr = 32, Identity = name })];
        return new FaceBatch(0, 4, [], 0, faces, 32, [], [], [], [], records);
    }
}
