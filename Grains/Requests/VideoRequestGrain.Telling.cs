using Microsoft.Extensions.Logging;
using VideoGen.Grains.Persistence;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>
/// Telling clients how rounds end: each by a timer of its own, beside the pump. Whoever does not answer holds up neither the others nor
/// what is owed besides.
/// </summary>
internal sealed partial class VideoRequestGrain
{
    /// <summary>The most that one request tells, or waits to tell, at a time; the others come when these have.</summary>
    private const int MaxTelling = 32;

    private readonly Dictionary<RequestEffect, (DateTimeOffset At, IGrainTimer Timer)> telling = [];
    private int tellingNow;

    private bool Tells => tellingNow > 0;

    public async Task<TellAgainAnswer> TellAgain(int round, bool hasWebhooks)
    {
        if (View(round) is not { } view) return TellAgainAnswer.Unknown;
        if (!view.Status.IsEnded()) return TellAgainAnswer.NotEnded;
        var after = await Record(new RequestEvent.TellAgainWanted(round, hasWebhooks, ports.Time.Now()));
        return RequestRounds.RoundOf(after, round) switch
        {
            RequestState.Ended { Telling: not null } => TellAgainAnswer.Telling,
            RequestState.Ended => TellAgainAnswer.Nobody,
            _ => TellAgainAnswer.NotEnded,
        };
    }

    private static Hearers? HearersOf(VideoAsk ask) => RequestTelling.With(known: null, ask.HasWebhooks, ask.WebhookUrl);

    private static Hearers? AnewOf(RequestState.Live stopped) => stopped.Ticket.Hearers is { } hearers ? hearers with { Endings = 0 } : null;

    /// <summary>Why what an ask wants to be told cannot be; null where it can. Looked at before anything is written.</summary>
    private async Task<Refusal?> NotTold(VideoAsk ask)
    {
        if (ask.WebhookUrl is not { } url) return null;
        using var timeout = new CancellationTokenSource(ports.Options.CurrentValue.CallTimeout, ports.Time);
        return await ports.ClientNews.MayTell(ask.Owner.Client, url, timeout.Token);
    }

    /// <summary>Who asks for what is there already is told as well. It is on disk before the answer.</summary>
    private async Task<AskAnswer> Listen(AskAnswer answer, VideoAsk ask)
    {
        if (answer is not AskAnswer.Accepted accepted || (!ask.HasWebhooks && ask.WebhookUrl is null)) return answer;
        var round = accepted.Video.Id.Round;
        var listened = new RequestEvent.Listened(round, ask.HasWebhooks, ask.WebhookUrl, WasLive: !accepted.Video.Status.IsEnded(), ports.Time.Now());
        var document = commit.Committed;
        if (!ReferenceEquals(RequestRounds.Apply(document, listened), document)) document = await Record(listened);
        return ask.WebhookUrl is { } url && !IsTold(document, round, url) ? accepted with { WebhookLeftOut = true } : accepted;
    }

    private static bool IsTold(RequestDocument document, int round, string address) => RequestRounds.RoundOf(document, round) switch
    {
        RequestState.Live live => live.Ticket.Hearers?.Addresses.Contains(address) ?? false,
        RequestState.Ended ended => ended.Telling?.Hearers.Addresses.Contains(address) ?? false,
        _ => false,
    };

    private void ArmTelling()
    {
        if (ports.Host.Stopping.IsCancellationRequested) return; // Whoever starts next tells it.
        var now = ports.Time.Now();
        foreach (var (at, effect) in RequestTelling.Owed(commit.Committed))
        {
            if (at - now > LongestTimer || telling.Count >= MaxTelling) continue;
            if (telling.TryGetValue(effect, out var armed) && armed.At <= at) continue;
            armed.Timer?.Dispose();
            ArmTelling(effect, at, at > now ? at - now : TimeSpan.Zero);
        }
    }

    private void ArmTelling(RequestEffect effect, DateTimeOffset at, TimeSpan wait) => telling[effect] = (at, this.RegisterGrainTimer(
        _ => Tell(effect, at),
        new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true }));

    private async Task Tell(RequestEffect effect, DateTimeOffset at)
    {
        var isBug = true;
        tellingNow++;
        telling[effect] = (DateTimeOffset.MinValue, telling[effect].Timer); // Under way: nobody arms it once more.
        try
        {
            if (RequestTelling.Owed(commit.Committed).Any(owed => owed.Effect == effect && owed.NotBefore <= at))
            {
                using var span = RequestTraces.Start(ports.Telemetry, Key, commit.Committed, effect);
                var fact = await calls.TellOrFind(commit.Committed, effect);
                RequestTraces.Tell(span, fact);
                await commit.Record(document => RequestRounds.Apply(document, fact));
            }

            isBug = false;
        }
        catch (CommitUnknownException)
        {
            isBug = false; // It goes on from what is on disk, and tells it again.
        }
#pragma warning disable CA1031 // A bug in telling must not take the request with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogTellingBug(Key, e);
        }
        finally
        {
            tellingNow--;
            if (telling.Remove(effect, out var done)) done.Timer.Dispose();
            if (commit.Doubtful) LeaveIfDoubtful();
            else if (isBug) ArmTelling(effect, at, RequestPump.WaitAfterBug);
            else ArmForNext();
        }
    }

    [LoggerMessage(5, LogLevel.Critical, "Request {Key} met a bug while it told of its ending, and goes on in a minute")]
    private partial void LogTellingBug(string key, Exception exception);
}
