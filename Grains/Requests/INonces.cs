namespace VideoGen.Grains.Requests;

/// <summary>Chance, as an argument. The host draws from the system; a simulation from its seed.</summary>
public interface INonces
{
    /// <summary>16 lower-case letters and digits that nobody has drawn before.</summary>
    string Draw();
}

/// <summary>What the grains must know of the process around them.</summary>
public interface IHostState
{
    /// <summary>Cancelled when the host is stopping: nothing new that costs money is started, and nobody is kept waiting.</summary>
    CancellationToken Stopping { get; }
}
