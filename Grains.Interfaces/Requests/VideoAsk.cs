using VideoGen.Access;

namespace VideoGen.Requests;

/// <summary>What may differ between two takes of one prompt.</summary>
/// <param name="Model">A model of the catalogue.</param>
/// <param name="Size">Width and height in pixels: <c>1280x720</c>.</param>
/// <param name="Seconds">The length of the video.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoOptions")]
public sealed record VideoOptions([property: Id(0)] string Model, [property: Id(1)] string Size, [property: Id(2)] int Seconds);

/// <summary>A wish for one video, checked at the door.</summary>
/// <param name="Owner">Who asks.</param>
/// <param name="Prompt">The canonical prompt that the grain's key was made of.</param>
/// <param name="Options">Options that the catalogue offers.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoAsk")]
public sealed record VideoAsk([property: Id(0)] Owner Owner, [property: Id(1)] string Prompt, [property: Id(2)] VideoOptions Options);

/// <summary>How an accepted ask relates to the videos that were there before it.</summary>
public enum Dedup
{
    /// <summary>It opened a new round: this ask pays.</summary>
    New,

    /// <summary>The video was already on its way: one payment, one more waiter.</summary>
    Joined,

    /// <summary>The video, or its ending, was already there.</summary>
    Replayed,
}

/// <summary>What an ask is answered with.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer")]
public abstract record AskAnswer
{
    private AskAnswer() { }

    /// <summary>There is a video, or there will be one.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Accepted")]
    public sealed record Accepted([property: Id(0)] VideoView Video, [property: Id(1)] Dedup Dedup) : AskAnswer;

    /// <summary>No video and no payment; the next ask is judged anew.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Refused")]
    public sealed record Refused([property: Id(0)] Refusal Refusal) : AskAnswer;

    /// <summary>There is a video of this prompt that is not what this ask wants (other options, or deleted): a person decides.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Question")]
    public sealed record Question([property: Id(0)] VideoView Existing, [property: Id(1)] string Code, [property: Id(2)] string Text) : AskAnswer;

    /// <summary>The claim could not be written and read back in time: it may or may not stand. Asking again is safe.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Unknown")]
    public sealed record Unknown : AskAnswer;
}

/// <summary>Why we did not admit a request.</summary>
/// <param name="Code">One of <see cref="Codes"/>.</param>
/// <param name="Text">A sentence for the user: which bound, until when, what to do.</param>
/// <param name="Until">When asking again can help; null where time does not help.</param>
/// <param name="Limit">The bound that was reached, where there is a number: videos in the window, or 1 in a cooldown.</param>
/// <param name="Remaining">How many more are allowed now.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.Refusal")]
public sealed record Refusal(
    [property: Id(0)] string Code,
    [property: Id(1)] string Text,
    [property: Id(2)] DateTimeOffset? Until = null,
    [property: Id(3)] int? Limit = null,
    [property: Id(4)] int? Remaining = null);
