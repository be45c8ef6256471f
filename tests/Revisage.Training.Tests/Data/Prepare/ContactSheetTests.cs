using Revisage.Data;
using Revisage.Data.Prepare;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Prepare;

public class ContactSheetTests
{
    [Fact]
    public void A_face_is_shown_plain_with_dots_with_heat_and_with_classes()
    {
        var sheet = ContactSheet.Draw(new Grey(1));

        (sheet.Width, sheet.Height).ShouldBe((160, 4 * 160));
        // The drawn face's first jaw point: 100 pixels are drawn as 160.
        var (x, y) = ((int)(10.5 * 1.6 - 0.5), (int)(40.5 * 1.6 - 0.5));
        Colour(sheet, x, y).ShouldBe((100, 100, 100));
        Colour(sheet, x, 160 + y).ShouldBe((0, 255, 0));
        var (red, _, blue) = Colour(sheet, x, 320 + y);
        red.ShouldBeGreaterThan(180);
        blue.ShouldBeLessThan(60);
        // Every pixel's class is skin: half grey, half CelebAMask-HQ's red.
        Colour(sheet, x, 480 + y).ShouldBe((152, 50, 50));
    }

    [Fact]
    public void Faces_are_spread_over_the_sources_and_small_ones_leave_their_places()
    {
        var faces = Enumerable.Range(0, 100).Select(i => Grey.Record(i, i < 2 ? "few" : i < 50 ? "some" : "many")).ToArray();

        var chosen = ContactSheet.Choose(faces, 12);

        chosen.GroupBy(i => faces[i].Set).ToDictionary(set => set.Key, set => set.Count()).ShouldBe(
            new Dictionary<string, int> { ["few"] = 2, ["some"] = 5, ["many"] = 5 }, ignoreOrder: true);
        chosen.Distinct().Count().ShouldBe(12);
        chosen[^1].ShouldBeGreaterThan(90);
    }

    [Fact]
    public void What_no_face_has_is_not_drawn()
    {
        ContactSheet.Draw(new Grey(2, face => face with { Landmarks = null, Parsing = ParsingSource.None })).Height.ShouldBe(160);
        ContactSheet.Draw(new Grey(2, face => face with { Parsing = ParsingSource.None })).Height.ShouldBe(3 * 160);
    }

    [Fact]
    public void An_empty_set_is_refused() => Should.Throw<RevisageException>(() => ContactSheet.Draw(new Grey(0))).Message.ShouldContain("has no faces");

    private static (int Red, int Green, int Blue) Colour(Image image, int x, int y)
    {
        var rgb = image.ToRgb24().AsSpan(3 * (y * image.Width + x), 3);
        return (rgb[0], rgb[1], rgb[2]);
    }

    private sealed class Grey(int count, Func<FaceRecord, FaceRecord>? change = null) : IFaceSource
    {
        public string Name => "grey";

        public IReadOnlyList<FaceRecord> Faces { get; } = [.. Enumerable.Range(0, count).Select(i => Record(i, "grey")).Select(change ?? (face => face))];

        public static FaceRecord Record(int i, string set) => new()
        {
            Name = $"{i}",
            Set = set,
            Split = "train",
            Width = 100,
            Height = 100,
            Hr = 100,
            Landmarks = WhiteSquareFinder.LandmarksIn(new FaceBox(0, 0, 100, 100)),
            Parsing = ParsingSource.Labels,
        };

        public byte[] ReadRgb(int index) => Filled(3 * 100 * 100, 100);

        public byte[]? ReadParsing(int index) => Filled(100 * 100, 1);

        private static byte[] Filled(int length, byte value)
        {
            var filled = new byte[length];
            filled.AsSpan().Fill(value);
            return filled;
        }
    }
}
