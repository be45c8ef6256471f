using System.Numerics;
using Revisage.Data;
using Revisage.Data.Crops;
using Revisage.Data.Prepare;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Training.Tests.Data.GroundTruth;

namespace Revisage.Training.Tests.Data.Prepare;

/// <summary>Photographs whose faces are white squares, so that what is found and cut is known.</summary>
public sealed class PrepareRunTests : IDisposable
{
    private readonly DrawnPhotographs photographs = new();
    private readonly MemorySink sink = new();

    public void Dispose() => photographs.Dispose();

    [Fact]
    public void A_face_is_found_cut_and_described()
    {
        photographs.Add("a.png", 300, 300, [(100, 90, 100)], face => face with { Identity = "Ann", Age = 30, Gender = "f" });

        var report = Run();

        var face = sink["a.png"];
        (face.Set, face.Width, face.Height, face.Hr, face.Identity, face.Age, face.Gender).ShouldBe(("drawn", 160, 160, 128, "Ann", 30, "f"));
        // The landmarks' extent is 0.8 of the square's 100 pixels; the crop's face is 1.45 times that.
        var (min, max) = face.Landmarks.ShouldNotBeNull().Bounds();
        (max.X - min.X).ShouldBe(128 / 1.45f, 0.01f);
        face.Parsing.ShouldBe(ParsingSource.Landmarks);
        var (width, height, labels) = IndexedPng.Decode(sink.Faces[0].Parsing, "parsing");
        (width, height).ShouldBe((160, 160));
        labels.Distinct().Count().ShouldBeGreaterThan(5);
        ImageFile.Decode(sink.Faces[0].Picture, "face").Width.ShouldBe(160);
        report.Sets.ShouldBe([new PreparedSet("drawn", 1, 1, 0, 0)]);
    }

    [Fact]
    public void The_cut_shows_the_face_where_its_landmarks_say()
    {
        photographs.Add("a.png", 300, 300, [(100, 90, 100)]);

        Run();

        // The drawn face's left jaw is 10 from the square's left edge, its brows 30 below the top.
        var face = sink.Faces[0];
        var scale = 128 / 116f;
        var corner = face.Record.Landmarks![0] - new Vector2(10.5f, 40.5f) * scale;
        var picture = ImageFile.Decode(face.Picture, "face");
        Grey(picture, corner + new Vector2(4)).ShouldBeGreaterThan(0.97f);
        Grey(picture, corner - new Vector2(4)).ShouldBeLessThan(0.7f);

        static float Grey(Image picture, Vector2 at) => picture.Pixels[(int)at.Y * picture.Width + (int)at.X];
    }

    [Fact]
    public void A_folder_without_faces_is_counted_and_named()
    {
        photographs.Add("wall.png", 120, 90, []);
        photographs.Add("sky.png", 120, 90, []);

        var report = Run();

        sink.Faces.ShouldBeEmpty();
        report.Rejected.Select(problem => (problem.Name, problem.Kind)).ShouldBe([("wall.png", "no face found"), ("sky.png", "no face found")]);
        report.Rejected[0].Detail.ShouldBe("in 120x90 pixels");
    }

    [Fact]
    public void A_face_cut_by_the_border_is_rejected_and_one_with_its_margin_beyond_is_kept()
    {
        // The face's square is 116 wide around the white square of 100: half of it is outside.
        photographs.Add("cut.png", 300, 300, [(0, 100, 100)], face => face with { Box = new FaceBox(-50, 100, 100, 100), Landmarks = WhiteSquareFinder.LandmarksIn(new FaceBox(-20, 100, 100, 100)) });
        photographs.Add("margin.png", 300, 300, [(10, 100, 100)]);

        var report = Run();

        report.Rejected.Single().ShouldSatisfyAllConditions(
            problem => problem.Name.ShouldBe("cut.png"), problem => problem.Kind.ShouldBe("face cut by the border"), problem => problem.Detail.ShouldContain("of it is outside"));
        sink.Names.ShouldBe(["margin.png"]);
        report.Notes.Single().Kind.ShouldBe("border repeated beyond the photograph");
    }

