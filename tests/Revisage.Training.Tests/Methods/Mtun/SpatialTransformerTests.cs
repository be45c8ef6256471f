using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Mtun;

[Trait("Category", "torch")]
public sealed class SpatialTransformerTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void It_starts_as_the_identity()
    {
        var face = Face();

        using var network = new TorchNetwork("stn0", new Stn0Network(), seed: 1);

        network.Forward(face, InUse).ToArray().ShouldBeClose(face.ToArray(), 1e-5, "face");
    }

    /// <summary>
    /// The authors' rule turns (row, column) by the angle: at a quarter turn it reads row = -column, column = row, so the
    /// right edge shows what was at the top.
    /// </summary>
    [Fact]
    public void A_quarter_turn_is_clockwise()
    {
        var values = new float[3 * 16 * 16];
        values[7] = 1;                      // Row 0, column 7 of red: above the centre, left of it by half a pixel.

        var turned = Transformed(values, angle: MathF.PI / 2);

        turned[7 * 16 + 15].ShouldBe(1, 1e-4f);     // Row 7, column 15: right of the centre, above it by half a pixel.
        turned.Sum().ShouldBe(1, 1e-3f);
    }

    [Fact]
    public void A_scale_of_a_half_shows_the_middle()
    {
        var values = new float[3 * 16 * 16];
        values.AsSpan().Fill(-1);
        for (var row = 3; row < 13; row++)
        {
            values.AsSpan(row * 16 + 3, 10).Fill(1);
        }

        // Half of [-1, 1] ends 3.75 pixels from the middle; the bright ones reach to 4.5.
        Transformed(values, scale: 0.5f)[..256].ShouldAllBe(value => Math.Abs(value - 1) < 1e-5f);
    }

    [Fact]
    public void Ty_looks_further_down()
    {
        var values = new float[3 * 16 * 16];
        values[9 * 16 + 3] = 1;

        // Two of the 15 distances between rows.
        Transformed(values, ty: 4f / 15)[7 * 16 + 3].ShouldBe(1, 1e-4f);
    }

    [Fact]
    public void Tx_looks_further_right()
    {
        var values = new float[3 * 16 * 16];
        values[3 * 16 + 9] = 1;

        Transformed(values, tx: 4f / 15)[3 * 16 + 7].ShouldBe(1, 1e-4f);
    }

    private static ForwardMode InUse => new(Training: false, Precision.Fp32);

    private static Tensor Face()
    {
        var values = new float[3 * 16 * 16];
        Fixtures.Numbers.Fill(values, "face");
        return Tensor.Of(values, 1, 3, 16, 16);
    }

    /// <summary>By a network whose last layer gives these four numbers for every face.</summary>
    private static float[] Transformed(float[] values, float angle = 0, float scale = 1, float ty = 0, float tx = 0)
    {
        using var network = new TorchNetwork("stn0", new Stn0Network(), seed: 1);
        network.Load(network.Save().ToDictionary(array => array.Name, array =>
            array.Name == "transformer.fc2.bias" ? StoredArray.Of(array.Name, [angle, scale, ty, tx], 4) : array));
        return network.Forward(Tensor.Of(values, 1, 3, 16, 16), InUse).ToArray();
    }
}
