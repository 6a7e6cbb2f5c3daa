using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;
using VideoGen.Access;
using VideoGen.Gateway;
using VideoGen.Gateway.Access;

namespace VideoGen.Silo.Dashboard;

/// <summary>
/// Orleans's dashboard on a listener of its own, in a web application of its own: nothing of it can be reached at the door, and nothing of
/// the door here. It starts after the silo and stops before it.
/// </summary>
internal sealed partial class DashboardListener(
    IServiceProvider host, IOptions<DashboardSettings> settings, OperatorKey key, ILogger<DashboardListener> logger) : IHostedService, IAsyncDisposable
{
    private const int MaxConnections = 100;

    private WebApplication? app;

    /// <summary>What the operator is told at the start; null where there is none and nobody expected one.</summary>
    public string? Line { get; private set; }

    /// <summary>No trace: it is the log of the whole silo, live. The rest that must not be seen is <see cref="DashboardGuard"/>'s.</summary>
    public static void Hide(DashboardOptions options) => options.HideTrace = true;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Value.Address is not { } address) return;
        app = Build(address, new(settings.Value.IsLoopback, key));
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException taken) when (settings.Value.IsAsked)
        {
            throw new IOException($"{taken.Message} It is the dashboard's: {DashboardSettings.Section}:{nameof(DashboardSettings.Url)} names another address, or nothing for no dashboard.", taken);
        }
        catch (IOException taken)
        {
            // Nobody asked for it here: on a machine with several silos the first one has it, and shows them all.
            LogTaken(address, taken.Message);
            Line = $"No dashboard here: {address.Authority} is taken, perhaps by another silo's. {DashboardSettings.Section}:{nameof(DashboardSettings.Url)} names another address.";
            return;
        }

        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Line = $"Dashboard of the cluster: {bound}{DashboardGuard.Path} (user '{DashboardPassword.User}'; the password is the key {key.Place})";
    }

    public Task StopAsync(CancellationToken cancellationToken) => app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private WebApplication Build(Uri address, DashboardGuard guard)
    {
        // Empty: neither the door's addresses nor any other setting of the host must reach it.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(host.GetRequiredService<ILoggerFactory>());
        builder.Services.AddSingleton<IHostLifetime, HostsOwn>();
        builder.Services.AddSingleton(new ActivitySource("VideoGen.Dashboard")); // Nobody listens to it: who looks every second is nobody's trace.
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls(address.GetLeftPart(UriPartial.Authority)).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0; // All there is to do is to look.
        });

        var dashboard = builder.Build();
        dashboard.Use((http, next) =>
        {
            http.RequestServices = host;
            return next(http);
        });
        dashboard.Use(next => ActivatorUtilities.CreateInstance<RequestMarks>(host, next).InvokeAsync);
        dashboard.Use(next => ActivatorUtilities.CreateInstance<FailureBoundary>(host, next).InvokeAsync);
        dashboard.Use(guard.Check);
        dashboard.UseRouting();
        new OfHost(dashboard, host).MapOrleansDashboard(DashboardGuard.Path).DisableHttpMetrics();
        return dashboard;
    }

    [LoggerMessage(1, LogLevel.Warning, "There is no dashboard here, because its address {Address} is taken: {Reason}")]
    private partial void LogTaken(Uri address, string reason);

    /// <summary>The dashboard's routes ask for services that are the silo's, and internal to Orleans.</summary>
    private sealed class OfHost(IEndpointRouteBuilder routes, IServiceProvider host) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => host;

        public ICollection<EndpointDataSource> DataSources => routes.DataSources;

        public IApplicationBuilder CreateApplicationBuilder() => routes.CreateApplicationBuilder();
    }

    /// <summary>Signals are the host's to hear: it stops this with everything else.</summary>
    private sealed class HostsOwn : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Composition of the dashboard's listener.</summary>
internal static class DashboardSetup
{
    public static void AddDashboardListener(this IServiceCollection services)
    {
        services.AddOptions<DashboardSettings>().BindConfiguration(DashboardSettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DashboardListener>();
        services.AddHostedService(s => s.GetRequiredService<DashboardListener>());
    }
}