    [Fact]
    public void Landmarks_outside_the_image_are_rejected()
    {
        photographs.Add("a.png", 200, 200, [], face => face with { Landmarks = WhiteSquareFinder.LandmarksIn(new FaceBox(500, 50, 100, 100)) });
        photographs.Add("nan.png", 200, 200, [], face => face with { Landmarks = new Landmarks(Enumerable.Repeat(new Vector2(float.NaN), 68).ToArray()) });
        photographs.Add("crop.png", 128, 128, [], face => face with { Hr = 128, Landmarks = WhiteSquareFinder.LandmarksIn(new FaceBox(100, 0, 100, 100)) });

        var report = Run();

        sink.Faces.ShouldBeEmpty();
        report.Rejected.ShouldAllBe(problem => problem.Kind == "landmarks outside the picture");
        report.Rejected[0].Detail.ShouldBe("(510, 80) to (590, 140) in 200x200 pixels");
    }

    [Fact]
    public void Of_several_faces_the_largest_is_kept_and_that_is_noted()
    {
        photographs.Add("a.png", 600, 300, [(60, 100, 90), (300, 90, 120)]);

        var report = Run();

        sink.Names.ShouldBe(["a.png"]);
        report.Notes.Single().ShouldBe(new ReportedProblem("drawn", "a.png", "several faces, the largest kept", "2 faces"));
        // 120 x 0.8 x 1.45 = 139 pixels of the photograph, where the smaller would have 104.
        var (min, max) = sink.Faces[0].Record.Landmarks!.Bounds();
        (max.X - min.X).ShouldBe(128 / 1.45f, 0.01f);
    }

    [Fact]
    public void All_faces_are_taken_on_request_as_of_one_photograph()
    {
        photographs.Add("a.png", 600, 300, [(60, 100, 90), (300, 90, 120)]);

        Run(new PrepareOptions { Faces = FaceChoice.All });

        sink.Names.ShouldBe(["a.png#2", "a.png"]);
        sink.Faces.ShouldAllBe(face => face.Record.Photograph == "a.png");
        sink["a.png#2"].Split.ShouldBe(sink["a.png"].Split);
    }

    [Fact]
    public void A_run_killed_between_two_faces_of_a_picture_gives_the_rest_and_none_twice()
    {
        photographs.Add("a.png", 600, 300, [(60, 100, 90), (300, 90, 120)]);
        Run(new PrepareOptions { Faces = FaceChoice.All });
        sink.Faces.RemoveAt(1);

        var report = Run(new PrepareOptions { Faces = FaceChoice.All });

        sink.Names.ShouldBe(["a.png#2", "a.png"]);
        (report.Kept, report.AlreadyThere).ShouldBe((1, 1));
    }

