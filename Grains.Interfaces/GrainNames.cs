namespace VideoGen;

/// <summary>
/// The name of a grain's type and of its one stored document: the same word, so that a row names its grain.
/// Storage rows carry the state's name and the grain's key but not its type, so no two grains may share a name.
/// </summary>
public static class GrainNames
{
    /// <summary>One prompt of one user. Key: <c>v-</c> and a hash, see <see cref="Requests.VideoRequestKey"/>.</summary>
    public const string VideoRequest = "videorequest";

    /// <summary>One user's quota. Key: <c>u-</c>client/user.</summary>
    public const string Quota = "quota";

    /// <summary>One run of an agent. Key: <c>r-</c>client/run.</summary>
    public const string AgentRun = "agentrun";

    /// <summary>The way to the money ledger. Key: <see cref="Budgets.IBudgetGrain.Key"/>. Stores no document.</summary>
    public const string Budget = "budget";

    /// <summary>What is left of a user's quota and budgets. Key: see <see cref="Quotas.LimitsKey"/>. Stores no document.</summary>
    public const string Limits = "limits";

    /// <summary>The line in front of one provider account. Key: <c>p-</c>account. Stores no document.</summary>
    public const string Provider = "provider";

    /// <summary>One Idempotency-Key of one user. Key: <c>i-</c>client/user/key.</summary>
    public const string Idempotency = "idempotency";

    /// <summary>The webhooks of one client. Key: <c>w-</c>client. Stores no document.</summary>
    public const string Webhooks = "webhooks";
}
