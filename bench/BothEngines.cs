using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VideoGen.Storage.Processes;

namespace VideoGen.Bench;

/// <summary>The same grains on the embedded engine and on Orleans, in turns in one run.</summary>
internal static class BothEngines
{
    private const int Turns = 3;

    public static async Task Measure(Arguments arguments)
    {
        var orleans = arguments.Orleans ?? throw new InvalidOperationException($"{Arguments.Engines} needs what is built for Orleans: --orleans <the host's assembly> <this program's>");
        var version = FileVersionInfo.GetVersionInfo(Path.Combine(Path.GetDirectoryName(orleans.Host)!, "Orleans.Runtime.dll")).ProductVersion!.Split(' ', '+')[0].TrimEnd('.');
        Table.BeginEngines(version);
        await Calls(arguments.Round, orleans.Bench);
        await using var embedded = await EngineHost.Start(arguments.Program);
        await using var other = await EngineHost.Start(orleans.Host);
        await Doors(arguments.Round, embedded, other);
        await Costs(arguments.Round, embedded, other);
        await TwoSilos(arguments.Round, embedded, other);
    }

    /// <summary>Each turn is a process of its own, on either engine.</summary>
    private static async Task Calls(TimeSpan round, string orleans)
    {
        List<CallSpeeds> ours = [], others = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            ours.Add(await CallsOnly(typeof(BothEngines).Assembly.Location, round));
            others.Add(await CallsOnly(orleans, round));
        }

        var (e, o) = (CallSpeeds.Middle(ours), CallSpeeds.Middle(others));
        Calls(GrainCalls.OfNone, e.Posted, o.Posted);
        Calls(GrainCalls.OfOne, e.One, o.One);
        Calls(GrainCalls.OfMany, e.Many, o.Many);
        Calls(GrainCalls.OfNew, e.New, o.New);
    }

    private static void Calls(FormattableString what, CallSpeed embedded, CallSpeed orleans)
    {
        Table.Engines(what, $"{embedded.PerSecond:0}/s", $"{orleans.PerSecond:0}/s", orleans.PerSecond / embedded.PerSecond);
        Processor($"… processor time of each, with its caller's", embedded.Microseconds, orleans.Microseconds);
    }

    private static async Task<CallSpeeds> CallsOnly(string bench, TimeSpan round)
    {
        await using var process = WatchedProcess.Start("dotnet", [bench, GrainCalls.Alone, round.TotalSeconds.ToString(CultureInfo.InvariantCulture)]);
        var code = await process.Exited;
        return code == 0 ? JsonSerializer.Deserialize<CallSpeeds>(process.Output)! : throw new InvalidOperationException($"{bench} {GrainCalls.Alone} ended with {code}: {process.Errors}");
    }

    private static async Task Doors(TimeSpan round, EngineHost embedded, EngineHost orleans)
    {
        EngineHost[] both = [embedded, orleans];
        foreach (var host in both) await host.WarmUp(round);
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var host in both) await host.AnswerBare(round);
            foreach (var host in both) await host.AnswerDuplicates(round);
            foreach (var host in both) await host.Accept(round);
        }

        Pair($"a bare endpoint, {EngineHost.Connections} connections", Measured.Middle(embedded.Bare), Measured.Middle(orleans.Bare));
        Pair($"duplicates answered, likewise", Measured.Middle(embedded.Duplicates), Measured.Middle(orleans.Duplicates));
        Processor($"… the host's processor time of each", Measured.Middle(embedded.DuplicateMicroseconds, each => each), Measured.Middle(orleans.DuplicateMicroseconds, each => each));
        Pair($"new videos accepted, likewise", Measured.Middle(embedded.Accepted), Measured.Middle(orleans.Accepted));
        var (e, o) = (Measured.Middle(embedded.Ended, perSecond => perSecond), Measured.Middle(orleans.Ended, perSecond => perSecond));
        Table.Engines($"… and carried to their ending, from the first ask until nothing was owed", $"{e:0}/s", $"{o:0}/s", o / e);
    }

    private static async Task Costs(TimeSpan round, EngineHost embedded, EngineHost orleans)
    {
        var (e, o) = (await embedded.Cost(round), await orleans.Cost(round));
        Table.Engines($"… commits of each that write", $"{e.Counts.Writing:0.00}", $"{o.Counts.Writing:0.00}", o.Counts.Writing / e.Counts.Writing);
        Table.Engines($"… transactions of each, with those that read", $"{e.Counts.Transactions:0.00}", $"{o.Counts.Transactions:0.00}", o.Counts.Transactions / e.Counts.Transactions);
        Table.Engines($"… write-ahead log of each", $"{e.Counts.Bytes:0} bytes", $"{o.Counts.Bytes:0} bytes", o.Counts.Bytes / e.Counts.Bytes);
        Processors(e, o);
    }

    /// <summary>What a cluster is for. Beside it the embedded engine, which has one process, with the same load.</summary>
    private static async Task TwoSilos(TimeSpan round, EngineHost embedded, EngineHost orleans)
    {
        await orleans.AddSilo();
        await orleans.Accept(round);
        EngineHost[] both = [embedded, orleans];
        foreach (var host in both) host.Forget();
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var host in both) await host.Accept(round);
        }

        Pair($"new videos accepted by one embedded host, and by two silos behind two doors", Measured.Middle(embedded.Accepted), Measured.Middle(orleans.Accepted));
        Processors(await embedded.Cost(round), await orleans.Cost(round));
    }

    private static void Processors(AcceptedCost embedded, AcceptedCost orleans)
    {
        Processor($"… the host's processor time of each", embedded.HostMicroseconds, orleans.HostMicroseconds);
        Processor($"… PostgreSQL's processor time of each", embedded.ServerMicroseconds, orleans.ServerMicroseconds);
    }

    /// <summary>Other programs on the machine slow an answer more than this.</summary>
    private static void Processor(FormattableString what, double embedded, double orleans) =>
        Table.Engines(what, $"{embedded:0.0} µs", $"{orleans:0.0} µs", orleans / embedded);

    private static void Pair(FormattableString what, Measured embedded, Measured orleans) =>
        Table.Engines(what, Text(embedded), Text(orleans), orleans.PerSecond / embedded.PerSecond);

    private static FormattableString Text(Measured measured) => $"{measured.PerSecond:0}/s, p50 {measured.P50:0.0} ms, p99 {measured.P99:0.0} ms";
}
