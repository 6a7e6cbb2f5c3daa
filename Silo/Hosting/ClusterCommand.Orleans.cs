using System.CommandLine;
using System.Globalization;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Processes;
using static VideoGen.Silo.Hosting.Commands;

namespace VideoGen.Silo.Hosting;

/// <summary>
/// <c>videogen cluster --silos N</c>: a whole cluster on this machine, to try one. It has the database, N silos and one gateway, each a
/// process of its own, and ends with the first signal. A silo that dies stays dead: what it was doing goes on at another.
/// </summary>
internal static class ClusterCommand
{
    public const string Name = "cluster";

    private const int MostSilos = 9, FirstSiloPort = 11111, FirstGatewayPort = 30000, FirstDashboardPort = 8081, PortsToTry = 200;

    /// <param name="args">The arguments of the program. Those of the form <c>--Section:Name=value</c> are configuration of all its processes.</param>
    /// <returns>0: stopped as asked. 1: it could not start, or its gateway or all its silos have ended.</returns>
    public static Task<int> Run(string[] args)
    {
        var (settings, rest) = Split(args);
        var silos = new Option<int>("--silos") { Description = $"How many silos, 1 to {MostSilos}.", DefaultValueFactory = _ => 2 };
        silos.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > MostSilos) given.AddError($"--silos must be 1 to {MostSilos}.");
        });
        var command = new Command(Name, "A whole cluster on this machine: silos, a gateway, a database.") { silos };
        command.SetAction((parsed, stop) => Sentenced(() => Run(parsed.GetValue(silos), settings, stop)));
        return new RootCommand("Orleans.VideoGen") { command }.Parse(rest).InvokeAsync(new() { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
    }

    private static async Task<int> Run(int count, string[] settings, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var configuration = Configuration(settings);
        var data = DataFolder.Prepare(configuration);
        var (database, connectionString) = await Database.Open(configuration, data).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var patience = Shutdown.Patience(configuration);
            var silos = new List<ClusterMember>();
            ClusterMember? gateway = null;
            try
            {
                var taken = new HashSet<int>();
                for (var n = 1; n <= count; n++)
                {
                    silos.Add(new(string.Create(CultureInfo.InvariantCulture, $"silo {n}"), "videogen.dll", settings, patience, new(StringComparer.Ordinal)
                    {
                        [$"ConnectionStrings__{ConfiguredDatabase.Name}"] = connectionString,
                        [DataFolder.Key] = data,
                        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                        ["Cluster__Door"] = "false",
                        ["Cluster__SiloPort"] = FreePort(FirstSiloPort, taken),
                        ["Cluster__GatewayPort"] = FreePort(FirstGatewayPort, taken),
                        ["Dashboard__Url"] = $"http://127.0.0.1:{FreePort(FirstDashboardPort, taken)}",
                    }));
                }

                gateway = new("gateway", "VideoGen.Gateway.dll", settings, patience, new(StringComparer.Ordinal)
                {
                    [$"ConnectionStrings__{ConfiguredDatabase.Name}"] = connectionString,
                    [DataFolder.Key] = data,
                });
                return await Watch(silos, gateway, began, stop).ConfigureAwait(false);
            }
            finally
            {
                // The door first, so that nothing new comes while the silos finish.
                if (gateway is not null) await gateway.DisposeAsync().ConfigureAwait(false);
                await Task.WhenAll(silos.Select(s => s.DisposeAsync().AsTask())).ConfigureAwait(false);
            }
        }
    }

    private static async Task<int> Watch(List<ClusterMember> silos, ClusterMember gateway, long began, CancellationToken stop)
    {
        List<ClusterMember> all = [.. silos, gateway];
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        var ready = Task.WhenAll(all.Select(member => member.Listening));
        while (true)
        {
            var exits = all.Select(member => member.Exited).ToList();
            var next = await Task.WhenAny([stopped, .. exits, .. ready.IsCompleted ? Array.Empty<Task>() : [ready]]).ConfigureAwait(false);
            if (next == stopped) return 0;
            if (next == ready)
            {
                Greet(silos, gateway, began);
                continue;
            }

            var ended = all[exits.FindIndex(exit => exit == next)];
            var code = await ended.Exited.ConfigureAwait(false);
            all.Remove(ended);
            Say(string.Create(CultureInfo.InvariantCulture, $"The {ended.Name} has ended with {code}. {ended.Errors}").TrimEnd());
            if (!ready.IsCompleted) return Fail("So the cluster cannot start.");
            if (ended == gateway || all.Count == 1) return Fail("The cluster ends.");
            Say("The others go on, and take over what it did.");
        }
    }

    private static void Greet(List<ClusterMember> silos, ClusterMember gateway, long began)
    {
        var took = TimeProvider.System.GetElapsedTime(began);
        var members = silos.Append(gateway).Select(m => string.Create(CultureInfo.InvariantCulture, $"  {m.Name}: process {m.ProcessId}, {m.Listening.Result}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            Orleans.VideoGen is a cluster of {silos.Count} silos; its gateway listens on {gateway.Listening.Result} ({took.TotalSeconds:0.0} s after the program began).
            {string.Join('\n', members)}

            """));
        Console.Out.Flush();
    }

    // Found by trying: somebody else may have it a moment later, and then the silo says so and ends.
    private static string FreePort(int first, HashSet<int> taken)
    {
        for (var port = first; port < first + PortsToTry; port++)
        {
            if (!taken.Contains(port) && LoopbackPort.IsFree(port))
            {
                taken.Add(port);
                return port.ToString(CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"None of the ports {first} to {first + PortsToTry - 1} of this machine is free."));
    }
}