    [Fact]
    public void A_damaged_image_and_an_absent_one_do_not_stop_the_others()
    {
        photographs.AddFile("broken.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 2, 3]);
        photographs.AddFile("empty.png", []);
        photographs.AddListed(new SourceFace { Path = Path.Combine(photographs.Folder, "gone.png"), Name = "gone.png" });
        photographs.Add("a.png", 300, 300, [(100, 90, 100)]);

        var report = Run();

        sink.Names.ShouldBe(["a.png"]);
        report.Rejected.Select(problem => problem.Name).ShouldBe(["broken.jpg", "empty.png", "gone.png"]);
        report.Rejected.ShouldAllBe(problem => problem.Kind == "damaged picture");
        report.Rejected[2].Detail.ShouldContain("does not exist");
    }

    [Fact]
    public void The_second_face_of_one_name_is_named_and_left_out()
    {
        photographs.Add("one/a.png", 300, 300, [(100, 90, 100)], face => face with { Name = "a.png" });
        photographs.Add("two/a.png", 300, 300, [(100, 90, 100)], face => face with { Name = "a.png" });

        var report = Run();

        sink.Names.ShouldBe(["a.png"]);
        report.Rejected.Single().Kind.ShouldBe("duplicate name");
        report.Rejected[0].Detail.ShouldContain("two");
    }

    [Fact]
    public void Names_of_any_script_stay_as_they_are_in_set_and_report()
    {
        photographs.Add("дом/张伟 é.png", 300, 300, [(100, 90, 100)]);
        photographs.Add("空.png", 90, 90, []);

        var report = Run();

        sink.Names.ShouldBe(["дом/张伟 é.png"]);
        report.ToJson().ShouldContain("\"空.png\"");
    }

    [Fact]
    public void A_prepared_crop_is_kept_to_the_byte_and_needs_no_detector()
    {
        var landmarks = WhiteSquareFinder.LandmarksIn(new FaceBox(30, 20, 100, 100));
        var source = photographs.Add("crop.png", 160, 160, [(30, 20, 100)], face => face with { Hr = 128, Landmarks = landmarks, Split = "val" });

        new PrepareRun(new PrepareOptions(), () => throw new MissingComponentException("no detector here")).Run([photographs.Input()], sink, []);

        var (record, picture, _) = sink.Faces.Single();
        picture.ShouldBe(File.ReadAllBytes(source.Path));
        (record.Width, record.Hr, record.Split).ShouldBe((160, 128, "val"));
        record.Landmarks!.Points.ToArray().ShouldBe(landmarks.Points.ToArray());
    }

    [Fact]
    public void A_prepared_crop_smaller_than_its_face_is_refused()
    {
        photographs.Add("crop.png", 100, 100, [], face => face with { Hr = 128 });

        Run().Rejected.Single().Detail.ShouldBe("the face should have 128 pixels, but the picture is 100x100");
    }

    [Fact]
    public void Landmarks_of_a_prepared_crop_are_found_where_nobody_gave_them()
    {
        photographs.Add("seen.png", 160, 160, [(30, 30, 90)], face => face with { Hr = 128 });
        photographs.Add("unseen.png", 160, 160, [], face => face with { Hr = 128 });

        var report = Run();

        sink["seen.png"].Landmarks![0].ShouldBe(WhiteSquareFinder.LandmarksIn(new FaceBox(30, 30, 90, 90))[0]);
        sink["unseen.png"].Landmarks![0].ShouldBe(WhiteSquareFinder.LandmarksIn(new FaceBox(16, 16, 128, 128))[0]);
        report.Notes.Single().ShouldBe(new ReportedProblem("drawn", "unseen.png", "landmarks sought in the whole crop", "the detector sees no face in it"));
    }

    [Fact]
    public void Too_small_a_face_is_rejected_with_both_sizes()
    {
        photographs.Add("a.png", 300, 300, [(100, 100, 60)]);

        // 60 x 0.8 x 1.45 = 70 pixels; 0.7 x 128 = 90 are wanted.
        Run().Rejected.Single().ShouldBe(new ReportedProblem("drawn", "a.png", "face too small", "70 pixels, but 90 are wanted"));
    }

    [Fact]
    public void A_box_of_anybodys_is_where_the_detector_looks_again()
    {
        photographs.Add("near.png", 500, 300, [(100, 90, 100), (300, 90, 110)], face => face with { Box = new FaceBox(90, 70, 120, 150) });
        photographs.Add("alone.png", 500, 300, [], face => face with { Box = new FaceBox(90, 70, 120, 150) });
        photographs.Add("out.png", 500, 300, [], face => face with { Box = new FaceBox(600, 70, 120, 150) });

        var report = Run(new PrepareOptions { Crop = new OpenFaceCrop() });

        Centre(sink["near.png"]).ShouldBe(63.5f, 0.01f);
        sink.Names.ShouldBe(["near.png", "alone.png"]);
        report.Rejected.Single().Kind.ShouldBe("box outside the picture");

        static float Centre(FaceRecord face) => (face.Landmarks!.Bounds().Min.X + face.Landmarks.Bounds().Max.X) / 2;
    }

    [Fact]
    public void CelebAs_crop_keeps_a_face_that_the_detector_misses_and_refuses_other_pictures()
    {
        photographs.Add("000001.png", 178, 218, []);
        photographs.Add("000002.png", 178, 218, [(40, 60, 90)]);
        photographs.Add("000003.png", 200, 218, [(40, 60, 90)]);

        var report = Run(new PrepareOptions { Crop = new CelebACrop() });

        sink.Names.ShouldBe(["000001.png", "000002.png"]);
        sink["000001.png"].Landmarks.ShouldBeNull();
        // 128 / 178 x (40 + 0.1 x 90 + 0.5) - 0.5.
        sink["000002.png"].Landmarks![0].X.ShouldBe(128 / 178f * 49.5f - 0.5f, 0.01f);
        report.Notes.Single().Kind.ShouldBe("kept without landmarks");
        report.Rejected.Single().ShouldBe(new ReportedProblem("drawn", "000003.png", "picture of another size", "200x218 is not what the crop 'celeba' is for"));
    }

    [Fact]
    public void Blurred_faces_are_rejected_on_request()
    {
        photographs.Add("flat.png", 300, 300, [(80, 60, 150)]);

        Run().Kept.ShouldBe(1);
        sink.Faces.Clear();
        Run(new PrepareOptions { MinSharpness = 1e6 }).Rejected.Single().Kind.ShouldBe("blurred face");
    }

    [Fact]
    public void A_datasets_own_parsing_map_is_cut_like_the_picture()
    {
        // Labels at half the picture's size: hair on the left, skin on the right of the face's middle.
        var labels = new byte[150 * 150];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = i % 150 < 75 ? (byte)13 : (byte)1;
        }

        var map = Path.Combine(photographs.Folder, "map.bin");
        File.WriteAllBytes(map, IndexedPng.Encode(labels, 150, 150));
        photographs.Add("a.png", 300, 300, [(100, 90, 100)], face => face with { Parsing = [map] });

        Run();

        sink.Faces[0].Record.Parsing.ShouldBe(ParsingSource.Labels);
        var cut = IndexedPng.Decode(sink.Faces[0].Parsing, "parsing").Values;
        // The crop's centre is at 150.5 of the photograph, half a pixel right of the border between the labels.
        (cut[80 * 160 + 78], cut[80 * 160 + 81]).ShouldBe(((byte)13, (byte)1));
    }

