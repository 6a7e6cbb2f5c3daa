namespace VideoGen.Requests;

/// <summary>Who owns a provider's job: one row, written once. Not for the Gateway.</summary>
public interface IJobBook
{
    /// <summary>Claims a job for an attempt. Claiming again what is already ours is true; another's is false.</summary>
    Task<bool> Claim(string account, string jobId, string requestKey, int round, int attempt, CancellationToken cancellationToken);
}
