using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;

namespace VideoGen.Silo.Providers.Http;

/// <summary>What adapters of every protocol answer in the same words.</summary>
internal static class SharedReplies
{
    public static readonly Failure NoRemix = new(FailureKind.Refused, "This provider makes no video from another one.", "no_remix");

    public static readonly SubmitReply InputGone = new SubmitReply.NoJob(
        new(FailureKind.Refused, "The picture that guides the video is not in the store any more; send it again.", Codes.InputGone));

    public static readonly SubmitReply InputUnreadable = new SubmitReply.NotSent(new(FailureKind.Unavailable, "The picture that guides the video could not be read.", Codes.InputUnreadable));

    public static readonly Failure NoList = new(FailureKind.Refused, "This provider cannot list its jobs.", "no_list");

    public static readonly Failure LongList = new(FailureKind.Unknown, "The provider's list is too long to be read.", "list_too_long");

    /// <summary>What a list proves, of jobs that fit in everything: a single one is taken, and none or several say nothing.</summary>
    public static FindReply OnlyOneOf(IReadOnlyCollection<string> jobIds) => jobIds.Count switch
    {
        1 => new FindReply.Found(jobIds.First()),
        0 => new FindReply.Trouble(new(FailureKind.Unknown, "No job in the provider's list fits; that proves nothing.", "no_match")),
        _ => new FindReply.Trouble(new(FailureKind.Unknown, "Several jobs in the provider's list fit.", "several_match")),
    };

    public static readonly CancelReply CannotStop = new CancelReply.TooLate("This provider cannot stop a job.");

    public static readonly SourceReply NoSuchJob = new SourceReply.Gone("The provider has no such job.");

    public static readonly SourceReply NoVideo = new SourceReply.Gone("The job ended without a video.");

    public static readonly SourceReply NotEnded = new SourceReply.Trouble(new(FailureKind.Unavailable, "The job has not ended yet.", "not_ended"));

    /// <param name="code">The provider's word for it, where it has one.</param>
    public static Failure Rejected(string? code = null) => new(FailureKind.Rejected, "The provider's content policy rejected the video.", code);

    /// <inheritdoc cref="Rejected"/>
    public static Failure NotMade(string? code = null) => new(FailureKind.Unavailable, "The provider could not make the video.", code);
}
