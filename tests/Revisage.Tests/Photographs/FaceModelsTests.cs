using Revisage.Photographs;
using Revisage.Restoration;
using Revisage.Tests.Cli;

namespace Revisage.Tests.Photographs;

public sealed class FaceModelsTests : IDisposable
{
    private readonly StandInPhotoModels models = new();

    public void Dispose() => models.Dispose();

    [Theory]
    [InlineData(11, "light-16")]
    [InlineData(16, "light-16")]
    [InlineData(24, "light-16")]
    [InlineData(25, "light-32")]
    [InlineData(32, "light-32")]
    [InlineData(48, "light-32")]
    public void Each_face_gets_the_model_nearest_below_its_size_and_else_the_next_above(double side, string model)
    {
        using var ladder = FaceModels.Installed(models.Store);

        ladder.For(side).Model!.Card.Name.ShouldBe(model);
    }

    [Theory]
    [InlineData(10, SkipReason.TooSmall, "light-16")]
    [InlineData(49, SkipReason.LargeEnough, "light-32")]
    public void What_no_model_was_trained_for_is_left_unless_forced(double side, SkipReason reason, string forced)
    {
        using var ladder = FaceModels.Installed(models.Store);

        var (model, why) = ladder.For(side);
        model.ShouldBeNull();
        why!.Reason.ShouldBe(reason);
        why.Why.ShouldContain($"its square has {side} pixels");
        ladder.For(side, force: true).Model!.Card.Name.ShouldBe(forced);
    }

    [Fact]
    public void A_model_for_photographs_comes_before_a_more_faithful_one_for_clean_faces()
    {
        var path = Path.Combine(models.Folder, "repeat.onnx");
        StandIn.Write(path);
        var card = ModelCard.Read(Path.ChangeExtension(path, ".json"));
        (card with { Results = [new MeasuredResult("revisage-8x", 10) { Psnr = 40, BicubicPsnr = 20 }] }).Write(Path.ChangeExtension(path, ".json"));
        using var ladder = FaceModels.Installed(models.Store);

        ladder.Models.Select(model => model.Name).ShouldBe(["light-16", "light-32"]);
    }

    [Fact]
    public void A_model_that_does_not_enlarge_upright_faces_is_refused() =>
        Should.Throw<RevisageException>(() => FaceModels.Only(models.Store.Find(PhotoEnhancer.ParserModel))).Message
            .ShouldBe("'face-parser' cannot restore the faces of photographs: it does not enlarge faces. 'revisage models' lists the others.");
}
