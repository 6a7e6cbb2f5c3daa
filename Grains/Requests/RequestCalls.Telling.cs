using System.Globalization;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;
using VideoGen.Webhooks;
using static VideoGen.Grains.Requests.RequestEffect;
using static VideoGen.Grains.Requests.RequestEvent;

namespace VideoGen.Grains.Requests;

/// <summary>Telling clients how their videos end.</summary>
internal sealed partial class RequestCalls
{
    /// <summary>One of the effects of <see cref="RequestTelling.Owed"/>.</summary>
    public Task<RequestEvent> TellOrFind(RequestDocument document, RequestEffect effect) => effect switch
    {
        FindHearers e => FindHearers(document, e),
        TellClient e => TellClient(document, e),
        _ => throw new InvalidOperationException($"{effect.GetType().Name} tells nobody."),
    };

    private Task<RequestEvent> FindHearers(RequestDocument document, FindHearers e) => Call(
        e,
        async () =>
        {
            using var timeout = CallTimeout();
            var ending = RequestViews.View(key, document, RequestRounds.RoundOf(document, e.Round))!;
            return new HearersFound(e.Round, e.Ending, await ports.ClientNews.Hearers(ending.Owner.Client, WebhookEvents.Of(ending.Status), timeout.Token), Now);
        },
        failure => new HearersNotFound(e.Round, e.Ending, failure, Now));

    private Task<RequestEvent> TellClient(RequestDocument document, TellClient e) => Call(
        e,
        async () =>
        {
            using var timeout = new CancellationTokenSource(IClientNews.TryTimeout, ports.Time); // Not that of other calls: who does not answer is to be written down as such.
            var ending = RequestViews.View(key, document, RequestRounds.RoundOf(document, e.Round))!;
            var reply = await ports.ClientNews.Tell(new(EventId(ending.Id, e.Ending), ending.EndedAt!.Value, ending), e.To, timeout.Token);
            ports.Telemetry.ClientTold(reply);
            return reply switch
            {
                NewsReply.Heard => new ClientTold(e.Round, e.Ending, e.To, Now),
                NewsReply.Gone => new ClientGone(e.Round, e.Ending, e.To, Now),
                NewsReply.Trouble trouble => new ClientNotTold(e.Round, e.Ending, e.To, e.Failures, trouble.Failure, Now),
                _ => throw NotAnAnswer(),
            };
        },
        failure => new ClientNotTold(e.Round, e.Ending, e.To, e.Failures, failure, Now));

    /// <summary>What an ending is called when it is told: whoever hears it twice knows it by that.</summary>
    internal static string EventId(VideoId id, int ending) => string.Create(CultureInfo.InvariantCulture, $"evt_{id}_{ending}");
}
