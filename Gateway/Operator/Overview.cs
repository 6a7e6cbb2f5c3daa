using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VideoGen.Budgets;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary>
/// <c>GET /api/admin/overview</c>, and <c>/api/admin/events</c>, which says it again whenever it is different. It is read every few seconds at most,
/// once for all who look at it through this process, and not at all while nobody does.
/// </summary>
internal sealed class Overview(
    IOverviewBook book, ICostBook costs, IPauses pauses, IReconciles reconciles, IDeadLetterBook letters, ProviderViews providers, VideoGrains grains, StreamCounts streams,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Overview> logger, Microsoft.Extensions.Options.IOptions<GatewayOptions> options)
{
    /// <summary>What is younger is not read anew.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Lately = TimeSpan.FromHours(24);

    private const int Days = 7, DeadLetters = 10;

    /// <summary>By this name streams of operators are counted. No client has it.</summary>
    private const string Streams = "(operator)";

    private readonly Lock gate = new();
    private Task<byte[]>? reading;
    private long began;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/admin/overview", (HttpContext http, Overview overview) => overview.Get(http)).Documented(ViewOperations.Overview);
        routes.MapGet("/api/admin/events", (HttpContext http, Overview overview) => overview.Stream(http)).Documented(ViewOperations.Events);
    }

    private async Task<IResult> Get(HttpContext http) => WireJson.Json(await Read().WaitAsync(http.RequestAborted));

    private async Task<IResult> Stream(HttpContext http)
    {
        if (streams.Open(Streams) is not { } place) return Problems.TooManyStreams(options.Value.StreamsPerClient);
        using (place)
        {
            var first = await Read().WaitAsync(http.RequestAborted); // What cannot be read is an answer of its own, and no stream.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            try
            {
                await Tell(first, http, stop.Token);
            }
            catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
            {
                // The host stops; the client comes again, perhaps at another.
            }
#pragma warning disable CA1031 // Whatever could not be read, the client comes again, and is told then.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                GatewayLog.OverviewFailed(logger, exception);
            }

            return Results.Empty;
        }
    }

    private async Task Tell(byte[] now, HttpContext http, CancellationToken stop)
    {
        var opened = time.GetTimestamp();
        var stream = await EventStream.Begin(http);
        var said = time.GetTimestamp();
        while (time.GetElapsedTime(opened) < EventStream.Longest && await LetIn.StillHolds(http)) // Whose key was revoked comes again, and is told so.
        {
            if (await stream.Tell("overview", now)) said = time.GetTimestamp();
            else if (time.GetElapsedTime(said) >= EventStream.Heartbeat)
            {
                await stream.Beat();
                said = time.GetTimestamp();
            }

            await Task.Delay(Every, time, stop);
            now = await Read().WaitAsync(stop);
        }
    }

    // Whoever looks while it is being read, or soon after, sees the same. What failed is read anew by who comes next.
    private Task<byte[]> Read()
    {
        lock (gate)
        {
            if (reading is null || reading.IsFaulted || (reading.IsCompleted && time.GetElapsedTime(began) >= Every))
            {
                began = time.GetTimestamp();
                reading = Task.Run(Make);
            }

            return reading;
        }
    }

    private async Task<byte[]> Make()
    {
        var now = time.GetUtcNow();
        var money = await grains.BudgetsOfAll();
        var today = TodayOf(money, now);
        var counts = await book.Counts(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero), now - Lately, CancellationToken.None);
        var days = await costs.Costs(new(today.AddDays(1 - Days), today, [CostGroup.Day], Days), CancellationToken.None);
        var last = await reconciles.Last(CancellationToken.None);
        var accounts = await providers.Read(CancellationToken.None);
        var newest = await letters.List(new(null, null, null, null, null, DeadLetters), CancellationToken.None);
        var inForce = await pauses.Read(CancellationToken.None);
        return JsonSerializer.SerializeToUtf8Bytes(
            new OverviewBody(
                CostsBody.Day(today)!,
                new(counts.Waiting, counts.Running, counts.Saving, counts.DeadLetters),
                EndedBody.Of(counts.Today),
                new(EndedBody.Of(counts.Lately), RateOf(counts.Lately), counts.Seconds),
                [.. money.Select(BudgetLineBody.Of)],
                [.. Enumerable.Range(0, Days).Select(day => DayOf(today.AddDays(day + 1 - Days), days))],
                [.. inForce.Select(PauseBody.Of)],
                last is { Ended: null } doubt ? new(doubt.Since, doubt.Reason) : null,
                [.. accounts.Select(ProviderShortBody.Of)],
                [.. newest.Select(DeadLetterBody.Of)]),
            WireJson.Options);
    }

    // The day of the budgets, which may begin elsewhere.
    private static DateOnly TodayOf(ImmutableArray<BudgetLine> money, DateTimeOffset now) =>
        money.Select(line => DateOnly.TryParseExact(line.Id.Period, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null).FirstOrDefault(day => day is not null)
        ?? DateOnly.FromDateTime(now.UtcDateTime);

    private static DayBody DayOf(DateOnly day, IReadOnlyList<CostLine> lines) =>
        new(CostsBody.Day(day)!, CostsSums.Of(lines.FirstOrDefault(line => line.Day == day)?.Sums ?? new(0, 0, 0, 0, 0, 0, 0, 0)));

    private static decimal? RateOf(EndedCounts ended) =>
        ended.Completed + ended.Failed + ended.Rejected + ended.DeadLettered is > 0 and var all ? Math.Round((decimal)ended.Completed / all, 4) : null;
}
