using System.Collections.Immutable;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Simulation.Tests.Models;

/// <summary>The way of one process to whoever listens.</summary>
internal sealed class HearersModel(Hearers hearers, Gate gate, TimeProvider clock) : IClientNews
{
    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(90);

    async Task<ImmutableArray<string>> IClientNews.Hearers(string client, string type, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("find hearers", cancellationToken);
        ImmutableArray<string> found = [.. hearers.InUse];
        await gate.Back(effect, cancellationToken);
        return found;
    }

    public async Task<NewsReply> Tell(ClientNews news, string to, CancellationToken cancellationToken)
    {
        hearers.SetsOut(news, to);
        var effect = await gate.Out("tell client", cancellationToken);
        var reply = hearers.Hear(news, to, gate);
        if (hearers.IsDeaf(gate)) await Task.Delay(TooSlow, clock, cancellationToken);
        await gate.Back(effect, cancellationToken);
        return reply;
    }

    public async Task<Refusal?> MayTell(string client, string url, CancellationToken cancellationToken)
    {
        await gate.Pass("may tell", cancellationToken);
        return null;
    }

    public string? WrongWith(string url) => null;

    public Task<WebhookPing> Ping(string client, Webhook webhook, CancellationToken cancellationToken) => throw new NotSupportedException();
}
