using VideoGen.Grains.Requests;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Grains.Providers;

/// <summary>What a submit was answered with.</summary>
public abstract record SubmitReply
{
    private SubmitReply() { }

    /// <summary>There is a job, and it is ours.</summary>
    public sealed record Accepted(string JobId) : SubmitReply;

    /// <summary>Not one byte left this machine: a proof.</summary>
    public sealed record NotSent(Failure Failure) : SubmitReply;

    /// <summary>It was sent, and the answer is on this provider's documented list of proofs that there is no job.</summary>
    public sealed record NoJob(Failure Failure) : SubmitReply;

    /// <summary>It was sent, and nothing proves either.</summary>
    public sealed record Unknown(Failure Failure) : SubmitReply;
}

/// <summary>What a job is doing.</summary>
public abstract record CheckReply
{
    private CheckReply() { }

    /// <summary>Waiting or rendering. A status word that we do not know counts as this.</summary>
    /// <param name="Percent">0 to 100.</param>
    public sealed record Running(int Percent) : CheckReply;

    /// <summary>The video is there to be fetched.</summary>
    /// <param name="CostUsd">What the provider says it took; null where it does not say.</param>
    public sealed record Finished(decimal? CostUsd) : CheckReply;

    /// <summary>There will be no video.</summary>
    public sealed record Failed(Failure Failure, Charged Charged) : CheckReply;

    /// <summary>The check itself did not work; it says nothing about the job.</summary>
    public sealed record Trouble(Failure Failure) : CheckReply;
}

/// <summary>What a lookup by our key found.</summary>
public abstract record FindReply
{
    private FindReply() { }

    public sealed record Found(string JobId) : FindReply;

    /// <summary>Nothing has our mark. What that proves depends on the provider's trait and on how late it is.</summary>
    public sealed record Nothing : FindReply;

    /// <summary>The lookup itself did not work.</summary>
    public sealed record Trouble(Failure Failure) : FindReply;
}

/// <summary>What an account lists.</summary>
public abstract record ListReply
{
    private ListReply() { }

    /// <summary>All jobs that were made in that time, and perhaps others.</summary>
    public sealed record Listed(IReadOnlyList<ListedJob> Jobs) : ListReply;

    /// <summary>The list could not be read to its end: it says nothing.</summary>
    public sealed record Trouble(Failure Failure) : ListReply;
}

/// <summary>A job in a provider's list.</summary>
/// <param name="JobId">The provider's id, as a submit is answered with it.</param>
/// <param name="Mark">What it says is its caller's key; null where it says none.</param>
/// <param name="CreatedAt">When it was made, on the provider's clock; null where it does not say.</param>
public sealed record ListedJob(string JobId, string? Mark, DateTimeOffset? CreatedAt);

/// <summary>What a call that came to one of our addresses is.</summary>
public abstract record CallbackReply
{
    private CallbackReply() { }

    /// <summary>It is the provider's own, and came to the address that it was given with this attempt.</summary>
    /// <param name="ProviderKey">Our mark on the attempt, as in <see cref="SubmitOrder"/>.</param>
    /// <param name="JobId">The job that it is about, as a submit is answered with it.</param>
    public sealed record Heard(string ProviderKey, string JobId) : CallbackReply;

    /// <summary>It is not, or nothing that is understood.</summary>
    public sealed record Refused(CallbackVerdict Why) : CallbackReply;
}

/// <summary>What became of a cancel.</summary>
public abstract record CancelReply
{
    private CancelReply() { }

    /// <summary>The job is stopped.</summary>
    public sealed record Cancelled(Charged Charged) : CancelReply;

    /// <summary>It cannot be stopped (too late, or the provider cannot): its real ending counts.</summary>
    public sealed record TooLate(string Detail) : CancelReply;

    /// <summary>The call itself did not work.</summary>
    public sealed record Trouble(Failure Failure) : CancelReply;
}

/// <summary>What became of deleting the provider's copy.</summary>
public abstract record DiscardReply
{
    private DiscardReply() { }

    /// <summary>It is gone, or was not there.</summary>
    public sealed record Discarded : DiscardReply;

    /// <summary>The call itself did not work.</summary>
    public sealed record Trouble(Failure Failure) : DiscardReply;
}

/// <summary>What became of copying a finished video to our store.</summary>
public abstract record SaveReply
{
    private SaveReply() { }

    /// <summary>It is in our store, durable.</summary>
    public sealed record Saved(StoredVideo File) : SaveReply;

    /// <summary>The provider says that the file is gone for good.</summary>
    public sealed record Gone(string Detail) : SaveReply;

    /// <summary>The copy did not work, or what was copied is no video; it can be tried again.</summary>
    public sealed record Trouble(Failure Failure) : SaveReply
    {
        /// <summary>The failure's code where our store, or the disk before it, has no room.</summary>
        public const string StoreFull = "store_full";
    }
}
