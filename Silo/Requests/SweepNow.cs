using VideoGen.Reports;
using VideoGen.Silo.Media;

namespace VideoGen.Silo.Requests;

/// <summary>The three sweeps of this host, one after another, when a person asks for them. Whoever asks while they run waits for the same.</summary>
internal sealed partial class SweepNow(Sweeper requests, OrphanSweep accounts, MediaSweep store, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SweepNow> logger) : ISweeps
{
    private readonly Lock gate = new();
    private Task<SweepReport>? running;

    public Task<SweepReport> Now()
    {
        lock (gate)
        {
            return running is { IsCompleted: false } ? running : running = Task.Run(Sweep);
        }
    }

    private async Task<SweepReport> Sweep()
    {
        var (began, stop) = (time.GetUtcNow(), lifetime.ApplicationStopping);
        var report = new SweepReport(began, await requests.Now(stop).ConfigureAwait(false), await accounts.Sweep(stop).ConfigureAwait(false), await store.Sweep(stop).ConfigureAwait(false));
        LogSwept(report.Requests?.Woken ?? 0, report.Accounts, report.Store?.Removed ?? 0);
        return report;
    }

    [LoggerMessage(1, LogLevel.Information, "Swept because somebody asked for it: {Woken} requests woken, accounts compared: {Accounts}, the files of {Removed} videos removed")]
    private partial void LogSwept(int woken, bool accounts, int removed);
}
