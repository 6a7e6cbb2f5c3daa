using System.Collections.Immutable;
using VideoGen.Requests;

namespace VideoGen.Webhooks;

/// <summary>
/// Where one client wants to be told how its videos end, see <see cref="Webhook"/>. Stores no document: the webhooks are rows of a table, and
/// what is owed to them is in the requests. Key: <see cref="WebhooksKey"/>.
/// </summary>
[Alias("VideoGen.IWebhooksGrain")]
public interface IWebhooksGrain : IGrainWithStringKey
{
    /// <summary>Registers an address. The same address again is the same webhook, which from then on is told of these events.</summary>
    /// <param name="url">The address, as the client wrote it.</param>
    /// <param name="events">Of <see cref="WebhookEvents.All"/>, at least one.</param>
    [AlwaysInterleave, Alias("Register")]
    Task<WebhookRegistration> Register(string url, ImmutableArray<string> events);

    /// <summary>All of the client's, oldest first.</summary>
    [AlwaysInterleave, Alias("List")]
    Task<ImmutableArray<Webhook>> List();

    /// <summary>One of the client's; null where it has none of this id.</summary>
    [AlwaysInterleave, Alias("Find")]
    Task<Webhook?> Find(string id);

    /// <summary>Removes one. False where there is none of this id. What was still owed to it is not told any more.</summary>
    [AlwaysInterleave, Alias("Remove")]
    Task<bool> Remove(string id);

    /// <summary>Takes one into use again that was disabled. Null where there is none of this id.</summary>
    [AlwaysInterleave, Alias("Enable")]
    Task<Webhook?> Enable(string id);

    /// <summary>Sends one a <see cref="WebhookEvents.Ping"/> now, in use or not, and waits for what comes back: 15 s at most. Null where there is none of this id.</summary>
    [AlwaysInterleave, Alias("Ping")]
    Task<WebhookPing?> Ping(string id);

    /// <summary>Makes a new secret. Those before it sign along: the newest of them for <paramref name="keepFor"/>.</summary>
    [AlwaysInterleave, Alias("Rotate")]
    Task<SecretRotation> Rotate(TimeSpan keepFor);
}

/// <summary>The events that a client can be told of, as they stand in <c>type</c>.</summary>
public static class WebhookEvents
{
    public const string Completed = "video.completed", Failed = "video.failed", Ping = "ping";

    /// <summary>Those that a webhook can be registered for.</summary>
    public static readonly ImmutableArray<string> All = [Completed, Failed];

    /// <summary>What the ending of a video is called.</summary>
    public static string Of(VideoStatus ending) => ending == VideoStatus.Completed ? Completed : Failed;
}

/// <summary>An address that is told how a client's videos end.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Url">Where.</param>
/// <param name="Events">Of what.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Disabled">Since when nothing is sent there; null where it is in use.</param>
/// <param name="DisabledBecause">Why, in a sentence; null where it is in use.</param>
/// <param name="Last">What came of the last try; null where there was none.</param>
/// <param name="HeardAt">When it was last answered with a 2xx; null where it never was.</param>
/// <param name="FailingSince">Since when every try has failed; null where the last one did not.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.Webhook")]
public sealed record Webhook(
    [property: Id(0)] string Id,
    [property: Id(1)] string Url,
    [property: Id(2)] ImmutableArray<string> Events,
    [property: Id(3)] DateTimeOffset CreatedAt,
    [property: Id(4)] DateTimeOffset? Disabled,
    [property: Id(5)] string? DisabledBecause,
    [property: Id(6)] WebhookTry? Last,
    [property: Id(7)] DateTimeOffset? HeardAt,
    [property: Id(8)] DateTimeOffset? FailingSince);

/// <summary>One try to tell somebody something.</summary>
/// <param name="At">When.</param>
/// <param name="Status">The HTTP status that came back; null where none did.</param>
/// <param name="Trouble">What went wrong, in a sentence; null where it was heard.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.WebhookTry")]
public sealed record WebhookTry([property: Id(0)] DateTimeOffset At, [property: Id(1)] int? Status, [property: Id(2)] string? Trouble);

/// <summary>What became of a ping.</summary>
/// <param name="EventId">What stood in <c>webhook-id</c>.</param>
/// <param name="Try">What came back.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.WebhookPing")]
public sealed record WebhookPing([property: Id(0)] string EventId, [property: Id(1)] WebhookTry Try);

/// <summary>What became of a registration.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.WebhookRegistration")]
public abstract record WebhookRegistration
{
    private WebhookRegistration() { }

    /// <param name="Webhook">It.</param>
    /// <param name="Secret">The client's secret, where it was made now: nobody is shown it again.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.WebhookRegistration.Registered")]
    public sealed record Registered([property: Id(0)] Webhook Webhook, [property: Id(1)] string? Secret) : WebhookRegistration;

    /// <summary>The address is none that is called.</summary>
    /// <param name="Bound">What it must be, as a sentence that goes on after the name of the field.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.WebhookRegistration.WrongAddress")]
    public sealed record WrongAddress([property: Id(0)] string Bound) : WebhookRegistration;

    /// <summary>The client has as many as it may.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.WebhookRegistration.Full")]
    public sealed record Full([property: Id(0)] int Most) : WebhookRegistration;
}

/// <summary>What became of a rotation.</summary>
/// <param name="Secret">The new secret: nobody is shown it again. Null where too many are in force.</param>
/// <param name="OldUntil">Until when the one before it signs along; null where there was none, or where nothing was rotated.</param>
/// <param name="NextAt">Where nothing was rotated: when the first of those in force ends.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.SecretRotation")]
public sealed record SecretRotation([property: Id(0)] string? Secret, [property: Id(1)] DateTimeOffset? OldUntil, [property: Id(2)] DateTimeOffset? NextAt);

/// <summary>How <see cref="IWebhooksGrain"/> keys are made.</summary>
public static class WebhooksKey
{
    public static string For(string client) => Prefix + client;

    /// <summary>The inverse of <see cref="For"/>.</summary>
    public static string ClientOf(string key) => key[Prefix.Length..];

    private const string Prefix = "w-"; // Not a hex digit first, so no storage provider takes a key for a number or a Guid.
}
