namespace VideoGen.Silo.Providers.Local;

/// <summary>One job that is owed: waiting for its turn, or rendering.</summary>
internal sealed class Render(string jobId) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private int _percent;

    public string JobId => jobId;

    /// <summary>Completes when nothing of it runs any more.</summary>
    public Task Over => _over.Task;

    public CancellationToken Stopped => _stop.Token;

    public int Percent
    {
        get => Volatile.Read(ref _percent);
        set => Volatile.Write(ref _percent, value);
    }

    /// <summary>Whether its turn has come.</summary>
    public bool IsStarted
    {
        get
        {
            lock (_lock)
            {
                return _started;
            }
        }
    }

    /// <summary>Its turn has come. False: it was stopped while it waited.</summary>
    public bool Start()
    {
        lock (_lock)
        {
            return _started = !_stop.IsCancellationRequested;
        }
    }

    /// <summary>Stops it; completes when nothing of it runs any more.</summary>
    public async Task Stop()
    {
        Task stopping;
        bool started;
        try
        {
            lock (_lock)
            {
                stopping = _stop.CancelAsync();
                started = _started;
            }
        }
        catch (ObjectDisposedException)
        {
            return; // It was over already.
        }

        await stopping.ConfigureAwait(false);
        if (started) await _over.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _over.TrySetResult();
        _stop.Dispose();
    }
}
