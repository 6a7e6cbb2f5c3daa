using System.Globalization;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>What an ask meets: the rules of the window, as pure functions over the document.</summary>
internal static class RequestAdmission
{
    /// <summary>What to do with an ask.</summary>
    public abstract record Judgement
    {
        private Judgement() { }

        /// <summary>Nothing holds the window: this ask may open a round.</summary>
        public sealed record Open : Judgement;

        /// <summary>The video is on its way, or there, or its ending is.</summary>
        public sealed record Take(RequestState Round) : Judgement;

        /// <summary>A video of this prompt is there that is not what this ask wants.</summary>
        public sealed record Question(RequestState Round, string Code, string Text) : Judgement;

        public sealed record Refuse(Refusal Refusal) : Judgement;
    }

    /// <param name="document">The request.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="anotherTake">Whether another take is wished, whatever is there.</param>
    /// <param name="maxSubmits">How often one prompt may be sent in 24 hours.</param>
    /// <param name="at">Now.</param>
    public static Judgement Judge(RequestDocument document, VideoOptions options, bool anotherTake, int maxSubmits, DateTimeOffset at)
    {
        if (HolderOf(document, at) is { } holder)
        {
            return holder switch
            {
                Ended { Deleted: true } => new Judgement.Question(holder, Codes.SamePromptDeleted, "You deleted the video of this prompt. Making it again is paid again."),
                _ when OptionsOf(holder) != options => new Judgement.Question(holder, Codes.SamePromptOtherOptions, "You have a video of this prompt with other options. Making it again is paid again."),
                _ when anotherTake => new Judgement.Question(holder, Codes.SamePromptVariation, "You have a video of this prompt. Another take of it is paid again."),
                _ => new Judgement.Take(holder),
            };
        }

        if (document.Rounds.Length >= RequestDocument.MaxRounds)
        {
            return new Judgement.Refuse(new(Codes.RoundLimit, $"This prompt was asked for {RequestDocument.MaxRounds} times; change it."));
        }

        if (RequestRounds.SendsInWindow(document, at) >= maxSubmits)
        {
            var until = RequestRounds.OldestSendLeavesAt(document, at);
            return new Judgement.Refuse(new(
                Codes.SubmitLimit,
                string.Create(CultureInfo.InvariantCulture, $"This prompt was sent to a provider {maxSubmits} times in 24 hours without success. Change it, or ask again at {until:u}."),
                until,
                Limit: maxSubmits,
                Remaining: 0));
        }

        return new Judgement.Open();
    }

    public static bool MayOpen(RequestDocument document, int maxSubmits, DateTimeOffset at) =>
        HolderOf(document, at) is null && document.Rounds.Length < RequestDocument.MaxRounds && RequestRounds.SendsInWindow(document, at) < maxSubmits;

    /// <summary>Whether another round than this one keeps the prompt from being paid for again.</summary>
    public static bool IsHeldBeside(RequestDocument document, int round, DateTimeOffset at) => document.Rounds.Any(r => r.Round != round && Holds(document, r, at));

    /// <summary>The newest round that an ask must be answered with, whatever its options; null when a new one may open.</summary>
    private static RequestState? HolderOf(RequestDocument document, DateTimeOffset at) => Array.FindLast(document.Rounds, r => Holds(document, r, at));

    /// <summary>Whether the round keeps its prompt from being paid for again.</summary>
    private static bool Holds(RequestDocument document, RequestState state, DateTimeOffset at) => state switch
    {
        Live => true,
        Ended s => IsOpenEnded(s) || at < WindowEndsAt(document, s),
        _ => false,
    };

    /// <summary>Until when the same prompt is answered with this round; null where it is not, or where no clock ends that.</summary>
    public static DateTimeOffset? WindowEndsAt(RequestDocument document, Ended s) =>
        IsOpenEnded(s) || (IsProvenFree(s) && RequestRounds.OrphanedIn(document, s.Round) is null) ? null : s.WindowEnds;

    // Nobody knows whether it was paid: no clock ends that, only a person or the provider.
    private static bool IsOpenEnded(Ended s) => s is { Outcome: RequestOutcome.DeadLettered, Charge.Charged: Charged.Unknown, Discarded: null };

    // The same prompt may be tried again at once. A policy's no is replayed, or every retry would ask it again.
    private static bool IsProvenFree(Ended s) =>
        s is { Outcome: RequestOutcome.Failed or RequestOutcome.Cancelled or RequestOutcome.DeadLettered, Charge.Charged: Charged.No };

    private static VideoOptions? OptionsOf(RequestState state) => state switch
    {
        Live s => s.Ticket.Options,
        Ended s => s.Options,
        _ => null,
    };
}
