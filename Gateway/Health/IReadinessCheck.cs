namespace VideoGen.Gateway.Health;

/// <summary>One thing that the service needs. The host registers its database, provider, store, media tools.</summary>
public interface IReadinessCheck
{
    /// <summary>One lower-case word: <c>database</c>.</summary>
    string Name { get; }

    /// <summary>Whether the service must not take requests while something is wrong with it; else it is told and no more.</summary>
    bool IsEssential => true;

    /// <summary>Null when all is well; else what is wrong and what to do, in a sentence without secrets. Asked often; cut off after 5 s.</summary>
    Task<string?> Trouble(CancellationToken cancellationToken);
}
