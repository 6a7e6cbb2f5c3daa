using Microsoft.Extensions.Logging;
using VideoGen.Reports;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Requests;

/// <summary>What a write changed that people and alerts want to know, as log events. Always with the request id, never with the prompt.</summary>
internal static partial class RequestNews
{
    public static void Log(ILogger logger, string key, RequestDocument before, RequestDocument after)
    {
        foreach (var state in after.Rounds)
        {
            var old = RequestRounds.RoundOf(before, state.Round);
            if (old?.GetType() == state.GetType() || ReferenceEquals(old, state)) continue;
            LogMoved(logger, key, state.Round, old?.GetType().Name ?? nameof(New), state.GetType().Name);
            if (state is Ended { Outcome: RequestOutcome.DeadLettered dead } ended) LogDeadLetterArrived(logger, key, state.Round, ended.Charge.Charged, dead.ResumeAt.GetType().Name, dead.Failure.Detail);
            if (state is Running running) LogAccepted(logger, key, state.Round, running.Course.Attempt, running.JobId);
        }

        foreach (var orphan in after.Orphans)
        {
            if (!Array.Exists(before.Orphans, o => o.JobId == orphan.JobId)) LogOrphan(logger, key, orphan.Id.Round, orphan.Id.Attempt, orphan.JobId);
        }
    }

    /// <summary>Whom nobody will tell any more how a round ended. Each only once, by the activation that wrote it.</summary>
    public static void LogNotTold(ILogger logger, VideoGenTelemetry telemetry, string key, RequestDocument before, RequestDocument after)
    {
        foreach (var ended in after.Rounds.OfType<Ended>())
        {
            if (ended.Telling is not { } telling || (RequestRounds.RoundOf(before, ended.Round) as Ended)?.Telling is not { } old || ReferenceEquals(telling, old)) continue;
            foreach (var told in telling.Told.Where(told => told.Fate is ToldFate.Gone or ToldFate.GivenUp && Array.Find(old.Told, was => was.To == told.To)?.Fate is null))
            {
                LogNotTold(logger, key, ended.Round, told.Name, told.Fate == ToldFate.Gone ? "it does not want to hear, or is not registered any more" : told.LastTrouble ?? "it never answered");
                if (told.Fate == ToldFate.GivenUp) telemetry.ClientTold(ToldFate.GivenUp);
            }
        }
    }

    /// <summary>The same for metrics: each only once, by the activation that wrote it.</summary>
    public static void Count(VideoGenTelemetry telemetry, RequestDocument before, RequestDocument after)
    {
        foreach (var state in after.Rounds)
        {
            var old = RequestRounds.RoundOf(before, state.Round);
            if (ReferenceEquals(old, state) || CaseOf(old) == CaseOf(state)) continue;
            if (old is Live left) telemetry.StageEnded(left, SinceOf(state) - left.Since);
            if (state is not Ended ended) continue;
            telemetry.RoundEnded(ended.Outcome, ended.Charge.Charged);
            if (ended.Outcome is RequestOutcome.DeadLettered) telemetry.DeadLettered(ended.Charge.Charged);
        }

        foreach (var orphan in after.Orphans)
        {
            if (!Array.Exists(before.Orphans, o => o.JobId == orphan.JobId)) telemetry.OrphanFound();
        }
    }

    // A dead letter that ended otherwise after all is news too.
    private static Type? CaseOf(RequestState? state) => state is Ended ended ? ended.Outcome.GetType() : state?.GetType();

    private static DateTimeOffset SinceOf(RequestState state) => state switch
    {
        Live s => s.Since,
        Refused s => s.Since,
        Ended s => s.Since,
        _ => throw new InvalidOperationException($"{state.GetType().Name} is no round."),
    };

    [LoggerMessage(10, LogLevel.Information, "Request {Key} round {Round}: {From} to {To}")]
    private static partial void LogMoved(ILogger logger, string key, int round, string from, string to);

    [LoggerMessage(11, LogLevel.Error, "DeadLetterArrived: request {Key} round {Round}, charged {Charged}, stopped at {StoppedAt}: {Reason}", EventName = "DeadLetterArrived")]
    private static partial void LogDeadLetterArrived(ILogger logger, string key, int round, VideoGen.Requests.Charged charged, string stoppedAt, string reason);

    [LoggerMessage(12, LogLevel.Information, "Request {Key} round {Round} attempt {Attempt}: the provider has it as {JobId}")]
    private static partial void LogAccepted(ILogger logger, string key, int round, int attempt, string jobId);

    [LoggerMessage(14, LogLevel.Warning, "WebhookGivenUp: request {Key} round {Round}: {Hearer} is not told of its ending: {Reason}", EventName = "WebhookGivenUp")]
    private static partial void LogNotTold(ILogger logger, string key, int round, string hearer, string reason);

    [LoggerMessage(13, LogLevel.Critical, "OrphanFound: request {Key} round {Round} attempt {Attempt}: nobody waits for job {JobId}; it will be cancelled", EventName = "OrphanFound")]
    private static partial void LogOrphan(ILogger logger, string key, int round, int attempt, string jobId);
}
