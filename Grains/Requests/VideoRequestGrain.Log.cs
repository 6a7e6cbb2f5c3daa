using Microsoft.Extensions.Logging;

namespace VideoGen.Grains.Requests;

internal sealed partial class VideoRequestGrain
{
    [LoggerMessage(1, LogLevel.Information, "DuplicatePrevented: request {Key} round {Round} was {Dedup}; {Usd} USD not spent", EventName = "DuplicatePrevented")]
    private partial void LogDuplicatePrevented(string key, int round, string dedup, decimal usd);

    [LoggerMessage(2, LogLevel.Information, "Request {Key} was refused: {Code}")]
    private partial void LogRefused(string key, string code);

    [LoggerMessage(4, LogLevel.Warning, "Request {Key}: the quota did not answer a look; the reservation decides")]
    private partial void LogPeekFailed(string key, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Request {Key}: its reminder could not be kept in step; the sweep wakes it")]
    private partial void LogReminderFailed(string key, Exception exception);
}
