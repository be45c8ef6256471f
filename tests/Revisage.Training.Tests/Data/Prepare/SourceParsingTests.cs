using Revisage.Data;
using Revisage.Data.Prepare;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Prepare;

public sealed class SourceParsingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void One_picture_a_class_is_merged_in_CelebAMask_HQs_order()
    {
        // Skin covers three pixels, the nose the second of them and hair the third; l_eye is no eye_g or l_ear.
        string[] files = [Layer("00001_hair", 0, 0, 1, 1), Layer("00001_skin", 1, 1, 1, 0), Layer("00001_nose", 0, 1, 0, 0)];

        SourceParsing.Load(files).At(4, 1).ShouldBe([1, 2, 13, 13]);
        SourceParsing.Load([Layer("00001_l_eye", 1, 0, 0, 0)]).At(4, 1).ShouldBe([4, 0, 0, 0]);
        SourceParsing.Load([Layer("00001_neck_l", 1, 0, 0, 0), Layer("00001_neck", 0, 1, 0, 0)]).At(4, 1).ShouldBe([16, 17, 0, 0]);
    }

    [Fact]
    public void A_map_of_another_size_gives_each_pixel_its_nearest_label()
    {
        var file = Path.Combine(folder, "map.png");
        File.WriteAllBytes(file, IndexedPng.Encode([1, 2, 3, 4], 2, 2));

        SourceParsing.Load([file]).At(4, 2).ShouldBe([1, 1, 2, 2, 3, 3, 4, 4]);
    }

    [Fact]
    public void A_class_that_is_none_a_layer_that_is_none_and_layers_of_two_sizes_are_refused_by_name()
    {
        var file = Path.Combine(folder, "map.png");
        File.WriteAllBytes(file, IndexedPng.Encode([1, 200], 2, 1));
        Refusal(file).ShouldContain("map.png' holds the class 200");
        Refusal(Layer("00001_skin", 1, 0, 0, 0), Layer("00001_beard", 1, 0, 0, 0)).ShouldContain("00001_beard.png' should end in a class");
        Refusal(Layer("00001_skin", 1, 0, 0, 0), Layer("00001_nose", 1, 0)).ShouldContain("00001_nose.png' is 2x1");
    }

    private static string Refusal(params string[] files) => Should.Throw<RevisageException>(() => SourceParsing.Load(files)).Message;

    private string Layer(string name, params byte[] row)
    {
        var file = Path.Combine(folder, name + ".png");
        File.WriteAllBytes(file, ImageFile.EncodePng(Image.FromRgb24(row.Length, 1, [.. row.SelectMany(value => Enumerable.Repeat((byte)(255 * value), 3))])));
        return file;
    }
}
