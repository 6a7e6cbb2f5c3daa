namespace VideoGen.Gateway.Health;

/// <summary>A check that is a method of something else.</summary>
internal sealed class ReadinessCheck(string name, Func<CancellationToken, Task<string?>> trouble) : IReadinessCheck
{
    public string Name => name;

    public bool IsEssential { get; init; } = true;

    public Task<string?> Trouble(CancellationToken cancellationToken) => trouble(cancellationToken);
}
