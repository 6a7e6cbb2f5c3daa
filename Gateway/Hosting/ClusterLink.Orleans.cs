using Microsoft.Extensions.Options;
using Orleans.Configuration;
using VideoGen.Gateway.Videos;

namespace VideoGen.Gateway.Hosting;

/// <summary>
/// Makes the contact with the cluster while the door is open already, and tries until it is told to stop: a gateway may start before its
/// silos, and says so in <c>/health/ready</c> meanwhile.
/// </summary>
internal sealed partial class ClusterLink(IClusterClient client, GrainContact contact, IOptions<ClusterOptions> cluster, TimeProvider time, ILogger<ClusterLink> logger)
    : BackgroundService
{
    /// <summary>How long a silo may take to answer whoever asks whether the cluster is there; less than the check as a whole may take.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(4);

    /// <summary>Orleans's client is a hosted service of its own, which would keep the door closed until a silo answers.</summary>
    private readonly IHostedService connection = (IHostedService)client;

    /// <summary>Null while a silo answers; else what to do.</summary>
    public async Task<string?> Trouble(CancellationToken cancellationToken)
    {
        if (!contact.Made) return $"No silo of cluster '{cluster.Value.ClusterId}' has answered yet. Start one on this database, with the same Cluster:ClusterId; the gateway finds it by itself.";
        try
        {
            await client.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true).WaitAsync(AnswerPatience, time, cancellationToken);
            return null;
        }
#pragma warning disable CA1031 // A call across the cluster fails in ways that only Orleans knows; all mean the same here.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNoAnswer(exception);
            return $"No silo of cluster '{cluster.Value.ClusterId}' answers. See that one runs on this database and can be reached from here; the gateway finds it again by itself.";
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await connection.StartAsync(stoppingToken); // Whatever goes wrong before it is told to stop ends the process: the host stops when a service of it fails.
        }
#pragma warning disable CA1031 // A try that is cut short fails as one that does not succeed.
        catch (Exception) when (stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return;
        }

        contact.Made = true;
        LogMade(cluster.Value.ClusterId);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (contact.Made) await connection.StopAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "A silo of cluster {Cluster} answers")]
    private partial void LogMade(string cluster);

    [LoggerMessage(2, LogLevel.Warning, "No silo of the cluster answers")]
    private partial void LogNoAnswer(Exception exception);
}

/// <summary>Tries again for as long as the process may run.</summary>
internal sealed partial class UntilStopped(TimeProvider time, ILogger<UntilStopped> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan TryEvery = TimeSpan.FromSeconds(1);

    /// <summary>A gateway without silos says so now and then, not at each try.</summary>
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private long? said;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (said is not { } at || time.GetElapsedTime(at) >= SayEvery)
        {
            said = time.GetTimestamp();
            LogNotYet(exception.Message);
        }

        await Task.Delay(TryEvery, time, cancellationToken);
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "No silo of the cluster answers yet, and it is tried until one does: {Reason}")]
    private partial void LogNotYet(string reason);
}