    [Fact]
    public void A_damaged_parsing_map_is_counted_and_its_face_left_out()
    {
        var map = Path.Combine(photographs.Folder, "map.bin");
        File.WriteAllBytes(map, [1, 2, 3]);
        photographs.Add("a.png", 300, 300, [(100, 90, 100)], face => face with { Parsing = [map] });

        Run().Rejected.Single().Kind.ShouldBe("damaged parsing map");
        sink.Faces.ShouldBeEmpty();
    }

    [Fact]
    public void The_set_does_not_depend_on_the_number_of_threads()
    {
        for (var i = 0; i < 60; i++)
        {
            // Of very different sizes, so that threads finish out of order.
            photographs.Add($"{i}.png", i % 3 == 0 ? 900 : 250, 250, i % 7 == 0 ? [] : [(60, 60, 100)]);
        }

        var one = Run(new PrepareOptions { Threads = 1 });
        var alone = sink.Faces.ToArray();
        sink.Faces.Clear();
        var four = Run(new PrepareOptions { Threads = 4 });

        alone.Length.ShouldBe(51);
        sink.Faces.Select(face => face.Record.Name).ShouldBe(alone.Select(face => face.Record.Name));
        sink.Faces.Zip(alone).ShouldAllBe(pair => pair.First.Picture.SequenceEqual(pair.Second.Picture) && pair.First.Record.Split == pair.Second.Record.Split);
        four.Rejected.ShouldBe(one.Rejected);
    }

    [Fact]
    public void Stopped_and_started_again_it_goes_on_and_gives_the_same_set()
    {
        for (var i = 0; i < 30; i++)
        {
            photographs.Add($"{i}.png", 250, 250, [(60, 60, 100)]);
        }

        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => NewRun().Run([photographs.Input()], sink, [], new Stopper(stop, 7), stop.Token));
        sink.Faces.Count.ShouldBe(7);

        var report = Run();

