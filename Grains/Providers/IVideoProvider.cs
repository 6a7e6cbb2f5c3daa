using VideoGen.Grains.Requests;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Grains.Providers;

/// <summary>
/// One account at a service that makes videos. An adapter translates and nothing else: no retry, no cache, no policy.
/// Expected trouble is a value; an exception is a bug, and is taken for an unknown outcome.
/// </summary>
public interface IVideoProvider
{
    /// <summary>The account's name, as routes and the job book call it.</summary>
    string Account { get; }

    /// <summary>What this provider can prove and do.</summary>
    ProviderTraits Traits { get; }

    /// <summary>
    /// Hands over one attempt. Sent at most once: no retry, no redirect. The last thing before the first byte leaves
    /// is <see cref="SubmitGate.MaySend"/>; if it says no, the answer is <see cref="SubmitReply.NotSent"/>.
    /// </summary>
    Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken);

    /// <summary>Asks for a job.</summary>
    Task<CheckReply> Check(string jobId, CancellationToken cancellationToken);

    /// <summary>
    /// Looks for the job of an attempt whose submit had no answer: by our key where the provider keeps it, else by what was asked for and when.
    /// </summary>
    Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken);

    /// <summary>Stops a job.</summary>
    Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken);

    /// <summary>
    /// The account's jobs that were made in a time, whoever asked for them: all of them, or trouble. Asked where <see cref="ProviderTraits.Listing"/> says so.
    /// </summary>
    /// <param name="from">On the provider's clock, which may be a minute from ours.</param>
    /// <param name="to">The same.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        Task.FromResult<ListReply>(new ListReply.Trouble(new(FailureKind.Refused, "This provider cannot list its jobs.", "no_list")));

    /// <summary>
    /// Reads a call that came to an address which this account was given: whether it is the provider's own, and what it is about. Asks nobody.
    /// </summary>
    CallbackReply Hear(ProviderCallback callback) => new CallbackReply.Refused(CallbackVerdict.UnknownAddress);

    /// <summary>Deletes the provider's copy of a video that we have stored. Idempotent.</summary>
    Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken);
}

/// <summary>The accounts of this installation.</summary>
public interface IVideoProviders
{
    /// <summary>One account; null where the configuration no longer has it.</summary>
    IVideoProvider? Find(string account);

    /// <summary>What is known of an account besides; null where there is nothing, or no such account.</summary>
    AccountStanding? StandingOf(string account) => null;
}

/// <summary>How an account is configured, and whether it lets us in.</summary>
/// <param name="Type">Its protocol.</param>
/// <param name="Trouble">Why it does not, and what to do; null where it does.</param>
/// <param name="LookedAt">When that was last looked at; null where it never is.</param>
public sealed record AccountStanding(string Type, string? Trouble, DateTimeOffset? LookedAt);

/// <summary>What a provider can prove and do.</summary>
/// <param name="Resolution">How a submit without an answer can be resolved.</param>
/// <param name="QuietTime">How long after the last possible arrival of a submit a lookup that finds nothing is believed.</param>
/// <param name="KeepsOriginal">Whether its copy is ours to delete once ours is safe.</param>
/// <param name="Slots">How many jobs of ours it works on at a time; null where it does not say, and waits itself.</param>
/// <param name="SubmitsPerMinute">How many submits it takes in a minute; null where it does not say.</param>
/// <param name="KeyKeptFor">How long it remembers our key, where the same key and body give the same job: as long as it documents; else null.</param>
/// <param name="Listing">What its list of jobs says.</param>
public sealed record ProviderTraits(
    Resolution Resolution, TimeSpan QuietTime, bool KeepsOriginal, int? Slots = null, int? SubmitsPerMinute = null, TimeSpan? KeyKeptFor = null, Listing Listing = Listing.None);

/// <summary>What a provider's list of jobs says.</summary>
public enum Listing
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>All jobs of the account, and not which of them are ours.</summary>
    Unmarked,

    /// <summary>All jobs of the account, and our mark on those that are ours.</summary>
    Marked,

    /// <summary>
    /// Not jobs, but the videos that they have made and that are still there, with our mark on those that are ours. It has neither a job that
    /// runs nor one that failed, and does not know by which name a submit was answered.
    /// </summary>
    Outputs,
}

/// <summary>How a submit without an answer can be resolved.</summary>
public enum Resolution
{
    /// <summary>Not at all: a person decides.</summary>
    None,

    /// <summary>A lookup by our key finds the job if it is there, but finding nothing proves nothing.</summary>
    Lookup,

    /// <summary>A lookup by our key is complete: finding nothing, late enough, proves that there is no job.</summary>
    CompleteLookup,

    /// <summary>By submitting again: the provider documents that the same key and body give the same job, and never a second one.</summary>
    SameKey,

    /// <summary>
    /// A finished video is found at the place where the submit has told the provider to put it. A job that runs, and one that failed, is not
    /// found at all: finding nothing proves nothing, however late.
    /// </summary>
    Output,
}

/// <summary>One attempt, as a provider gets it.</summary>
/// <param name="ProviderKey">Our mark: <c>&lt;installation&gt;-&lt;request&gt;-&lt;round&gt;.&lt;attempt&gt;</c>.</param>
/// <param name="Prompt">The canonical prompt, to the letter.</param>
/// <param name="Options">Model, size and seconds.</param>
/// <param name="Input">The picture that guides it, in our store; null where there is none.</param>
/// <param name="SourceJobId">The finished job of this account whose video is remixed; null where none is.</param>
/// <param name="JobDeadline">How long the job is waited for: where a provider can be told so, it stops by itself then. Null where there is no end.</param>
public sealed record SubmitOrder(string ProviderKey, string Prompt, VideoOptions Options, InputFile? Input = null, string? SourceJobId = null, TimeSpan? JobDeadline = null);

/// <summary>A submit without an answer, as a provider is asked for its job.</summary>
/// <param name="ProviderKey">Our mark, as in <see cref="SubmitOrder"/>.</param>
/// <param name="Prompt">The canonical prompt, to the letter.</param>
/// <param name="Options">Model, size and seconds.</param>
/// <param name="SentFrom">When its intent was written, on our clock: it was not sent before.</param>
/// <param name="SentUntil">When it was given up, on our clock: it was not sent after. The provider may have taken it up later.</param>
/// <param name="Candidate">The job that a callback named. It is the attempt's only where the provider, asked for it, confirms that. Null where none was named.</param>
public sealed record FindOrder(string ProviderKey, string Prompt, VideoOptions Options, DateTimeOffset SentFrom, DateTimeOffset SentUntil, string? Candidate = null);

/// <summary>
/// The last check before money can be spent: a submit is sent soon after its intent was decided, or not at all.
/// The stamps are on the monotonic clock, so a frozen process gives up by itself.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="intended">Taken before the intent was written.</param>
/// <param name="window">How long after it a submit may start.</param>
/// <param name="passed">Taken before the last look at the pauses; null where none can hold this submit.</param>
/// <param name="fresh">How long after that look a submit may start: whoever pauses waits longer than this before they say that it holds.</param>
public sealed class SubmitGate(TimeProvider time, long intended, TimeSpan window, long? passed = null, TimeSpan fresh = default)
{
    /// <summary>Whether the first byte may leave now. Ask after connecting, immediately before sending.</summary>
    public bool MaySend => time.GetElapsedTime(intended) <= window && (passed is not { } look || time.GetElapsedTime(look) <= fresh);
}
