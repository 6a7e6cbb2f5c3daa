using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEvent;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>
/// What a user's erasure leaves of a request: its identity, its times, its money and the evidence, and no word of what it showed. What is on
/// its way is cancelled first, as a cancel would; the rest goes when the last round has ended. Pure; where nothing changes, each gives back
/// the very same document.
/// </summary>
internal static class RequestErasure
{
    /// <summary>What stands where a provider's own words about a prompt stood.</summary>
    public const string Words = "Its user was erased.";

    /// <summary>The wish.</summary>
    public static RequestDocument Begin(RequestDocument document, DateTimeOffset at) => document.LastRound == 0 || document.ErasedAt is not null
        ? document
        : document with { ErasedAt = at, Rounds = [.. document.Rounds.Select(round => round is Live ? RequestLifecycle.Apply(round, new CancelRequested(round.Round, at)) : round)] };

    /// <summary>What the wish means after any other fact.</summary>
    public static RequestDocument Continue(RequestDocument document, DateTimeOffset at)
    {
        if (document.ErasedAt is null || IsUnderWay(document)) return document;
        var rounds = document.Rounds.Select(round => round is Ended ended ? Without(ended, at) : round).ToArray();
        return document is { Prompt: "", Input: null } && rounds.Zip(document.Rounds).All(pair => ReferenceEquals(pair.First, pair.Second))
            ? document
            : document with { Prompt = "", Input = null, Rounds = rounds };
    }

    /// <summary>Whether what is on its way goes as soon as it has ended: nobody can have it any more, and nobody is to be told that they will.</summary>
    public static bool IsUnderWay(RequestDocument document) => document.ErasedAt is not null && document.Rounds.Any(round => round is Live);

    /// <summary>Whether nothing is left to do, our files included.</summary>
    public static bool IsDone(RequestDocument document) =>
        document is { ErasedAt: not null, Prompt: "" } && !document.Rounds.Any(round => round is Live or Ended { Removal: not null });

    private static Ended Without(Ended ended, DateTimeOffset at)
    {
        var deleted = (Ended)RequestLifecycle.Apply(ended, new DeleteRequested(ended.Round, WasLive: false, at));
        var outcome = Without(deleted.Outcome, at);
        return RequestTelling.WithoutAddresses(ReferenceEquals(outcome, deleted.Outcome) ? deleted : deleted with { Outcome = outcome });
    }

    private static RequestOutcome Without(RequestOutcome outcome, DateTimeOffset at) => outcome switch
    {
        RequestOutcome.Rejected { Text: not Words } => new RequestOutcome.Rejected(Words),
        RequestOutcome.Failed { Text: not Words } failed => failed with { Text = Words },
        // Should it ever go on from where it stopped, it ends there: nobody may send what nobody knows any more.
        RequestOutcome.DeadLettered { ResumeAt: { Course: { CancelWanted: null } course } live } dead => dead with { ResumeAt = live with { Course = course with { CancelWanted = at } } },
        _ => outcome,
    };
}
