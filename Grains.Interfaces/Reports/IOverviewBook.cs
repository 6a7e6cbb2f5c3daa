namespace VideoGen.Reports;

/// <summary>How the service does, in a few numbers: read off the documents, never a second copy.</summary>
public interface IOverviewBook
{
    /// <summary>The numbers as of now.</summary>
    /// <param name="today">When today began.</param>
    /// <param name="lately">From when on the times and the rate are taken.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<OverviewCounts> Counts(DateTimeOffset today, DateTimeOffset lately, CancellationToken cancellationToken);
}

/// <summary>Numbers over all videos. Of those that ended only what was asked for since a day before is counted.</summary>
/// <param name="Waiting">On their way, and not sent.</param>
/// <param name="Running">Sent, and not finished.</param>
/// <param name="Saving">Finished, and not in our store.</param>
/// <param name="DeadLetters">They wait for a person, whenever they were given up.</param>
/// <param name="Today">How those ended that ended since today began.</param>
/// <param name="Lately">How those ended that ended in the time for rates.</param>
/// <param name="Seconds">How long completed ones of that time were in each stage, on average.</param>
public sealed record OverviewCounts(long Waiting, long Running, long Saving, long DeadLetters, EndedCounts Today, EndedCounts Lately, StageSeconds Seconds);

/// <summary>How rounds ended, by the words of documents.</summary>
public sealed record EndedCounts(long Completed, long Failed, long Rejected, long Cancelled, long DeadLettered);

/// <summary>Seconds; null where none was completed.</summary>
/// <param name="Waiting">From asking until it was sent.</param>
/// <param name="Running">From then until the provider had finished.</param>
/// <param name="Saving">From then until it was in our store.</param>
/// <param name="Together">All of it.</param>
public sealed record StageSeconds(double? Waiting, double? Running, double? Saving, double? Together);
