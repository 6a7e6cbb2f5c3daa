namespace VideoGen.Engine;

/// <summary>
/// The requests of one activation: who waits, who runs, and who may start beside whom.
/// Guarded by the activation's lock.
/// </summary>
internal sealed class Inbox
{
    private readonly Queue<Request> _alone = new();
    private readonly Queue<Request> _readers = new();
    private readonly Queue<Request> _interleaved = new();
    private long _arrivals;
    private int _runningAlone;
    private int _runningReaders;
    private int _runningInterleaved;

    public bool IsRunning => _runningAlone + _runningReaders + _runningInterleaved > 0;

    public bool IsEmpty => _alone.Count + _readers.Count + _interleaved.Count == 0;

    public bool CanStart => Startable() is not null;

    public void Add(Request request)
    {
        request.Arrival = ++_arrivals;
        QueueOf(request.Sharing).Enqueue(request);
    }

    /// <summary>Takes the next request that may start now. Those that nobody waits for are dropped.</summary>
    public Request? Start()
    {
        while (Startable() is { } queue)
        {
            var request = queue.Dequeue();
            if (!request.IsWanted)
                continue;
            Count(request.Sharing, 1);
            return request;
        }

        return null;
    }

    public void End(Request request) => Count(request.Sharing, -1);

    public List<Request> TakeAll()
    {
        List<Request> all = [.. _alone, .. _readers, .. _interleaved];
        all.Sort((left, right) => left.Arrival.CompareTo(right.Arrival));
        _alone.Clear();
        _readers.Clear();
        _interleaved.Clear();
        return all;
    }

    private Queue<Request>? Startable()
    {
        if (_interleaved.Count > 0)
            return _interleaved;
        if (_runningAlone > 0)
            return null;
        if (_runningReaders > 0)
            return _readers.Count > 0 ? _readers : null;
        if (_readers.TryPeek(out var reader) && _alone.TryPeek(out var alone))
            return reader.Arrival < alone.Arrival ? _readers : _alone;
        return _readers.Count > 0 ? _readers : _alone.Count > 0 ? _alone : null;
    }

    private Queue<Request> QueueOf(Sharing sharing) => sharing switch
    {
        Sharing.Interleaved => _interleaved,
        Sharing.Readers => _readers,
        _ => _alone,
    };

    private void Count(Sharing sharing, int by)
    {
        switch (sharing)
        {
            case Sharing.Interleaved:
                _runningInterleaved += by;
                break;
            case Sharing.Readers:
                _runningReaders += by;
                break;
            default:
                _runningAlone += by;
                break;
        }
    }
}
