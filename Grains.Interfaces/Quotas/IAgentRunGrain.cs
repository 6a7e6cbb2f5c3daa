using VideoGen.Access;

namespace VideoGen.Quotas;

/// <summary>
/// One run of an agent: rewording the prompt is how agents get past any hash, so a run makes a bounded number of new paid videos.
/// Key: <c>r-</c>client/run.
/// </summary>
[Alias("VideoGen.IAgentRunGrain")]
public interface IAgentRunGrain : IReservations;

/// <summary>The key of a run's <see cref="IAgentRunGrain"/>.</summary>
public static class AgentRunKey
{
    /// <param name="owner">Whose agent it is; a run belongs to the client, whatever user it names.</param>
    /// <param name="run">The run's name, see <see cref="Requests.VideoAsk.IsRun"/>.</param>
    public static string For(Owner owner, string run) => $"r-{owner.Client}/{run}";
}
