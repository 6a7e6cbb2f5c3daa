namespace VideoGen.Storage.Hosts;

/// <summary>How patient a <see cref="HostLock"/> is.</summary>
public sealed class HostLockOptions
{
    /// <summary>How long a start waits for the lock before it gives up. Default 30 s: longer than a killed process's connection lives.</summary>
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the lock may be unproven before the process has to end. Default 30 s.</summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the lock is proven, and tried for. Default 1 s.</summary>
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one probe may take. Default 5 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>The lock cannot be had. The message says who has it, or why not, and what to do.</summary>
public sealed class HostLockException : Exception
{
    public HostLockException() { }

    public HostLockException(string message) : base(message) { }

    public HostLockException(string message, Exception innerException) : base(message, innerException) { }
}
