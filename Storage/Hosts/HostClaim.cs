namespace VideoGen.Storage.Hosts;

/// <summary>Who else may run on the database beside a host.</summary>
public abstract record HostClaim
{
    private HostClaim() { }

    /// <summary>Nobody: the embedded engine, whose grains are in this process alone.</summary>
    public sealed record Alone : HostClaim;

    /// <summary>
    /// Silos of the same cluster. Those of another one would have activations of their own for the same documents, and with the same
    /// service id one of the two would receive the other's reminders.
    /// </summary>
    /// <param name="ClusterId">As Orleans has it: silos with the same one find each other.</param>
    /// <param name="ServiceId">As Orleans has it: reminders belong to it.</param>
    public sealed record Silo(string ClusterId, string ServiceId) : HostClaim;
}
