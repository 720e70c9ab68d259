namespace Unroll;

/// <summary>
/// Data that come batch by batch, from files too large for memory, say.
/// <code>
/// static IEnumerable&lt;Batch&gt; Read() { foreach (…) yield return new(x, y); }
/// model.Fit(BatchSource.From(Read), epochs: 3);
/// </code>
/// Batches are read on another thread, some ahead of the training, and used in the order in which they come: results do not
/// depend on how fast that is. They may differ in size, and in length where the model allows it.
/// </summary>
public sealed class BatchSource
{
    private readonly Func<int, IEnumerable<Batch>>? _pass;
    private readonly Func<int, IAsyncEnumerable<Batch>>? _asyncPass;

    private BatchSource(Func<int, IEnumerable<Batch>>? pass, Func<int, IAsyncEnumerable<Batch>>? asyncPass, int prefetch)
    {
        (_pass, _asyncPass) = (pass, asyncPass);
        Prefetch = prefetch >= 1 ? prefetch : throw new ArgumentOutOfRangeException(nameof(prefetch), prefetch, $"Prefetch is {prefetch}; it must be 1 or more.");
    }

    /// <summary>How many batches are read ahead. So many, one at work and one being made are in memory.</summary>
    public int Prefetch { get; }

    /// <summary>Batches of a collection, or of an iterator method, which begins anew for every pass.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="prefetch">How many are read ahead, 1 or more.</param>
    public static BatchSource From(IEnumerable<Batch> batches, int prefetch = 2)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new BatchSource(_ => batches, null, prefetch);
    }

    /// <summary>Batches that a method gives, called anew for every pass.</summary>
    /// <param name="pass">The method.</param>
    /// <param name="prefetch">How many are read ahead, 1 or more.</param>
    public static BatchSource From(Func<IEnumerable<Batch>> pass, int prefetch = 2)
    {
        ArgumentNullException.ThrowIfNull(pass);
        return new BatchSource(_ => pass(), null, prefetch);
    }

    /// <summary>Batches that a method gives, called anew for every pass.</summary>
    /// <param name="pass">The method; it is told the number of epochs that the model was trained for so far: the seed of an order, say.</param>
    /// <param name="prefetch">How many are read ahead, 1 or more.</param>
    public static BatchSource From(Func<int, IEnumerable<Batch>> pass, int prefetch = 2)
    {
        ArgumentNullException.ThrowIfNull(pass);
        return new BatchSource(pass, null, prefetch);
    }

    /// <summary>Batches that are awaited; begun anew for every pass.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="prefetch">How many are read ahead, 1 or more.</param>
    public static BatchSource FromAsync(IAsyncEnumerable<Batch> batches, int prefetch = 2)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new BatchSource(null, _ => batches, prefetch);
    }

    /// <summary>Batches that a method gives, called anew for every pass, and that are awaited.</summary>
    /// <param name="pass">The method; it is told the number of epochs that the model was trained for so far.</param>
    /// <param name="prefetch">How many are read ahead, 1 or more.</param>
    public static BatchSource FromAsync(Func<int, IAsyncEnumerable<Batch>> pass, int prefetch = 2)
    {
        ArgumentNullException.ThrowIfNull(pass);
        return new BatchSource(null, pass, prefetch);
    }

    /// <summary>Gives the batches of a pass to somebody, one after the other, until it is told to stop.</summary>
    /// <param name="pass">Number of the pass.</param>
    /// <param name="take">Takes a batch; may wait.</param>
    /// <param name="stop">Cancelled when no more are wanted.</param>
    internal async Task ReadAsync(int pass, Func<Batch, ValueTask> take, CancellationToken stop)
    {
        if (_asyncPass is not null)
        {
            await foreach (Batch batch in _asyncPass(pass).WithCancellation(stop).ConfigureAwait(false)) await take(batch).ConfigureAwait(false);
            return;
        }

        foreach (Batch batch in _pass!(pass)) await take(batch).ConfigureAwait(false);
    }
}
