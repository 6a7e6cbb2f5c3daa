namespace VideoGen.Gateway.Health;

/// <summary>One thing without which the service must not take requests. The host registers its database, provider, store, media tools.</summary>
public interface IReadinessCheck
{
    /// <summary>One lower-case word: <c>database</c>.</summary>
    string Name { get; }

    /// <summary>Null when all is well; else what is wrong and what to do, in a sentence without secrets. Asked often; cut off after 5 s.</summary>
    Task<string?> Trouble(CancellationToken cancellationToken);
}
