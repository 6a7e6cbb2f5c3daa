using Microsoft.Extensions.Options;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// Writes the lines of <see cref="RequestLog"/>. An act comes first and its line second, so a line never tells what did
/// not happen; a host that died between the two writes the line at its next start.
/// </summary>
internal sealed partial class LocalLog(RequestLog lines, IOptions<LocalVideosOptions> options, TimeProvider time, ILogger<LocalLog> logger)
{
    public void Write(string what, LocalJob job, Charged? charged = null, decimal? usd = null) =>
        Append(new(time.GetUtcNow(), what, job.JobId, job.ProviderKey, charged, usd));

    /// <summary>A lookup that found nothing.</summary>
    public void FoundNothing(string providerKey) => Append(new(time.GetUtcNow(), LogWords.Find, null, providerKey));

    public void Ended(LocalJob job, LocalEnding ending) => Append(LineOf(job, ending));

    /// <summary>Adds the lines that jobs on disk lack, of what was done within the time for which lines are kept: older ones may have been removed.</summary>
    /// <exception cref="IOException">The log cannot be read or written.</exception>
    public void Complete(IEnumerable<(LocalJob Job, LocalEnding? Ending)> jobs)
    {
        var kept = time.GetUtcNow() - options.Value.KeepJobs;
        var told = lines.Read().Select(line => (line.JobId, line.What)).ToHashSet();
        foreach (var line in jobs.SelectMany(known => LinesOf(known.Job, known.Ending)))
        {
            if (line.At > kept && !told.Contains((line.JobId, line.What))) lines.Append(line);
        }
    }

    private static IEnumerable<RequestLine> LinesOf(LocalJob job, LocalEnding? ending)
    {
        yield return new(job.Created, LogWords.Submit, job.JobId, job.ProviderKey);
        if (ending is not null) yield return LineOf(job, ending);
    }

    private static RequestLine LineOf(LocalJob job, LocalEnding ending) => ending switch
    {
        LocalEnding.Finished => new(ending.At, LogWords.Finished, job.JobId, job.ProviderKey, Charged.Yes, job.Usd),
        LocalEnding.Failed failed => new(ending.At, LogWords.Failed, job.JobId, job.ProviderKey, failed.Charged, UsdOf(failed.Charged, job)),
        LocalEnding.Cancelled => new(ending.At, LogWords.Cancelled, job.JobId, job.ProviderKey, Charged.No, 0),
        _ => throw new NotSupportedException("An ending that this version does not know."),
    };

    private static decimal? UsdOf(Charged charged, LocalJob job) => charged switch { Charged.Yes => job.Usd, Charged.No => 0, _ => null };

    private void Append(RequestLine line)
    {
        try
        {
            lines.Append(line);
        }
        catch (IOException trouble)
        {
            // What happened has happened: it must not be answered as trouble because its line is late.
            LogLineLate(line.What, line.JobId, trouble.Message);
        }
    }
}
