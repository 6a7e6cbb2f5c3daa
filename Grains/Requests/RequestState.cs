using System.Text.Json.Serialization;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>
/// Everything one round of a request can be. Each case carries only the facts that exist in that case,
/// and <c>Since</c> says when it was entered.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Admitting), "admitting")]
[JsonDerivedType(typeof(Queued), "queued")]
[JsonDerivedType(typeof(Submitting), "submitting")]
[JsonDerivedType(typeof(Unresolved), "unresolved")]
[JsonDerivedType(typeof(Running), "running")]
[JsonDerivedType(typeof(Saving), "saving")]
[JsonDerivedType(typeof(Ended), "ended")]
internal abstract record RequestState
{
    private RequestState() { }

    /// <summary>Nobody has asked yet. Grains exist for every key, so absence needs a name. Never stored.</summary>
    public sealed record New : RequestState
    {
        [JsonIgnore] public override int Round => 0;
    }

    /// <summary>We did not admit it: no video, nothing counted; every ask is judged anew.</summary>
    /// <param name="Release">Set while a reservation whose answer we never saw must be given back.</param>
    /// <param name="Run">The agent's run that it may be held of, too.</param>
    public sealed record Refused(
        [property: JsonPropertyName("round")] int RoundNumber,
        Refusal Refusal,
        DateTimeOffset Since,
        Due? Release,
        string? Run = null) : RequestState
    {
        /// <summary>As <see cref="Ticket.Trace"/>, while something is owed.</summary>
        public string? Trace { get; init; }

        /// <summary>What may be held of it, while something is owed; null where it is free.</summary>
        public Price? Price { get; init; }

        [JsonIgnore] public override int Round => RoundNumber;
    }

