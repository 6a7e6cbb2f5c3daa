using Microsoft.Extensions.Options;
using VideoGen.Gateway.Access;

namespace VideoGen.Gateway.Reports;

/// <summary>
/// <c>GET /metrics</c> for Prometheus: always for programs on this machine, for others only where <see cref="GatewayOptions.MetricsOpen"/>
/// says so, since scrapers come from elsewhere and carry no key. Stands before the checks of who may call.
/// </summary>
internal sealed class MetricsPage(RequestDelegate next, IOptions<GatewayOptions> options)
{
    public const string Path = "/metrics";

    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public Task InvokeAsync(HttpContext http)
    {
        var isRead = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        if (!isRead || http.Request.Path != Path || http.RequestServices.GetService<IMetricsText>() is not { } metrics) return next(http);
        if (!options.Value.MetricsOpen && LoopbackOnly.Refusal(http) is { } problem) return problem.ExecuteAsync(http);
        return TypedResults.Text(metrics.Collect(), ContentType).ExecuteAsync(http);
    }
}
