namespace VideoGen.Engine;

/// <summary>
/// The requests of one activation: who waits, who runs, and who may start beside whom.
/// Guarded by the activation's lock.
/// </summary>
internal sealed class Inbox
{
    private Line<Request> _alone;
    private Line<Request> _readers;
    private Line<Request> _interleaved;
    private long _arrivals;
    private int _runningAlone;
    private int _runningReaders;
    private int _runningInterleaved;

    public bool IsRunning => _runningAlone + _runningReaders + _runningInterleaved > 0;

    public bool IsEmpty => _alone.First is null && _readers.First is null && _interleaved.First is null;

    public bool CanStart => Startable() is not null;

    public void Add(Request request)
    {
        request.Arrival = ++_arrivals;
        LineOf(request).Add(request);
    }

    /// <summary>Takes the next request that may start now. Those that nobody waits for are dropped.</summary>
    public Request? Start()
    {
        while (Startable() is { } request)
        {
            LineOf(request).RemoveFirst();
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
        List<Request> all = [.. _alone.TakeAll(), .. _readers.TakeAll(), .. _interleaved.TakeAll()];
        all.Sort((left, right) => left.Arrival.CompareTo(right.Arrival));
        return all;
    }

    private Request? Startable()
    {
        if (_interleaved.First is { } interleaved)
            return interleaved;
        if (_runningAlone > 0)
            return null;
        if (_runningReaders > 0)
            return _readers.First;
        if (_readers.First is { } reader && _alone.First is { } alone)
            return reader.Arrival < alone.Arrival ? reader : alone;
        return _readers.First ?? _alone.First;
    }

    private ref Line<Request> LineOf(Request request)
    {
        switch (request.Sharing)
        {
            case Sharing.Interleaved:
                return ref _interleaved;
            case Sharing.Readers:
                return ref _readers;
            default:
                return ref _alone;
        }
    }

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
