using VideoGen.Grains.Requests;

namespace VideoGen.Silo.Hosting;

/// <summary>Whether this process may still start something that costs money.</summary>
internal sealed partial class HostState(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<HostState> logger) : IHostState
{
    /// <summary>How long a process without its database may take to stop by itself.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private volatile bool lost;

    public CancellationToken Stopping => lifetime.ApplicationStopping;

    public bool WasLost => lost;

    /// <summary>The right to run on the database is gone: stop, and end in any case, so that nothing is answered from memory.</summary>
    public void Lose()
    {
        lost = true;
        LogLost();
        _ = time.CreateTimer(_ => Environment.Exit(VideoGenHost.WouldAnswerFromMemory), null, StopPatience, Timeout.InfiniteTimeSpan);
        lifetime.StopApplication(); // Cancels Stopping before it returns.
    }

    [LoggerMessage(1, LogLevel.Critical, "The database was lost for too long: this process ends, and takes no new work")]
    private partial void LogLost();
}

/// <summary>Chance from the system.</summary>
internal sealed class SystemNonces : INonces
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    // Every ask draws one. A Guid's 122 bits come from the system's generator too, at a quarter of the cost of RandomNumberGenerator.GetString.
    public string Draw() => string.Create(16, Guid.NewGuid(), static (text, chance) =>
    {
        Span<byte> bytes = stackalloc byte[16];
        chance.TryWriteBytes(bytes);
        for (var i = 0; i < text.Length; i++) text[i] = Alphabet[bytes[i] % Alphabet.Length];
    });
}
