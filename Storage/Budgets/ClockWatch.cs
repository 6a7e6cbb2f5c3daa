using Microsoft.Extensions.Logging;

namespace VideoGen.Storage.Budgets;

/// <summary>
/// Compares the database's clock with this host's at each look. Windows, quotas and days are told by the one and by the other: while they
/// are apart nobody knows what may be paid.
/// </summary>
public sealed partial class ClockWatch(TimeProvider time, ILogger<ClockWatch> logger)
{
    /// <summary>How far apart they may be.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private volatile string? apart;

    /// <summary>What is wrong and what to do; null where they were together at the last look.</summary>
    public string? Apart => apart;

    internal DateTimeOffset Now => time.GetUtcNow();

    /// <summary>What a look says about them: its answer was on its way for some time, and the database's clock was read at some moment of that.</summary>
    /// <param name="database">Its clock.</param>
    /// <param name="before">This host's, before it asked.</param>
    /// <returns>As <see cref="Apart"/>.</returns>
    internal string? Compare(DateTimeOffset database, DateTimeOffset before)
    {
        var after = Now;
        var ahead = database > after + Slack ? database - after : database < before - Slack ? database - before : TimeSpan.Zero;
        if (ahead == TimeSpan.Zero)
        {
            if (apart is not null) LogTogether(logger);
            return apart = null;
        }

        var seconds = Math.Round(ahead.Duration().TotalSeconds, 1);
        if (apart is null) LogApart(logger, seconds, ahead > TimeSpan.Zero ? "ahead of" : "behind");
        return apart = FormattableString.Invariant($"The database's clock is {seconds} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this host's, and at most {Slack.TotalSeconds} s are allowed: set both by NTP.");
    }

    [LoggerMessage(1, LogLevel.Critical, "The database's clock is {Seconds} s {Where} this host's: nothing is paid until both are right. Set them by NTP")]
    private static partial void LogApart(ILogger logger, double seconds, string where);

    [LoggerMessage(2, LogLevel.Information, "The database's clock and this host's are together again")]
    private static partial void LogTogether(ILogger logger);
}
