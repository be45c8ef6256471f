using System.Runtime.CompilerServices;

namespace Revisage.Torch.Tests;

[Collection(RunsAlone.Name)]
public class TensorScopeTests
{
    [Fact]
    public void What_was_made_inside_is_freed_at_the_end()
    {
        var before = TensorScope.Live;
        Tensor sum;
        using (new TensorScope())
        {
            sum = Tensor.Ones(2) + Tensor.Ones(2);
            TensorScope.Live.ShouldBe(before + 3);
        }

        TensorScope.Live.ShouldBe(before);
        Should.Throw<ObjectDisposedException>(() => sum.ToArray());
    }

    [Fact]
    public void An_exception_frees_as_well()
    {
        var before = TensorScope.Live;

        Should.Throw<TorchException>(() =>
        {
            using var scope = new TensorScope();
            _ = Tensor.Ones(2) + Tensor.Ones(3);
        });

        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void What_is_kept_lives_as_long_as_the_scope_around()
    {
        var before = TensorScope.Live;
        using (new TensorScope())
        {
            Tensor kept;
            using (var inner = new TensorScope())
            {
                kept = inner.Keep(Tensor.Ones(2) * 3);
            }

            kept.ToArray().ShouldBe([3, 3]);
            TensorScope.Live.ShouldBe(before + 1);
        }

        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void What_the_outermost_scope_keeps_is_the_callers()
    {
        var before = TensorScope.Live;
        Tensor kept;
        using (var scope = new TensorScope())
        {
            kept = scope.Keep(Tensor.Ones(1));
        }

        kept.Item().ShouldBe(1);
        kept.Dispose();
        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void An_unscoped_tensor_outlives_every_scope_and_its_makings_do_not()
    {
        var before = TensorScope.Live;
        Tensor unscoped;
        using (new TensorScope())
        {
            unscoped = TensorScope.Unscoped(() => Tensor.Ones(2) + 1);
        }

        TensorScope.Live.ShouldBe(before + 1);
        unscoped.ToArray().ShouldBe([2, 2]);
        unscoped.Dispose();
        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void A_tensor_disposed_early_is_freed_once()
    {
        var before = TensorScope.Live;
        using (new TensorScope())
        {
            Tensor.Ones(1).Dispose();
            TensorScope.Live.ShouldBe(before);
        }

        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void Scopes_close_in_reverse_order()
    {
        var outer = new TensorScope();
        var inner = new TensorScope();

        Should.Throw<InvalidOperationException>(outer.Dispose).Message.ShouldStartWith("Tensor scopes close in the reverse order of opening");
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void A_scope_belongs_to_its_thread()
    {
        var before = TensorScope.Live;
        using var scope = new TensorScope();
        var thread = new Thread(() =>
        {
            using var own = new TensorScope();
            _ = Tensor.Ones(1);
            Should.Throw<InvalidOperationException>(scope.Dispose);
        });

        thread.Start();
        thread.Join();

        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void A_backward_graph_dies_with_its_scope()
    {
        using var weight = TensorScope.Unscoped(() => Tensor.Ones(1));
        weight.RequiresGrad = true;
        var before = TensorScope.Live;
        using (new TensorScope())
        {
            var loss = (weight * weight).Sum();
            _ = Autograd.Gradients(loss, [weight]);
        }

        TensorScope.Live.ShouldBe(before);
    }

    [Fact]
    public void What_nobody_disposed_is_counted_and_freed_by_the_next_scope()
    {
        var (left, live) = (TensorScope.LeftToFinaliser, TensorScope.Live);
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TensorScope.LeftToFinaliser.ShouldBe(left + 1);
        TensorScope.Live.ShouldBe(live + 1);
        using (new TensorScope())
        {
            TensorScope.Live.ShouldBe(live);
        }

        // A frame of its own, or the stack would keep the tensor.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget() => _ = Tensor.Ones(1000);
    }
}
