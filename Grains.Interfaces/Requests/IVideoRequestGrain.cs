namespace VideoGen.Requests;

/// <summary>
/// One prompt of one user: its rounds, their lives, and who waits for them. Two asks for the same video meet here.
/// Every method answers from what is on disk and may interleave with the others.
/// </summary>
[Alias("VideoGen.IVideoRequestGrain")]
public interface IVideoRequestGrain : IGrainWithStringKey
{
    /// <summary>Asks for the video. Answers within about 10 s, when the claim and its admission are on disk.</summary>
    [AlwaysInterleave, Alias("Ask")]
    Task<AskAnswer> Ask(VideoAsk ask);

    /// <summary>What <see cref="Ask"/> would answer now. Changes nothing, pays nothing, opens nothing.</summary>
    [AlwaysInterleave, Alias("Quote")]
    Task<VideoQuote> Quote(VideoAsk ask);

    /// <summary>One round; null where no such round was ever accepted. A deleted one is answered, marked as such.</summary>
    [AlwaysInterleave, Alias("Get")]
    Task<VideoView?> Get(int round);

    /// <summary>Why a round is where it is; null where no such round was ever accepted. Changes nothing.</summary>
    [AlwaysInterleave, Alias("Explain")]
    Task<VideoDecision?> Explain(int round);

    /// <summary>Answers as soon as the request's revision differs from <paramref name="seen"/>, and within 20 s in any case.</summary>
    [AlwaysInterleave, Alias("WaitForChange")]
    Task<VideoView?> WaitForChange(int round, long seen);

    /// <summary>Cancels a live video, removes the media of an ended one. Answers the view after that; null where there is none.</summary>
    [AlwaysInterleave, Alias("Delete")]
    Task<VideoView?> Delete(int round);

    /// <summary>The provider's job behind a completed round, for whoever makes a video from it; null where there is none.</summary>
    [AlwaysInterleave, Alias("Source")]
    Task<FinishedJob?> Source(int round);

    /// <summary>Cancels a live video; what has ended stays as it is. Answers the view after that; null where there is none.</summary>
    [AlwaysInterleave, Alias("Cancel")]
    Task<VideoView?> Cancel(int round);

    /// <summary>
    /// Its user is erased: what is live is cancelled, and when the last round has ended the prompt, our files and all that was said about them
    /// go. Times, money and the evidence stay, so that nothing is paid twice. True when nothing is left to do.
    /// </summary>
    [AlwaysInterleave, Alias("Erase")]
    Task<bool> Erase();

    /// <summary>An operator sends a dead letter round again: at the step where it stopped, or as a new round where nothing was sent.</summary>
    /// <param name="round">Its number.</param>
    /// <param name="acceptDoublePayment">
    /// Whether a new round may be paid although nobody knows whether this one was: then it is a new round in any case. The only way to do that.
    /// </param>
    [AlwaysInterleave, Alias("Requeue")]
    Task<RequeueAnswer> Requeue(int round, bool acceptDoublePayment);

    /// <summary>
    /// An operator gives up finding out what a round cost: what is at risk counts as spent, and its prompt is free when its window ends.
    /// Answers the round after that; null where there is no such round, or none of which that is unknown.
    /// </summary>
    /// <param name="round">Its number.</param>
    /// <param name="reason">Why, for whoever reads it later; at most 200 characters.</param>
    [AlwaysInterleave, Alias("Discard")]
    Task<VideoView?> Discard(int round, string reason);

    /// <summary>
    /// A provider has a job with the mark of an attempt of this request that nobody has claimed. It is claimed and never dropped: its round goes
    /// on with it, or it is one that no round waits for.
    /// </summary>
    /// <param name="round">The round that its mark says.</param>
    /// <param name="attempt">The attempt that its mark says.</param>
    /// <param name="account">The provider account.</param>
    /// <param name="jobId">The provider's id.</param>
    [AlwaysInterleave, Alias("Adopt")]
    Task<JobAdoption> Adopt(int round, int attempt, string account, string jobId);

    /// <summary>
    /// A provider says something of a job of an attempt of this request. A hint: it is asked for the job now, and where its id was lost, the
    /// one that is named is asked for first. Nothing else changes, and a hint that says nothing new changes nothing.
    /// </summary>
    /// <param name="round">The round that the address says.</param>
    /// <param name="attempt">The attempt that the address says.</param>
    /// <param name="account">The provider account.</param>
    /// <param name="jobId">The provider's id, as a submit is answered with it.</param>
    [AlwaysInterleave, Alias("CalledBack")]
    Task CalledBack(int round, int attempt, string account, string jobId);

    /// <summary>Tells the ending of a round again, to the client's webhooks and to all whom its asks named. It says so when that is on disk.</summary>
    /// <param name="round">Its number.</param>
    /// <param name="hasWebhooks">Whether the client has webhooks.</param>
    [AlwaysInterleave, Alias("TellAgain")]
    Task<TellAgainAnswer> TellAgain(int round, bool hasWebhooks);

    /// <summary>Carries on with whatever is owed. Costs nothing when nothing is.</summary>
    [AlwaysInterleave, Alias("Wake")]
    Task Wake();
}

/// <summary>What became of a job that was handed over.</summary>
public enum JobAdoption
{
    /// <summary>It is this request's, on disk.</summary>
    Adopted,

    /// <summary>Another request, or another attempt, has claimed it meanwhile.</summary>
    Taken,

    /// <summary>Its round is being admitted: it is to be handed over again later.</summary>
    NotNow,

    /// <summary>There is no such request or round, or not at that account. Nothing was changed.</summary>
    Unknown,

    /// <summary>It is what the job has made that its attempt has on record. Nothing was changed.</summary>
    Known,
}

/// <summary>A job that a provider has finished.</summary>
/// <param name="Owner">Whose video it made.</param>
/// <param name="Account">The provider account.</param>
/// <param name="JobId">The provider's id.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.FinishedJob")]
public sealed record FinishedJob([property: Id(0)] Access.Owner Owner, [property: Id(1)] string Account, [property: Id(2)] string JobId);

/// <summary>What became of an operator's requeue.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.RequeueAnswer")]
public abstract record RequeueAnswer
{
    private RequeueAnswer() { }

    /// <summary>It goes on, in its own round or in the new one that the view names.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.RequeueAnswer.Requeued")]
    public sealed record Requeued([property: Id(0)] VideoView Video) : RequeueAnswer;

    /// <summary>It does not: not a dead letter, another round is live, or a limit forbids it.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.RequeueAnswer.Refused")]
    public sealed record Refused([property: Id(0)] string Reason) : RequeueAnswer;
}

/// <summary>What became of the wish that an ending is told again.</summary>
public enum TellAgainAnswer
{
    /// <summary>It is told again from now on.</summary>
    Telling,

    /// <summary>There is no such round.</summary>
    Unknown,

    /// <summary>It has not ended.</summary>
    NotEnded,

    /// <summary>There is nobody whom it could be told: no webhook, and no ask named an address.</summary>
    Nobody,
}
