namespace Revisage.Torch.Tests;

[Collection(RunsAlone.Name)]
public class TorchSettingsTests : IDisposable
{
    private readonly TensorScope scope = new();
    private readonly int threads = TorchSettings.Threads;

    public void Dispose()
    {
        TorchSettings.Threads = threads;
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void One_seed_gives_one_sequence()
    {
        TorchSettings.Seed(7);
        var first = Tensor.RandN(5).ToArray();
        var second = Tensor.RandN(5).ToArray();
        TorchSettings.Seed(7);

        Tensor.RandN(5).ToArray().ShouldBe(first);
        second.ShouldNotBe(first);
    }

    [Fact]
    public void The_numbers_are_PyTorchs()
    {
        // torch.manual_seed(0); torch.randn(3); torch.rand(2)
        TorchSettings.Seed(0);
        var normal = Tensor.RandN(3).ToArray();
        var even = Tensor.Rand(2).ToArray();

        normal.Zip([1.5409961f, -0.2934289f, -2.1787894f]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        even.Zip([0.4556280f, 0.6323063f]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void A_restored_state_goes_on_where_it_was_saved()
    {
        TorchSettings.Seed(3);
        // An odd count leaves half of a pair of normal numbers in the state.
        _ = Tensor.RandN(17);
        var state = StoredArray.Of("random", TorchSettings.RandomState());
        var expected = Tensor.RandN(9).ToArray();
        TorchSettings.Seed(99);

        TorchSettings.SetRandomState(state.ToTensor());

        Tensor.RandN(9).ToArray().ShouldBe(expected);
    }

    [Fact]
    public void A_state_that_is_none_is_refused() =>
        Should.Throw<TorchException>(() => TorchSettings.SetRandomState(Tensor.Of(new byte[] { 1, 2, 3 }, 3)));

    [Fact]
    public void Threads_are_those_that_were_set()
    {
        TorchSettings.Threads = 1;
        TorchSettings.Threads.ShouldBe(1);
        TorchSettings.Threads = 2;
        TorchSettings.Threads.ShouldBe(2);
        Should.Throw<TorchException>(() => TorchSettings.Threads = 0);
    }

    [Fact]
    public void Deterministic_algorithms_change_no_value()
    {
        var x = Tensor.RandN(2, 3, 8, 8);
        var weight = Tensor.RandN(4, 3, 3, 3);
        var free = x.Conv2d(weight, null, 1, 1, 1, 1).ToArray();

        TorchSettings.Deterministic = true;
        try
        {
            x.Conv2d(weight, null, 1, 1, 1, 1).ToArray().ShouldBe(free);
        }
        finally
        {
            TorchSettings.Deterministic = false;
        }
    }

    [Fact]
    public void The_build_tells_its_version_threading_and_BLAS()
    {
        TorchSettings.Version.ShouldMatch(@"^\d+\.\d+");
        TorchSettings.Build.ShouldContain("get_num_threads");
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused()
    {
        if (!TorchSettings.HasCuda)
        {
            Should.Throw<TorchException>(() => Tensor.Ones(1).To(Device.Cuda())).Message.ShouldContain("Float[1]");
        }

        Device.Cuda(3).ToString().ShouldBe("cuda:3");
        default(Device).Name.ShouldBe("cpu");
    }
}
