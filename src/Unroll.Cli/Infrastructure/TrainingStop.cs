using Unroll.Callbacks;

namespace Unroll.Cli.Infrastructure;

/// <summary>
/// Ctrl+C while a model trains: if it is to be saved, training ends after the current step and what there is is saved; else the
/// command ends. A backup, which a training that ends takes away, stays for the next run.
/// </summary>
internal sealed class TrainingStop : IDisposable
{
    private readonly CliContext _context;
    private readonly CancellationTokenRegistration _notice;
    private readonly bool _hasBackup;

    public TrainingStop(CliContext context, bool saves, IEnumerable<Callback> callbacks)
    {
        (_context, _hasBackup) = (context, callbacks.OfType<BackupAndRestore>().Any());
        if (!saves || _hasBackup)
        {
            Cancellation = context.Cancellation;
            return;
        }

        Request = context.Cancellation;
        _notice = Request.Register(() => context.Error.WriteLine("unroll: training ends after this step; Ctrl+C once more ends the command at once."));
    }

    /// <summary>Ends training as at its end.</summary>
    public CancellationToken Request { get; }

    /// <summary>Ends training with an exception.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Runs a training.</summary>
    /// <exception cref="StoppedException">It was ended, and nothing is saved.</exception>
    public T Run<T>(Func<T> train)
    {
        try
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            return train();
        }
        catch (OperationCanceledException) when (_context.Cancellation.IsCancellationRequested)
        {
            throw new StoppedException(_hasBackup ? "stopped; the backup stays, and the same command goes on from its last epoch."
                : Request.CanBeCanceled ? "stopped before training had begun; nothing is saved."
                : "stopped; nothing is saved, as there was no --save FILE.keras.");
        }
    }

    public void Dispose() => _notice.Dispose();
}
