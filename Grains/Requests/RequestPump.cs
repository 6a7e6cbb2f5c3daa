using Microsoft.Extensions.Logging;
using VideoGen.Grains.Persistence;
using static VideoGen.Grains.Requests.RequestEffect;
using static VideoGen.Grains.Requests.RequestEvent;

namespace VideoGen.Grains.Requests;

/// <summary>
/// Carries out what a request owes, one effect after another, and commits the fact that each ends in.
/// It decides nothing: the next effect is read off the committed document. No exception leaves it.
/// </summary>
internal sealed partial class RequestPump(string key, Commit<RequestDocument> commit, RequestCalls calls, RequestPorts ports, ILogger logger)
{
    /// <summary>The most effects of one run; more is owed to a bug, and waits for the next run.</summary>
    public const int MaxEffects = 100;

    /// <summary>How long a pump that met a bug waits before it is armed again.</summary>
    public static readonly TimeSpan WaitAfterBug = TimeSpan.FromMinutes(1);

    private Intent? intent; // The one intent that this activation wrote and has not sent yet.

    /// <summary>Runs until nothing is due. False when it had to stop early and should run again later.</summary>
    public async Task<bool> Run()
    {
        try
        {
            for (var count = 0; count < MaxEffects; count++)
            {
                if (RequestEffects.NextEffect(commit.Committed, ports.Time.Now()) is not { } effect) return true;
                if (effect is RecordIntent && ports.Host.Stopping.IsCancellationRequested) return true; // Whoever starts next sends it.
                RequestEvent fact;
                using (var span = RequestTraces.Start(ports.Telemetry, key, commit.Committed, effect))
                {
                    fact = await CarryOut(effect);
                    RequestTraces.Tell(span, fact);
                }

                if (commit.TryNote(document => RequestRounds.Unwritten(document, fact))) continue;
                await commit.Record(document => RequestRounds.Apply(document, fact), untilItLands: fact.IsAboutMoney);
            }

            LogTooMuch(key, MaxEffects);
        }
        catch (CommitUnknownException e)
        {
            LogStopped(key, e);
        }
#pragma warning disable CA1031 // A bug in one effect must not take the request's other effects, or its caller, with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBug(key, e);
        }

        return false;
    }

    private async Task<RequestEvent> CarryOut(RequestEffect effect) => effect switch
    {
        ReserveFunds e => await calls.Reserve(commit.OnDisk, e),
        SettleFunds e => await calls.Settle(commit.OnDisk, e),
        RecordIntent e => await calls.Hold(commit.Committed, e) ?? Intend(e),
        SubmitJob e => await Submit(e),
        FindJob e => await calls.Find(commit.Committed, e),
        CheckJob e => await calls.Check(e),
        CancelJob e => await calls.Cancel(e),
        SaveVideo e => await calls.Save(e),
        DiscardOriginal e => await calls.Discard(e),
        RemoveMedia e => await calls.Remove(e),
        TellOperator e => await calls.Tell(commit.Committed, e),
        _ => throw new InvalidOperationException($"Nobody carries out {effect.GetType().Name}."),
    };

    // The stamp is taken before the intent's write is issued: however long the write takes, or the process sleeps, the gate knows.
    private IntentRecorded Intend(RecordIntent e)
    {
        intent = new(ports.Nonces.Draw(), ports.Time.GetTimestamp());
        return new(e.Id, intent.Nonce, ports.Time.Now());
    }

    // Only the activation that wrote this very intent may send it. Anyone else finds a submit that somebody else may have sent.
    private async Task<RequestEvent> Submit(SubmitJob e)
    {
        if (intent?.Nonce != e.Nonce)
        {
            return new OutcomeUnknown(e.Id, e.Nonce, new(FailureKind.Unknown, "The process stopped while the request was being sent."), ports.Time.Now());
        }

        var stamp = intent.Stamp;
        intent = null; // Sent once: a second look at the same intent is somebody else's.
        return await calls.Submit(commit.Committed, e, stamp);
    }

    private sealed record Intent(string Nonce, long Stamp);

    [LoggerMessage(20, LogLevel.Error, "Request {Key} carried out {Count} effects in one run and goes on in a minute: a bug")]
    private partial void LogTooMuch(string key, int count);

    [LoggerMessage(21, LogLevel.Error, "Request {Key} stops: its document could not be written; it goes on from what is on disk")]
    private partial void LogStopped(string key, Exception exception);

    [LoggerMessage(22, LogLevel.Critical, "Request {Key} met a bug and goes on in a minute")]
    private partial void LogBug(string key, Exception exception);
}
