using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
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
/// <param name="RemixOf">The finished video that this one is made from; null where it is made from nothing.</param>
/// <param name="Input">The picture that guides it; null where there is none. It is in the store already.</param>
/// <param name="Run">The agent's run that asks, see <see cref="IsRun"/>; null where no agent does.</param>
/// <param name="AnotherTake">Whether another take is wished although there is a video of this prompt: a question, and no payment.</param>
/// <param name="Confirmation">The token of a question that a person said yes to; null where there is none.</param>
/// <param name="Variation">The number that the grain's key was made with: 0 for the video itself. The door never sets it.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.VideoAsk")]
public sealed partial record VideoAsk(
    [property: Id(0)] Owner Owner,
    [property: Id(1)] string Prompt,
    [property: Id(2)] VideoOptions Options,
    [property: Id(3)] VideoId? RemixOf = null,
    [property: Id(4)] InputFile? Input = null,
    [property: Id(5)] string? Run = null,
    [property: Id(6)] bool AnotherTake = false,
    [property: Id(7)] string? Confirmation = null,
    [property: Id(8)] int Variation = 0)
{
    /// <summary>An address that is to be told how it ends, besides the client's webhooks; null where there is none.</summary>
    [Id(9)]
    public string? WebhookUrl { get; init; }

    /// <summary>Whether the client has webhooks, see <see cref="Webhooks.IWebhookClients"/>.</summary>
    [Id(10)]
    public bool HasWebhooks { get; init; }

    /// <summary>The most that a person said yes to, US dollars, where this is the take of a confirmation; null elsewhere. A dearer one is not begun.</summary>
    [Id(11)]
    public decimal? MaxUsd { get; init; }

    /// <summary>The most characters the name of an agent's run may have.</summary>
    public const int MaxRunLength = 128;

    /// <summary>Whether this text can name an agent's run: 1 to 128 visible ASCII characters.</summary>
    public static bool IsRun([NotNullWhen(true)] string? run) => run is not null && RunNames().IsMatch(run);

    [GeneratedRegex(@"\A[\x21-\x7e]{1,128}\z", RegexOptions.NonBacktracking)]
    private static partial Regex RunNames();
}

/// <summary>A picture that guides a video, kept by its content.</summary>
/// <param name="Sha256">64 lower-case hex digits: its name in the store, and part of the request's identity.</param>
/// <param name="MediaType"><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.InputFile")]
public sealed record InputFile([property: Id(0)] string Sha256, [property: Id(1)] string MediaType);

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
    public sealed record Accepted([property: Id(0)] VideoView Video, [property: Id(1)] Dedup Dedup) : AskAnswer
    {
        /// <summary>Whether the address that the ask named is not told, because others have named as many as a video has.</summary>
        [Id(2)]
        public bool WebhookLeftOut { get; init; }
    }

    /// <summary>No video and no payment; the next ask is judged anew.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Refused")]
    public sealed record Refused([property: Id(0)] Refusal Refusal) : AskAnswer;

    /// <summary>There is a video of this prompt that is not what this ask wants (other options, or deleted): a person decides.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Question")]
    public sealed record Question(
        [property: Id(0)] VideoView Existing,
        [property: Id(1)] string Code,
        [property: Id(2)] string Text,
        [property: Id(3)] ConfirmationOffer? Offer = null) : AskAnswer;

    /// <summary>The claim could not be written and read back in time: it may or may not stand. Asking again is safe.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.AskAnswer.Unknown")]
    public sealed record Unknown : AskAnswer;
}

/// <summary>What saying yes to a question costs, and how to say it. Where there is none, nobody can say yes here and now.</summary>
/// <param name="Token">Sent back as the confirmation. The same token always answers with the same video.</param>
/// <param name="PriceUsd">What the other take is paid with, US dollars, the worst case.</param>
/// <param name="Until">Until when the offer stands.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.ConfirmationOffer")]
public sealed record ConfirmationOffer([property: Id(0)] string Token, [property: Id(1)] decimal PriceUsd, [property: Id(2)] DateTimeOffset Until);

/// <summary>Why we did not admit a request.</summary>
/// <param name="Code">One of <see cref="Codes"/>.</param>
/// <param name="Text">A sentence for the user: which bound, until when, what to do.</param>
/// <param name="Until">When asking again can help; null where time does not help.</param>
/// <param name="Limit">The bound that was reached, where there is a number: videos in the window, or 1 in a cooldown.</param>
/// <param name="Remaining">How many more are allowed now.</param>
/// <param name="LimitUsd">The bound that was reached, where it is money: US dollars.</param>
/// <param name="RemainingUsd">How much of it is left, US dollars.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.Refusal")]
public sealed record Refusal(
    [property: Id(0)] string Code,
    [property: Id(1)] string Text,
    [property: Id(2)] DateTimeOffset? Until = null,
    [property: Id(3)] int? Limit = null,
    [property: Id(4)] int? Remaining = null,
    [property: Id(5)] decimal? LimitUsd = null,
    [property: Id(6)] decimal? RemainingUsd = null);
