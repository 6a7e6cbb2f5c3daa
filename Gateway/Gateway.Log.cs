namespace VideoGen.Gateway;

/// <summary>What the door logs: ids, codes and route templates; never a prompt, never an address as the caller wrote it.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1, LogLevel.Information, "Refused {RequestId} at {Route}: {Status} {Code}")]
    public static partial void Refused(ILogger logger, string requestId, string route, int status, string code);

    [LoggerMessage(2, LogLevel.Information, "Asked {RequestId}: {VideoId} {Dedup}")]
    public static partial void Asked(ILogger logger, string requestId, string videoId, string dedup);

    [LoggerMessage(3, LogLevel.Information, "Deleted {RequestId}: {VideoId} is {Status}")]
    public static partial void Deleted(ILogger logger, string requestId, string videoId, string status);

    [LoggerMessage(4, LogLevel.Warning, "A grain did not answer {RequestId} at {Route}")]
    public static partial void GrainFailed(ILogger logger, string requestId, string route, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "A wait for {VideoId} was cut short")]
    public static partial void WaitFailed(ILogger logger, string videoId, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "The file of {VideoId} is not in the store ({RequestId})")]
    public static partial void ContentMissing(ILogger logger, string requestId, string videoId);

    [LoggerMessage(7, LogLevel.Error, "The store could not open {VideoId} ({RequestId})")]
    public static partial void StoreFailed(ILogger logger, string requestId, string videoId, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "Unhandled failure of {RequestId} at {Route}")]
    public static partial void Unhandled(ILogger logger, string requestId, string route, Exception exception);

    [LoggerMessage(10, LogLevel.Error, "A picture could not be stored")]
    public static partial void InputNotStored(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "Paused {Scope} until {Until} ({RequestId})")]
    public static partial void Paused(ILogger logger, string requestId, string scope, DateTimeOffset? until);

    [LoggerMessage(12, LogLevel.Warning, "Lifted {Count} pauses ({RequestId})")]
    public static partial void Resumed(ILogger logger, string requestId, int count);

    [LoggerMessage(13, LogLevel.Error, "The pauses did not answer {RequestId} at {Route}")]
    public static partial void PausesFailed(ILogger logger, string requestId, string route, Exception exception);

    [LoggerMessage(14, LogLevel.Warning, "Requeued {VideoId} as {NewId}; double payment accepted: {Doubly} ({RequestId})")]
    public static partial void Requeued(ILogger logger, string requestId, string videoId, string newId, bool doubly);

    [LoggerMessage(15, LogLevel.Warning, "Discarded {VideoId} ({RequestId})")]
    public static partial void Discarded(ILogger logger, string requestId, string videoId);

    [LoggerMessage(16, LogLevel.Information, "Cancelled {RequestId}: {VideoId} is {Status}")]
    public static partial void Cancelled(ILogger logger, string requestId, string videoId, string status);

    [LoggerMessage(17, LogLevel.Warning, "Cancelled {Cancelled} of {Videos} videos ({RequestId})")]
    public static partial void Stopped(ILogger logger, string requestId, int cancelled, int videos);

    [LoggerMessage(18, LogLevel.Warning, "The grain of {VideoId} did not answer whether it is cancelled")]
    public static partial void StopFailed(ILogger logger, string videoId, Exception exception);

    [LoggerMessage(19, LogLevel.Warning, "The operator has confirmed that it is known what was paid; payments go on ({RequestId})")]
    public static partial void Reconciled(ILogger logger, string requestId);

    [LoggerMessage(20, LogLevel.Information, "A key of client {Client} acts as the operator at {Route} ({RequestId})")]
    public static partial void ActsAsOperator(ILogger logger, string requestId, string client, string route);

    [LoggerMessage(21, LogLevel.Warning, "Made key {KeyId} of client {Client}: {Scopes} ({RequestId})")]
    public static partial void KeyMade(ILogger logger, string requestId, long keyId, string client, string scopes);

    [LoggerMessage(22, LogLevel.Warning, "Key {KeyId} has taken the place of key {OldId} of client {Client} ({RequestId})")]
    public static partial void KeyRotated(ILogger logger, string requestId, long keyId, long oldId, string client);

    [LoggerMessage(23, LogLevel.Warning, "Revoked key {KeyId} of client {Client} ({RequestId})")]
    public static partial void KeyRevoked(ILogger logger, string requestId, long keyId, string client);

    [LoggerMessage(24, LogLevel.Warning, "Client {Client} has plan {Plan} from now on ({RequestId})")]
    public static partial void PlanGiven(ILogger logger, string requestId, string client, string plan);

    [LoggerMessage(25, LogLevel.Information, "Erasing a user ({RequestId}): of {Requests} requests {Erased} have nothing left")]
    public static partial void Erased(ILogger logger, string requestId, int requests, int erased);

    [LoggerMessage(26, LogLevel.Information, "The sweeps were asked for ({RequestId})")]
    public static partial void SweepAsked(ILogger logger, string requestId);

    [LoggerMessage(27, LogLevel.Warning, "The operator cancelled {VideoId}, which is {Status} ({RequestId})")]
    public static partial void CancelledByOperator(ILogger logger, string requestId, string videoId, string status);

    [LoggerMessage(28, LogLevel.Warning, "What the operator's page shows could not be read")]
    public static partial void OverviewFailed(ILogger logger, Exception exception);

    [LoggerMessage(29, LogLevel.Warning, "The grain of {RequestKey} did not answer whether it is erased ({RequestId})")]
    public static partial void EraseFailed(ILogger logger, string requestId, string requestKey, Exception exception);

    [LoggerMessage(30, LogLevel.Warning, "The database did not answer {RequestId} at {Route}")]
    public static partial void DatabaseFailed(ILogger logger, string requestId, string route, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "Readiness check {Name} did not finish")]
    public static partial void CheckFailed(ILogger logger, string name, Exception exception);

    /// <summary>The template of the route, so that no text of the caller gets into a log.</summary>
    public static string RouteName(this HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";
}
