namespace Unroll.Execution;

/// <summary>
/// Threads that run the same work side by side, thousands of times a second. They spin while a fit is under way: a step
/// of a small model takes tens of microseconds, less than waking a sleeping thread.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>The most workers that a team can have.</summary>
    public const int Most = byte.MaxValue;

    private readonly Thread[] _threads;
    private readonly Exception?[] _errors;
    private Action<int>? _work;
    private volatile int _signal; // number of the round, and in its last byte how many workers take part
    private volatile bool _stop;
    private int _running;

    /// <param name="count">Workers, the caller's thread included.</param>
    public WorkerTeam(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _errors = new Exception?[count];
        _threads = new Thread[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int index = i + 1;
            _threads[i] = new Thread(() => Loop(index)) { IsBackground = true, Name = $"unroll worker {index}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of workers.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Runs the work with the numbers 0 … count − 1 and returns when all are done.</summary>
    /// <param name="work">What each worker does.</param>
    /// <param name="count">Workers that take part.</param>
    public void Run(Action<int> work, int count)
    {
        if (count == 1)
        {
            work(0);
            return;
        }

        _work = work;
        Volatile.Write(ref _running, count - 1);
        _signal = ((_signal >> 8) + 1 << 8) | count;
        Try(0);
        var wait = new SpinWait();
        while (Volatile.Read(ref _running) != 0) wait.SpinOnce(sleep1Threshold: -1);
        for (int i = 0; i < _errors.Length; i++)
        {
            if (_errors[i] is not { } error) continue;
            Array.Clear(_errors);
            throw new InvalidOperationException($"Worker {i} failed: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        _stop = true;
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Loop(int index)
    {
        int seen = 0;
        while (true)
        {
            var wait = new SpinWait();
            int signal;
            while ((signal = _signal) == seen && !_stop) wait.SpinOnce(sleep1Threshold: -1);
            if (_stop) return;
            seen = signal;
            if (index >= (signal & byte.MaxValue)) continue;
            Try(index);
            Interlocked.Decrement(ref _running);
        }
    }

    private void Try(int index)
    {
        try
        {
            _work!(index);
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again on the caller's thread
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _errors[index] = exception;
        }
    }
}
