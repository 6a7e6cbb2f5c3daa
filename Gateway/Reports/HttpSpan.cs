using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace VideoGen.Gateway.Reports;

/// <summary>
/// Names the span that ASP.NET Core makes of each request by its route, never by what the caller wrote. Probes and scrapes come every few
/// seconds and tell nothing: they are not sent anywhere.
/// </summary>
internal sealed class HttpSpan(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { Recorded: true } span)
        {
            await next(http);
            return;
        }

        if (http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase) || http.Request.Path == MetricsPage.Path)
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        try
        {
            await next(http);
        }
        finally
        {
            // Without a route the method may be any word.
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            span.DisplayName = route is null ? "HTTP" : $"{http.Request.Method} {route}";
            span.SetTag("http.route", route).SetTag("http.response.status_code", http.Response.StatusCode);
            if (route is not null) span.SetTag("http.request.method", http.Request.Method);
            if (http.Response.StatusCode >= 500) span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
