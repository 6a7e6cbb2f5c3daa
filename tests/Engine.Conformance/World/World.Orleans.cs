using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Reminders;
using Orleans.Storage;
using Orleans.TestingHost;
using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed partial class World
{
    /// <summary>
    /// Orleans measures the age of activations and of calls on the real clock. Here it does so with limits that are so many times
    /// shorter than those of the embedded engine, and <see cref="Age"/> takes so many times less.
    /// </summary>
    private const int Haste = 60;

    /// <summary>Nothing happened for so long: a silo cannot say that it is at rest.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100), Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Which Orleans runs here; null where it is the embedded engine.</summary>
    public static Version? OrleansVersion { get; } = Version.Parse(
        typeof(IPersistentState<>).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('.', '-', '+', ' ') is [var major, var minor, var patch, ..]
            ? $"{major}.{minor}.{patch}"
            : "0.0");

    private readonly InProcessTestCluster _cluster;
    private readonly Traffic _traffic = new();

    private World(World? before, TimeSpan? callTimeout)
    {
        Clock = before?.Clock ?? new();
        Script = before?.Script ?? new();
        Storage = before?.Storage ?? new(Script);
        Table = before?.Table ?? new();
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.InitializeClientOnDeploy = false; // Called as a silo that hosts the door calls: from its own process.
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            var services = host.Services;
            services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, new PromptClock(Clock));
            services.AddSingleton(Clock);
            services.AddKeyedSingleton<TimeProvider>(ReminderTimeProviderNames.Reminders, new MovingClock(Clock));
            services.AddSingleton<IGrainStorage>(Storage);
            services.AddKeyedSingleton<IGrainStorage>("named", Storage);
            services.AddSingleton<IReminderTable>(Table);
            services.AddSingleton(Script);
            services.AddScoped<ScopedThing>();
            services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);
        });
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddReminders();
            silo.AddIncomingGrainCallFilter(_traffic);
            silo.AddIncomingGrainCallFilter<NotingFilter>();
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.ActivationTimeout = callTimeout is { } limit ? limit / Haste : options.ActivationTimeout;
                options.CollectionAge = TimeSpan.FromMinutes(2) / Haste;
                options.CollectionQuantum = TimeSpan.FromSeconds(30) / Haste;
            });
            // It has a timer of the grains' kind: every second of their clock would be a step.
            silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.FromDays(30));
            silo.Configure<ReminderOptions>(options => options.RefreshReminderListPeriod = TimeSpan.FromHours(6)); // A step of the clock each.
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
        return world;
    }

    public T Grain<T>(string key = "v-1")
        where T : IGrainWithStringKey => Services.GetRequiredService<IGrainFactory>().GetGrain<T>(key);

    /// <summary>How many of the suite's grains are in memory.</summary>
    public async Task<int> Activations()
    {
        var ours = ClassesOfGrains().Select(type => type.Name[..^"Grain".Length].ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var all = await Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics().WaitAsync(Patience);
        return all.Count(activation => ours.Contains(activation.GrainId.Type.ToString()!));
    }

    /// <summary>Moves the clock of timers and reminders, and lets all that follows from it happen.</summary>
    public Task Advance(TimeSpan span) => Advance(span, haste: null);

    /// <summary>The same, and activations and calls under way grow older too.</summary>
    public Task Age(TimeSpan span) => Advance(span, Haste);

    /// <summary>Waits until nothing has happened for a moment: no call, no tick, no note.</summary>
    public async Task Idle()
    {
        var (seen, since) = (-1L, Stopwatch.StartNew());
        while (since.Elapsed < Quiet)
        {
            await Task.Delay(Look);
            var now = _traffic.Count + Script.Notes.Count;
            if (now == seen)
                continue;
            seen = now;
            since.Restart();
        }
    }

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
        Clock.AdvanceTo(next);
        await Idle();
    }

    /// <summary>
    /// Never says the same time twice, as no real clock does: a reminder whose tick is due, and that looks at a clock which still says so,
    /// would take it for due again.
    /// </summary>
    private sealed class MovingClock(TimeProvider clock) : TimeProvider
    {
        private long _readings;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + TimeSpan.FromMicroseconds(Interlocked.Increment(ref _readings));

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        /// <summary>Orleans cuts what is left of a wait to whole milliseconds, and would look too early.</summary>
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime + TimeSpan.FromMilliseconds(1) : dueTime, period);
    }

    /// <summary>A timer that is due at once needs no clock to move, as with a real one.</summary>
    private sealed class PromptClock(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new PromptTimer(clock.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), () => callback(state));
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class PromptTimer(ITimer timer, Action fire) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isNow = dueTime == TimeSpan.Zero;
            if (isNow)
                ThreadPool.QueueUserWorkItem(_ => fire());
            return timer.Change(isNow ? period : dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }

    /// <summary>Counts what grains are asked, by callers, by timers' calls and by reminders, and what they answered.</summary>
    private sealed class Traffic : IIncomingGrainCallFilter
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            Interlocked.Increment(ref _count);
            try
            {
                await context.Invoke();
            }
            finally
            {
                Interlocked.Increment(ref _count);
            }
        }
    }
}
