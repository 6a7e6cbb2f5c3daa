using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Reminders;
using Orleans.Storage;
using Orleans.TestingHost;
using VideoGen.Engine.Conformance.Grains;
using VideoGen.Reports;

namespace VideoGen.Engine.Conformance;

public sealed partial class World
{
    /// <summary>
    /// Orleans measures the age of activations and of calls on the real clock. Here it does so with limits that are so many times
    /// shorter than those of the embedded engine, and <see cref="Age"/> takes so many times less.
    /// </summary>
    private const int Haste = 40;

    /// <summary>Which Orleans runs here; null where it is the embedded engine.</summary>
    public static Version? OrleansVersion { get; } = Version.Parse(
        typeof(IPersistentState<>).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('.', '-', '+', ' ') is [var major, var minor, var patch, ..]
            ? $"{major}.{minor}.{patch}"
            : "0.0");

    private readonly InProcessTestCluster _cluster;
    private readonly Traffic _traffic = new(TypesOfGrains());

    private World(World? before, TimeSpan? callTimeout)
    {
        Clock = before?.Clock ?? new();
        Script = before?.Script ?? new();
        Storage = before?.Storage ?? new(Script);
        Table = before?.Table ?? new();
        Script.Waits = _traffic.Rest;
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.InitializeClientOnDeploy = false; // Called as a silo that hosts the door calls: from its own process.
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            var services = host.Services;
            services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, new PromptClock(Clock, _traffic));
            services.AddSingleton(Clock);
            services.AddKeyedSingleton<TimeProvider>(ReminderTimeProviderNames.Reminders, new MovingClock(Clock));
            services.AddSingleton<IGrainStorage>(Storage);
            services.AddKeyedSingleton<IGrainStorage>("named", Storage);
            services.AddKeyedSingleton<IGrainStorage, NoRows>("rowless");
            services.AddSingleton<IReminderTable>(Table);
            services.AddSingleton(Script);
            services.AddSingleton<VideoGenTelemetry>();
            services.AddScoped<ScopedThing>();
            services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);
        });
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddReminders();
            silo.AddIncomingGrainCallFilter(_traffic);
            silo.AddOutgoingGrainCallFilter(_traffic);
            silo.AddIncomingGrainCallFilter<NotingFilter>();
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.DeactivationTimeout /= Haste;
                options.ActivationTimeout = callTimeout is { } limit ? limit / Haste : options.ActivationTimeout;
                options.CollectionAge = TimeSpan.FromMinutes(2) / Haste;
                options.CollectionQuantum = TimeSpan.FromSeconds(30) / Haste;
            });
            // It has a timer of the grains' kind: every second of their clock would be a step.
            silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.FromDays(30));
            silo.Configure<ReminderOptions>(options =>
            {
                options.RefreshReminderListPeriod = TimeSpan.FromHours(6); // A step of the clock each.
                // From 10.4 on only those are in memory that tick soon, and the window must not be shorter than the period.
                typeof(ReminderOptions).GetProperty("ReminderLoadingWindow")?.SetValue(options, TimeSpan.FromHours(12));
            });
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = callTimeout is { } shorter ? shorter / Haste : options.ResponseTimeout);
        });
        _cluster = builder.Build();
    }

    /// <param name="before">A world that ended: this one goes on with its clock and its rows.</param>
    /// <param name="callTimeout">How long a caller waits; 30 s where nothing is said.</param>
    public static async Task<World> Start(World? before = null, TimeSpan? callTimeout = null)
    {
        var world = new World(before, callTimeout);
        await world._cluster.DeployAsync().WaitAsync(Patience);
        world._traffic.Watch(world.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        return world;
    }

    public T Grain<T>(string key = "v-1")
        where T : IGrainWithStringKey => Services.GetRequiredService<IGrainFactory>().GetGrain<T>(key);

    /// <summary>How many of the suite's grains are in memory.</summary>
    public async Task<int> Activations()
    {
        var all = await Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics().WaitAsync(Patience);
        return all.Count(activation => _traffic.IsOurs(activation.GrainId));
    }

    /// <summary>Moves the clock of timers and reminders, and lets all that follows from it happen.</summary>
    public Task Advance(TimeSpan span) => Advance(span, haste: null);

    /// <summary>The same, and activations and calls under way grow older too.</summary>
    public Task Age(TimeSpan span) => Advance(span, Haste);

    /// <summary>Whether so much of the time that activations and calls grow old by has passed.</summary>
    public static bool IsOlder(Stopwatch since, TimeSpan age) => since.Elapsed >= age / Haste;

    /// <summary>Comes when no call, no tick and no grain is on its way any more; who waits for the test is at rest.</summary>
    public Task Idle() => Task.Run(() => _traffic.WhenAtRest([(IGrainContext)Services.GetRequiredService<IReminderService>()], Patience));

    public async Task Stop(CancellationToken cancellation = default)
    {
        _isStopped = true;
        await _cluster.Silos[0].SiloHost.StopAsync(cancellation).WaitAsync(2 * Patience, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Stop(deadline.Token);
        }

        await _cluster.DisposeAsync();
        Script.Waits -= _traffic.Rest;
        _traffic.Dispose();
    }

    private IServiceProvider Services => _cluster.Silos[0].SiloHost.Services;

    private async Task Advance(TimeSpan span, int? haste)
    {
        var end = Clock.GetUtcNow() + span;
        await Idle();
        while (Clock.NextDue is { } due && due <= end)
            await AdvanceTo(due, haste);
        await AdvanceTo(end, haste);
    }

    private async Task AdvanceTo(DateTimeOffset due, int? haste)
    {
        var now = Clock.GetUtcNow();
        var next = due > now ? due : now;
        if (haste is { } times)
            await Task.Delay((next - now) / times);
        await WithoutAmbient(() => Clock.AdvanceTo(next)); // So that what follows at once is queued when this returns.
        await Idle();
    }

    /// <summary>As a clock's own thread does it, where nothing of the test's context or of its ambient values is.</summary>
    private static Task WithoutAmbient(Action action)
    {
        using (ExecutionContext.SuppressFlow())
            return Task.Run(action);
    }

    private static IEnumerable<string> TypesOfGrains() => ClassesOfGrains().Select(type => type.Name[..^"Grain".Length].ToLowerInvariant());
}
