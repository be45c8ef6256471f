using Revisage.Torch;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Runs;

[Trait("Category", "torch")]
public sealed class MapPicturesTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void One_map_is_grey() =>
        MapPictures.Of(Tensor.Of([0.25f, -1, 2, 0], 2, 1, 1, 2)).Select(picture => picture.Pixels.ToArray()).ShouldBe([[0.25f, 0, 0.25f, 0, 0.25f, 0], [1, 0, 1, 0, 1, 0]]);

    [Fact]
    public void Four_maps_are_red_green_blue_and_grey() =>
        MapPictures.Of(Tensor.Of([1f, 0, 0, 0, 0, 0, 0, 1], 1, 4, 1, 2)).Single().Pixels.ToArray().ShouldBe([1, 0.6f, 0, 0.6f, 0, 0.6f]);
}
