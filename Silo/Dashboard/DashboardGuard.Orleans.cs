using VideoGen.Access;
using VideoGen.Gateway;
using VideoGen.Gateway.Access;

namespace VideoGen.Silo.Dashboard;

/// <summary>Stands before everything of the dashboard: from where, by whom, and what is not shown to anybody.</summary>
/// <param name="loopbackOnly">Whether it listens on this machine alone. Then a page that points its own name here is sent away, key or not.</param>
/// <param name="key">Who may look.</param>
internal sealed class DashboardGuard(bool loopbackOnly, OperatorKey key)
{
    public const string Path = "/dashboard";

    /// <summary>It calls methods of grains that look as if they answered with their state. Ours have none such; nobody has to remember that.</summary>
    private const string GrainState = Path + "/GrainState";

    public Task Check(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.XFrameOptions = "DENY";
        return Refusal(http) is { } refusal ? refusal.ExecuteAsync(http) : next(http);
    }

    private Problem? Refusal(HttpContext http)
    {
        if (loopbackOnly && !LoopbackOnly.IsLoopback(http.Request.Host)) return Problems.DashboardHost();
        var authorization = http.Request.Headers.Authorization;
        if (authorization.Count != 1 || !DashboardPassword.IsIn(authorization[0], key))
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"Orleans.VideoGen\", charset=\"UTF-8\"";
            return Problems.DashboardKeyNeeded();
        }

        if (!http.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase)) return Problems.DashboardAlone();
        return http.Request.Path.StartsWithSegments(GrainState, StringComparison.OrdinalIgnoreCase) ? Problems.GrainStateHidden() : null;
    }
}