    /// <summary>The states in which the request still owes its user a video or an ending.</summary>
    [JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
    [JsonDerivedType(typeof(Admitting), "admitting")]
    [JsonDerivedType(typeof(Queued), "queued")]
    [JsonDerivedType(typeof(Submitting), "submitting")]
    [JsonDerivedType(typeof(Unresolved), "unresolved")]
    [JsonDerivedType(typeof(Running), "running")]
    [JsonDerivedType(typeof(Saving), "saving")]
    public abstract record Live(Ticket Ticket, Course Course, DateTimeOffset Since) : RequestState
    {
        [JsonIgnore] public override int Round => Ticket.Round;
        [JsonInclude, JsonPropertyName("round")] public int RoundOfTicket => Ticket.Round; // Where SQL looks in every state.
        [JsonIgnore] public AttemptId AttemptId => new(Ticket.Round, Course.Attempt);
    }

    /// <summary>Claimed; reserving quota and money.</summary>
    /// <param name="Shown">Its id was given to a client, so a refusal from now on is an ending.</param>
    public sealed record Admitting(Ticket Ticket, Course Course, DateTimeOffset Since, bool Shown, Due Reserve) : Live(Ticket, Course, Since);

    /// <summary>Admitted; waits for its time.</summary>
    /// <param name="Hold">What holds it although its time has come; null where nothing does.</param>
    public sealed record Queued(Ticket Ticket, Course Course, DateTimeOffset Since, Due Send, Failure? LastFailure, Hold? Hold = null) : Live(Ticket, Course, Since);

    /// <summary>The intent to pay is on disk; the paid call may or may not have happened.</summary>
    /// <param name="Nonce">Drawn for this one intent by the activation that wrote it; only that one may send.</param>
    /// <param name="Doubt">The unresolved submit of the same attempt that is sent again to be told of its job; null where this is the first.</param>
    public sealed record Submitting(Ticket Ticket, Course Course, DateTimeOffset Since, string Nonce, Doubt? Doubt = null) : Live(Ticket, Course, Since)
    {
        /// <summary>As <see cref="Unresolved.Candidate"/>: a callback may be faster than the answer.</summary>
        public string? Candidate { get; init; }
    }

    /// <summary>Sent, perhaps, and no answer that proves anything: ask the provider.</summary>
    /// <param name="Nonce">That of the first intent.</param>
    /// <param name="Resent">How often it was sent again since, under the same key, and not proven unsent.</param>
    public sealed record Unresolved(
        Ticket Ticket,
        Course Course,
        DateTimeOffset Since,
        string Nonce,
        Due Find,
        Failure Cause,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Resent = 0) : Live(Ticket, Course, Since)
    {
        /// <summary>The job that a callback named; null where none did. It is asked for first, and nothing is believed of it before.</summary>
        public string? Candidate { get; init; }

        /// <summary>When the first of its intents was written.</summary>
        [JsonIgnore] public DateTimeOffset FirstSentAt => Course.Sent.Length > Resent ? Course.Sent[^(1 + Resent)] : Since;
    }

    /// <summary>The provider works on it.</summary>
    /// <param name="Cancel">Set while the provider must still be told to stop.</param>
    public sealed record Running(Ticket Ticket, Course Course, DateTimeOffset Since, string JobId, int Percent, Due Check, Due? Cancel) : Live(Ticket, Course, Since);

    /// <summary>The provider has finished. Its copy expires, so the video is copied to our store before we say completed.</summary>
    /// <param name="LastFailure">Why the last try did not work; null before the first.</param>
    public sealed record Saving(Ticket Ticket, Course Course, DateTimeOffset Since, string JobId, decimal? CostUsd, Due Save, Failure? LastFailure = null) : Live(Ticket, Course, Since);

    /// <summary>Over, but for what is owed. Only a dead letter can be left again.</summary>
    /// <param name="Settle">Set while the reservation must be told what became of it.</param>
    /// <param name="Run">The agent's run that must be told it too.</param>
    /// <param name="Discard">Set while the provider's copy must be deleted.</param>
    /// <param name="Removal">Set while our copy must be deleted at the user's wish.</param>
    public sealed record Ended(
        [property: JsonPropertyName("round")] int RoundNumber,
        VideoOptions Options,
        string Account,
        decimal PriceUsd,
        int Attempt,
        string? JobId,
        RequestOutcome Outcome,
        Charge Charge,
        DateTimeOffset Since,
        Stages Stages,
        DateTimeOffset[] Sent,
        DateTimeOffset WindowEnds,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Deleted,
        Due? Settle,
        Due? Discard,
        Due? Removal,
        string? Run = null) : RequestState
    {
        /// <summary>As <see cref="Ticket.Trace"/>, while something is owed: ended rounds stay for ever and must be small.</summary>
        public string? Trace { get; init; }

        /// <summary>As <see cref="Ticket.Day"/>; null where that is the day in UTC on which it was asked for: ended rounds must be small.</summary>
        public DateOnly? Day { get; init; }

        /// <summary>As <see cref="Ticket.Model"/>.</summary>
        public string? Model { get; init; }

        /// <summary>As <see cref="Course.Left"/>: whose job a late fact is about, and which way the round took.</summary>
        public LeftStop[]? Left { get; init; }

        /// <summary>As <see cref="Ticket.Booked"/>.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Booked { get; init; }

        /// <summary>As <see cref="Ticket.DoublePayment"/>.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool DoublePayment { get; init; }

        /// <summary>It counts against no quota.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Unmetered { get; init; }

        /// <summary>An operator gave up finding out whether it was charged, and why; null where nobody did. It counts as paid.</summary>
        public string? Discarded { get; init; }

        /// <summary>Who is told of it; null where nobody wants to hear.</summary>
        public Telling? Telling { get; init; }

        /// <summary>What the ledgers must know of it.</summary>
        [JsonIgnore] public Settlement Settlement => new(Charge.Charged, Discarded is not null);

        /// <summary>As <see cref="Ticket.Price"/>.</summary>
        [JsonIgnore] public Price? Price => Price.Of(Model ?? Options.Model, Account, PriceUsd, BookedOn);

        /// <summary>As <see cref="Ticket.Booking"/>.</summary>
        [JsonIgnore] public Price? Booking => Booked ? Price.Booked(Model ?? Options.Model, Account, PriceUsd, BookedOn) : Price;

        /// <summary>The day on whose budgets its money is.</summary>
        [JsonIgnore] public DateOnly BookedOn => Day ?? Price.DayInUtc(Stages.Asked);

        [JsonIgnore] public AttemptId AttemptId => new(RoundNumber, Attempt);
        [JsonIgnore] public override int Round => RoundNumber;
    }

    /// <summary>The number of the trip from asking to an ending, from 1. 0 where nobody has asked.</summary>
    [JsonIgnore] public abstract int Round { get; }

    /// <summary>The public word, written beside the state so that SQL need not know our states. Null: not accepted, not shown.</summary>
    [JsonInclude] public string? Status => RequestViews.StatusOf(this)?.ToWire();
}

/// <summary>How a round ended.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ending")]
[JsonDerivedType(typeof(Completed), "completed")]
[JsonDerivedType(typeof(Rejected), "rejected")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
[JsonDerivedType(typeof(DeadLettered), "dead_lettered")]
internal abstract record RequestOutcome
{
    private RequestOutcome() { }

    public sealed record Completed(StoredVideo File) : RequestOutcome;

    /// <summary>The provider's content policy said no.</summary>
    public sealed record Rejected(string Text) : RequestOutcome;

    /// <summary>The provider could not, or we refused it after its id was shown.</summary>
    public sealed record Failed(string Code, string Text) : RequestOutcome;

    public sealed record Cancelled : RequestOutcome;

    /// <summary>We gave up and a person decides.</summary>
    /// <param name="ResumeAt">Where it stopped, whole: requeue, or a late fact, goes on from there.</param>
    /// <param name="Check">When its known job is asked again; null when it is not.</param>
    public sealed record DeadLettered(Failure Failure, RequestState.Live ResumeAt, Due? Check) : RequestOutcome
    {
        /// <summary>Set while the operator must still be told of it.</summary>
        public Due? Tell { get; init; }
    }
}
