using System.Collections.Immutable;
using VideoGen.Access;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Grains.Webhooks;

/// <summary>The way to whom clients want to be told how their videos end. One try each: when to try again is the request's own to know.</summary>
public interface IClientNews
{
    /// <summary>How long whoever is told may take to answer, as Standard Webhooks has it.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>How long a whole try may take: as long again for what is read before it and written down after it.</summary>
    static readonly TimeSpan TryTimeout = 2 * Patience;

    /// <summary>The ids of the client's webhooks that are in use and want to hear of such an event.</summary>
    /// <exception cref="Exception">Nobody knows: it is asked again later.</exception>
    Task<ImmutableArray<string>> Hearers(string client, string type, CancellationToken cancellationToken);

    /// <summary>Tells an ending. Whoever has not answered within <see cref="Patience"/> has not heard it, which is a reply.</summary>
    /// <param name="news">The ending.</param>
    /// <param name="to">The id of a webhook, or an address that an ask named.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <exception cref="Exception">It may or may not have been heard: it is told again later, under the same id.</exception>
    Task<NewsReply> Tell(ClientNews news, string to, CancellationToken cancellationToken);

    /// <summary>Why an ask cannot have this address told; null where it can.</summary>
    Task<Refusal?> MayTell(string client, string url, CancellationToken cancellationToken);

    /// <summary>What an address must be, as a sentence that goes on after the name of its field; null where it is that.</summary>
    string? WrongWith(string url);

    /// <summary>Tries a webhook, within <see cref="Patience"/>. That it heard is written down; that it did not is in the answer alone.</summary>
    Task<WebhookPing> Ping(string client, Webhook webhook, CancellationToken cancellationToken);
}

/// <summary>How a video ended, for those who are told.</summary>
/// <param name="EventId">The same whenever this ending is told, to whomever.</param>
/// <param name="At">When it ended.</param>
/// <param name="Video">The video, ended. Its prompt is not told.</param>
public sealed record ClientNews(string EventId, DateTimeOffset At, VideoView Video)
{
    /// <summary>Whose it is.</summary>
    public Owner Owner => Video.Owner;

    /// <summary>Of <see cref="WebhookEvents.All"/>.</summary>
    public string Type => WebhookEvents.Of(Video.Status);
}

/// <summary>What became of one try.</summary>
public abstract record NewsReply
{
    private NewsReply() { }

    /// <summary>It answered 2xx.</summary>
    public sealed record Heard : NewsReply;

    /// <summary>It never wants to hear of anything again, or is not registered any more.</summary>
    public sealed record Gone : NewsReply;

    /// <summary>It is tried again.</summary>
    public sealed record Trouble(Failure Failure) : NewsReply;
}
