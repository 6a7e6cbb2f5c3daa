using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers;

/// <summary>Says each day which models are soon not made any more, from 30 days before: louder from 7 days, and loudest from one.</summary>
internal sealed partial class ModelRetirement(IModelCatalogue catalogue, TimeProvider time, VideoGenTelemetry telemetry, ILogger<ModelRetirement> logger) : BackgroundService
{
    /// <summary>How many days before a model retires which level begins.</summary>
    public const int Soon = 30, Near = 7, Last = 1;

    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Every, time);
        try
        {
            do Tell();
            while (await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start says it first thing.
        }
    }

    /// <summary>Says it for today.</summary>
    internal void Tell()
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        foreach (var terms in catalogue.All)
        {
            if (terms.Retires is not { } retires) continue;
            var days = retires.DayNumber - today.DayNumber;
            telemetry.ModelRetires(terms.Model, days);
            if (days is >= 0 and <= Soon) LogRetires(days <= Last ? LogLevel.Critical : days <= Near ? LogLevel.Error : LogLevel.Warning, terms.Model, retires, days);
        }
    }

    [LoggerMessage(EventId = 1, Message = "ModelRetires: '{Model}' is not made any more from {Retires} on, in {Days} days; what asks for it is refused from then on", EventName = "ModelRetires")]
    private partial void LogRetires(LogLevel level, string model, DateOnly retires, int days);
}
