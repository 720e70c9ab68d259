using System.Threading.Channels;

namespace Unroll.Models.Training;

/// <summary>A pass over a source of batches, which another thread reads ahead.</summary>
internal sealed class BatchReader : IDisposable
{
    private readonly Channel<Batch> _channel;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    /// <param name="source">What is read.</param>
    /// <param name="pass">Number of the pass.</param>
    public BatchReader(BatchSource source, int pass)
    {
        _channel = Channel.CreateBounded<Batch>(new BoundedChannelOptions(source.Prefetch) { SingleReader = true, SingleWriter = true });
        _reading = Task.Run(() => ReadAsync(source, pass));
    }

    /// <summary>Number of batches taken so far.</summary>
    public int Taken { get; private set; }

    /// <summary>The next batch, waited for; null: the pass has come to its end.</summary>
    /// <exception cref="InvalidOperationException">The source failed; what it threw is the inner exception.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public Batch? Next(CancellationToken cancellation)
    {
        while (true)
        {
            if (_channel.Reader.TryRead(out Batch? batch))
            {
                Taken++;
                return batch;
            }

            if (!_channel.Reader.WaitToReadAsync(cancellation).AsTask().GetAwaiter().GetResult()) return null;
        }
    }

    /// <summary>Ends the pass: returns when the source was left, so that its files are closed.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _reading.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private async Task ReadAsync(BatchSource source, int pass)
    {
        int number = 0;
        Exception? failure = null;
        try
        {
            await source.ReadAsync(pass, Write, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // nobody wants more
        }
        catch (Exception e) // whatever a source of somebody's own may throw: it is told where it is noticed
        {
            failure = new InvalidOperationException($"The source of batches failed at batch {number} of pass {pass + 1}: {e.GetType().Name}: {e.Message}", e);
        }

        _channel.Writer.Complete(failure);

        async ValueTask Write(Batch batch)
        {
            if (batch is null) throw new InvalidOperationException("It gave null instead of a batch.");
            await _channel.Writer.WriteAsync(batch, _stop.Token).ConfigureAwait(false);
            number++;
        }
    }
}
