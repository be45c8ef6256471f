using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public sealed class ModelStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-models-").FullName;
    private readonly ModelStore store;

    public ModelStoreTests() => store = new ModelStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Models_are_listed_by_name_with_their_cards()
    {
        Put("wide");
        Put("narrow");

        store.List().Select(model => model.Name).ShouldBe(["narrow", "wide"]);
        store.List()[1].Card.Name.ShouldBe("wide");
    }

    [Fact]
    public void A_folder_that_is_not_there_holds_none() => new ModelStore(Path.Combine(folder, "none")).List().ShouldBeEmpty();

    [Fact]
    public void A_model_is_found_by_name_and_by_path()
    {
        Put("narrow");

        store.Find("narrow").Path.ShouldBe(Path.Combine(folder, "narrow.onnx"));
        store.Find(Path.Combine(folder, "narrow.onnx")).Name.ShouldBe("narrow");
    }

    [Fact]
    public void An_unknown_name_is_told_with_those_there_are()
    {
        Put("narrow");
        Put("wide");

        Should.Throw<MissingComponentException>(() => store.Find("tall")).Message
            .ShouldBe($"There is no model 'tall' in '{folder}', which has narrow, wide. Choose one of these, or pass the path of an .onnx file.");
        Should.Throw<MissingComponentException>(() => new ModelStore(folder + "/none").Find("tall")).Message.ShouldContain("holds none");
        Should.Throw<MissingComponentException>(() => store.Find("tall.onnx")).Message.ShouldContain("'tall.onnx'");
    }

    [Fact]
    public void A_model_without_a_file_beside_it_is_read_from_within()
    {
        Put("narrow");
        File.Delete(Path.Combine(folder, "narrow.json"));

        store.Find("narrow").Card.DescribesSame(TestModels.Card with { Name = "narrow" }).ShouldBeTrue();
    }

    [Fact]
    public void Sound_models_pass()
    {
        Put("narrow");

        store.Verify().ShouldHaveSingleItem().Problem.ShouldBeNull();
    }

    [Fact]
    public void Every_kind_of_damage_is_found()
    {
        Put("bit");
        var bytes = File.ReadAllBytes(Path.Combine(folder, "bit.onnx"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(folder, "bit.onnx"), bytes);
        Put("cardless");
        File.Delete(Path.Combine(folder, "cardless.json"));
        Put("differing", card => card with { Range = ValueRange.Signed });
        Put("garbage", contents: [1, 2, 3]);
        Put("lost");
        File.Delete(Path.Combine(folder, "lost.onnx"));
        Put("renamed", card => card with { Name = "original" });
        Put("unhashed", card => card with { Sha256 = null });

        var problems = store.Verify().ToDictionary(check => check.Model.Name, check => check.Problem.ShouldNotBeNull());

        problems["bit"].ShouldContain("SHA-256");
        problems["cardless"].ShouldContain("no model card");
        problems["differing"].ShouldContain("differ");
        problems["garbage"].ShouldContain("not a model that can be run");
        problems["lost"].ShouldContain("is missing");
        problems["renamed"].ShouldContain("'original'");
        problems["unhashed"].ShouldContain("says nothing");
    }

    private void Put(string name, Func<ModelCard, ModelCard>? change = null, byte[]? contents = null)
    {
        var card = TestModels.Card with { Name = name };
        var path = Path.Combine(folder, name + ".onnx");
        File.WriteAllBytes(path, contents ?? TestModels.Doubler(card));
        card = card with { Sha256 = StoredModel.HashOf(path) };
        (change?.Invoke(card) ?? card).Write(Path.Combine(folder, name + ".json"));
    }
}
