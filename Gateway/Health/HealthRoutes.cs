using System.Globalization;
using System.Text.Json;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;

namespace VideoGen.Gateway.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: everything it needs is there, or what to do about it.</summary>
internal static class HealthRoutes
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => WireJson.Answer(new LiveBody(Live: true))).WithMetadata(OpenToAll.Mark).Documented(HostOperations.Live);
        routes.MapGet("/health/ready", Ready).WithMetadata(OpenToAll.Mark).Documented(HostOperations.Ready);
    }

    private static async Task<IResult> Ready(HttpContext http, IEnumerable<IReadinessCheck> checks, TimeProvider time, ILogger<IReadinessCheck> logger)
    {
        var all = checks.ToArray();
        var lines = await Task.WhenAll(all.Select(check => Run(check, time, logger, http.RequestAborted)));
        var ready = all.Zip(lines).All(one => one.Second.Ok || !one.First.IsEssential);
        if (!ready)
        {
            http.Response.StatusCode = Problems.NotReady;
            http.Response.Headers["x-should-retry"] = "false";
        }

        // One check per line: read by people in a terminal as often as by programs.
        var text = string.Join(",\n", lines.Select(line => JsonSerializer.Serialize(line, WireJson.Options)));
        return TypedResults.Text($"{{\"ready\":{(ready ? "true" : "false")},\"checks\":[\n{text}\n]}}\n", "application/json");
    }

    private static async Task<CheckLine> Run(IReadinessCheck check, TimeProvider time, ILogger logger, CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(CheckTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            // WaitAsync too, for a check that does not heed its token.
            var trouble = await check.Trouble(either.Token).WaitAsync(either.Token);
            return new(check.Name, trouble is null, trouble);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new(check.Name, false, string.Create(CultureInfo.InvariantCulture,
                $"No answer within {CheckTimeout.TotalSeconds:0} s. Look whether it runs and can be reached from this process."));
        }
#pragma warning disable CA1031 // A check that throws is a check that failed; its text may hold secrets, so it goes to the log only.
        catch (Exception exception) when (!aborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            GatewayLog.CheckFailed(logger, check.Name, exception);
            return new(check.Name, false, "The check itself failed; the log says why.");
        }
    }
}

/// <summary>The process answers.</summary>
internal sealed record LiveBody(bool Live);

/// <summary>Whether everything is there.</summary>
internal sealed record ReadyBody(bool Ready, IReadOnlyList<CheckLine> Checks);

/// <param name="Name">What is looked at.</param>
/// <param name="Ok">Whether it is there.</param>
/// <param name="WhatToDo">Null where it is.</param>
internal sealed record CheckLine(string Name, bool Ok, string? WhatToDo);