        (report.Kept, report.AlreadyThere).ShouldBe((23, 7));
        sink.Names.ShouldBe(Enumerable.Range(0, 30).Select(i => $"{i}.png"), ignoreOrder: true);
    }

    [Fact]
    public void A_missing_detector_ends_the_run_with_what_to_do()
    {
        photographs.Add("a.png", 250, 250, [(60, 60, 100)]);

        Should.Throw<MissingComponentException>(() => new PrepareRun(new PrepareOptions(), () => throw new MissingComponentException("build it")).Run([photographs.Input()], sink, []))
            .Message.ShouldBe("build it");
    }

    [Fact]
    public void What_a_reader_could_not_use_is_in_the_report()
    {
        photographs.Problems.Add(new SourceProblem("list.txt:3", "malformed line", "'x' is no number"));

        var report = Run();

        report.Rejected.ShouldBe([new ReportedProblem("drawn", "list.txt:3", "malformed line", "'x' is no number")]);
        report.Sources([photographs.Input()]).Single().LeftOut.ShouldBe(new Dictionary<string, int> { ["malformed line"] = 1 });
    }

    [Fact]
    public void Poor_crops_are_cut_by_their_landmarks_as_good_ones_are_pixel_by_pixel()
    {
        var source = photographs.Add("poor.png", 160, 170, [(40, 50, 80)]);

        Run(new PrepareOptions { LowQuality = true });

        // The landmarks' extent is 0.8 x 80; 1.15 times that are 74 pixels, their middle where good faces have it.
        var (record, picture, parsing) = sink.Faces.Single();
        (record.Width, record.Height, record.Hr, parsing).ShouldBe((74, 74, 74, null));
        RgbPicture.Of(ImageFile.Decode(picture, "face")).Rgb.ShouldBe(RgbPicture.Of(ImageFile.Load(source.Path)).Part(44, 55, 74, 74).Rgb);
        Vector2.Distance(record.Landmarks![0], WhiteSquareFinder.LandmarksIn(new FaceBox(40 - 44, 50 - 55, 80, 80))[0]).ShouldBeLessThan(0.51f, "the drawn face's middle is half a pixel beside its mirror image's");
    }

    [Fact]
    public void A_poor_crop_that_shows_no_face_or_less_than_the_template_is_rejected()
    {
        photographs.Add("wall.png", 108, 124, []);
        Run(new PrepareOptions { LowQuality = true }).Rejected.Single()
            .ShouldBe(new ReportedProblem("drawn", "wall.png", "no face that the landmarks agree on", "in 108x124 pixels"));

        // A face whose template is the square around the picture: of the poor faces' square 35 of 95 columns are beyond its sides.
        Landmarks Fill(Image face)
        {
            var scale = face.Width / 1.45f / 80;
            return DrawnLandmarks.Face.Transformed(Matrix3x2.CreateScale(scale) * Matrix3x2.CreateTranslation(face.Width / 2f - 0.5f - 50 * scale, face.Width / 2f - 0.5f - 52 * scale));
        }

        photographs.Add("narrow.png", 60, 120, []);
        new PrepareRun(new PrepareOptions { LowQuality = true }, () => new WhiteSquareFinder(), landmarks: Fill).Run([photographs.Input()], sink, [])
            .Rejected.Single(problem => problem.Name == "narrow.png").ShouldBe(new ReportedProblem("drawn", "narrow.png", "face cut by the border", "37 % of it is outside"));
        sink.Names.ShouldBe(["wall.png"]);
    }

    [Fact]
    public void Small_faces_of_a_photograph_are_cut_in_their_own_pixels()
    {
        var source = photographs.Add("crowd.png", 600, 400, [(100, 100, 40), (300, 100, 30), (400, 50, 100), (0, 300, 40)]);

        var report = Run(new PrepareOptions { LowQuality = true });

        // 1.15 x 0.8 x 40 = 37 and 28; the face of 100 is none of these, and of that at the border half may be missing.
        sink.Faces.Select(face => (face.Record.Name, face.Record.Hr, face.Record.Width)).ShouldBe([("crowd.png#3", 28, 28), ("crowd.png", 37, 37)]);
        var photograph = RgbPicture.Of(ImageFile.Load(source.Path));
        var corner = WhiteSquareFinder.LandmarksIn(new FaceBox(100, 100, 40, 40))[0] - sink["crowd.png"].Landmarks![0];
        RgbPicture.Of(ImageFile.Decode(sink.Faces[1].Picture, "face")).Rgb.ShouldBe(photograph.Part((int)MathF.Round(corner.X), (int)MathF.Round(corner.Y), 37, 37).Rgb);
        report.Rejected.Single().ShouldBe(new ReportedProblem("drawn", "crowd.png#2", "no face that the landmarks agree on", "in 600x400 pixels"));
    }

    [Fact]
    public void Boxes_of_a_low_quality_source_are_taken_if_they_are_small()
    {
        var source = photographs.Add("a.png", 400, 300, [(50, 55, 30)], face => face with { Name = "a.png", Box = new FaceBox(50, 50, 30, 40) });
        photographs.AddListed(source with { Name = "a.png#2", Box = new FaceBox(150, 50, 80, 90) });
        photographs.AddListed(source with { Name = "a.png#3", Box = new FaceBox(150, 50, 10, 12) });

        var report = Run(new PrepareOptions { LowQuality = true });

        (sink.Faces.Single().Record.Name, sink.Faces[0].Record.Hr, sink.Faces[0].Record.Photograph).ShouldBe(("a.png", 28, "a.png"));
        report.Rejected.Select(problem => (problem.Name, problem.Kind)).ShouldBe([("a.png#2", "face not small"), ("a.png#3", "face too small")]);
        report.Pictures.ShouldBe(1);
    }

    [Fact]
    public void A_training_face_whose_photograph_is_a_test_face_is_left_out_and_both_are_named()
    {
        Crop("one.png", 1, false, split: "train");
        Crop("other.png", 2, false, split: "train");
        Crop("mirror.png", 1, true, split: "test");
        // Of somebody who is in train throughout.
        Crop("named.png", 3, false, split: "val");
        Crop("again.png", 3, false, identity: "Ann");
        Crop("ann.png", 4, false, split: "train", identity: "Ann");

        var report = Run();

        sink.Names.ShouldBe(["mirror.png", "named.png", "other.png", "ann.png"]);
        report.Rejected.ShouldBe([
            new ReportedProblem("drawn", "one.png", "twin in another split", "to be in train, it shows the photograph of 'drawn: mirror.png', which is in test"),
            new ReportedProblem("drawn", "again.png", "twin in another split", "to be in train, it shows the photograph of 'drawn: named.png', which is in val")]);
    }

    [Fact]
    public void Twins_that_nothing_else_puts_into_a_split_are_put_into_one()
    {
        for (var i = 0; i < 60; i++)
        {
            Crop($"{i}.png", 1, i % 2 == 1);
        }

        var report = Run();

        sink.Faces.Count.ShouldBe(60);
        sink.Faces.ShouldAllBe(face => face.Record.Split == "val");
        report.Rejected.ShouldBeEmpty();
        report.Notes.ShouldContain(note => note.Kind == "in the split of its twin" && note.Detail.EndsWith("which is in val", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_set_has_in_train_is_not_taken_for_testing_later()
    {
        Crop("old.png", 1, false, split: "train");
        Run();
        Crop("new.png", 1, false, split: "test");
        Crop("free.png", 1, true);

        var report = NewRun().Run([photographs.Input()], sink, [.. sink.Faces.Select(face => face.Record)]);

        report.Rejected.Single().ShouldBe(new ReportedProblem(
            "drawn", "new.png", "twin in another split", "to be in test, it shows the photograph of 'drawn: old.png', which is in train"));
        sink.Faces.Select(face => (face.Record.Name, face.Record.Split)).ShouldBe([("old.png", "train"), ("free.png", "train")]);
    }

    private void Crop(string name, int seed, bool mirrored, string? split = null, string? identity = null)
    {
        // Of blocks, which stay different at 16 pixels.
        var random = new Random(seed);
        var blocks = Enumerable.Range(0, 3 * 64).Select(_ => random.NextSingle()).ToArray();
        var pixels = Enumerable.Range(0, 3 * 128 * 128).Select(i =>
        {
            var x = mirrored ? 127 - i % 128 : i % 128;
            return blocks[i / (128 * 128) * 64 + i / 128 % 128 / 16 * 8 + x / 16];
        }).ToArray();
        photographs.AddFile(name, ImageFile.EncodePng(new Image(128, 128, pixels)), face => face with
        {
            Hr = 128,
            Split = split,
            Identity = identity,
            Landmarks = WhiteSquareFinder.LandmarksIn(new FaceBox(14, 14, 100, 100)),
        });
    }

    /// <summary>Where the white square is, and where there is none points that lie elsewhere in a mirror.</summary>
    private static Landmarks SeeSquare(Image face) => WhiteSquareFinder.LandmarksIn(
        new WhiteSquareFinder().Detect(RgbPicture.Of(face), 3) is [var square, ..] ? square.Box : new FaceBox(0, 0, face.Width / 4, face.Width / 4));

    private PrepareReport Run(PrepareOptions? options = null) => NewRun(options).Run([photographs.Input()], sink, []);

    private static PrepareRun NewRun(PrepareOptions? options = null) => new(options ?? new PrepareOptions(), () => new WhiteSquareFinder(), landmarks: SeeSquare);

    private sealed class Stopper(CancellationTokenSource stop, int after) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value == after)
            {
                stop.Cancel();
            }
        }
    }
}
