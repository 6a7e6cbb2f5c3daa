namespace VideoGen.Engine;

/// <summary>How a request may share an activation with others.</summary>
internal enum Sharing
{
    /// <summary>Runs to its end before the next one starts.</summary>
    Alone,

    /// <summary>Together with others that only read.</summary>
    Readers,

    /// <summary>Starts whenever a turn is free.</summary>
    Interleaved,
}

/// <summary>Something that an activation is asked to run: a call, or a tick of a timer.</summary>
internal abstract class Request : ILined<Request>
{
    /// <inheritdoc/>
    public Request? Next { get; set; }

    public abstract Sharing Sharing { get; }

    /// <summary>Order of arrival at the activation.</summary>
    public long Arrival { get; set; }

    /// <summary>False for what nobody waits for any more; it is then never started.</summary>
    public abstract bool IsWanted { get; }

    /// <summary>Somebody waits for a call: it goes on to the next activation if this one ends.</summary>
    public abstract bool IsCall { get; }

    /// <summary>Whether running it counts as use of the activation.</summary>
    public abstract bool KeepsAlive { get; }

    /// <summary>Runs on the activation's turns. Never throws.</summary>
    public abstract Task Run(GrainActivation activation);

    /// <summary>The request will not be run.</summary>
    public abstract void Refuse(Exception failure);
}
