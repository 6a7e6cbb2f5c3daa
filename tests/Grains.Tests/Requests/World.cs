using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Engine;
using VideoGen.Engine.Simulation;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Grains.Webhooks;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage;
using VideoGen.Tests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>The real grains on the real engine, with virtual time, a disk and a provider that survive crashes.</summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(30);

    private const int HopsToTheCaller = 10;
    private const int HopsAtTheDeadline = 1_000;

    private readonly List<BuiltEngine> engines = [];
    private readonly ITurnQueue turns;
    private long nonces;

    /// <param name="turns">Where turns run; on the thread pool, one at a time, where nothing is said.</param>
    public World(ITurnQueue? turns = null)
    {
        this.turns = turns ?? new OneTurnAtATime();
        Provider = new(Time);
        Second = new(Time) { Account = "second" };
        Start();
    }

    public VirtualTimeProvider Time { get; } = new(Given.T);

    public Disk Disk { get; } = new();

    public ReminderRows Reminders { get; } = new();

    public ScriptedProvider Provider { get; }

    /// <summary>Another account, whose jobs have the same ids as those of the first.</summary>
    public ScriptedProvider Second { get; }

    public RequestOptions Requests { get; } = new();

    public QuotaOptions Quotas { get; } = new();

    public AgentRunOptions Runs { get; } = new();

    /// <summary>The plans besides the default one, by name.</summary>
    public Dictionary<string, QuotaOptions> Plans { get; } = [];

    /// <summary>The clients that have one of them.</summary>
    public Dictionary<string, string> PlanOf { get; } = [];

    public HostState Host { get; private set; } = new();

    public Counter Prevented { get; } = new();

    public OperatorDouble News { get; } = new();

    /// <summary>Outlives crashes, as receivers do.</summary>
    public ClientsDouble Clients { get; } = new();

    /// <summary>Outlives crashes, so that a test hears all that the processes tell.</summary>
    public HeardTelemetry Heard { get; } = new();

    public Catalogue Models { get; } = new();

    public List<(string Job, string Request)> Claims { get; } = [];

    public BudgetOptions Budgets { get; } = new() { GlobalDailyUsd = null };

    public SpendOptions Spending { get; } = new() { SubmitsPerMinute = 100_000, StreakUsd = null };

    public MoneyRows Money { get; } = new();

    public PauseRows Pauses { get; } = new();

    /// <summary>Told of each nonce before it is drawn.</summary>
    public Action? OnDraw { get; set; }

    public IGrainFactory Grains => GrainsOf(-1);

    /// <summary>The grains of one process; the newest where it is negative.</summary>
    public IGrainFactory GrainsOf(int engine) => (engine < 0 ? engines[^1] : engines[engine]).Engine.Grains;

    /// <summary>Another process on the same disk: two activations of one grain alive at once.</summary>
    public void Start()
    {
        Host = new();
        var builder = new EmbeddedEngineBuilder(Time).WithStorage(Disk).WithReminders(Reminders).WithTurns(turns).Configure(o => o.AddGrainsFrom(GrainsRegistration.Assembly));
        builder.Services.AddVideoGrains()
            .AddSingleton<IModelCatalogue>(Models)
            .AddSingleton<VideoGen.Grains.Providers.IVideoProviders>(new BothProviders(this))
            .AddSingleton<VideoGen.Grains.Providers.IVideoSaver>(Provider)
            .AddSingleton<IVideoFiles, NoFiles>()
            .AddSingleton<IJobBook>(new JobBook(Claims))
            .AddSingleton<IPreventedPayments>(Prevented)
            .AddSingleton<IMoneyLedger>(new MemoryLedger(Money))
            .AddSingleton<IPauses>(new MemoryPauses(Pauses, Time))
            .AddSingleton<IInstallation, Installation>()
            .AddSingleton<INonces>(new Nonces(this))
            .AddSingleton<IOperatorNews>(News)
            .AddSingleton<IClientNews>(Clients)
            .AddSingleton<IHostState>(Host)
            .AddSingleton(Heard.Telemetry)
            .AddSingleton<IOptionsMonitor<RequestOptions>>(new FixedOptions<RequestOptions>(Requests))
            .AddSingleton<IOptionsMonitor<BudgetOptions>>(new FixedOptions<BudgetOptions>(Budgets))
            .AddSingleton<IOptionsMonitor<SpendOptions>>(new FixedOptions<SpendOptions>(Spending))
            .AddSingleton<IOptionsMonitor<AgentRunOptions>>(new FixedOptions<AgentRunOptions>(Runs))
            .AddSingleton<IOptionsMonitor<QuotaOptions>>(new NamedQuotas(this))
            .AddSingleton<IClientPlans>(new ClientPlans(this));
        var engine = builder.Build();
        engine.Engine.StartAsync().GetAwaiter().GetResult();
        engines.Add(engine);
    }

    /// <summary>kill -9: no exception, no finally. What is on disk and at the provider stays.</summary>
    public void Crash() => engines[^1].Engine.Crash();

    public void CrashAndStart()
    {
        Crash();
        Start();
    }

    public IVideoRequestGrain Request(string prompt = "a cat", string user = "alice", int engine = -1) =>
        GrainsOf(engine).GetGrain<IVideoRequestGrain>(Key(prompt, user));

    public static string Key(string prompt = "a cat", string user = "alice") => VideoRequestKey.For(1, new("local", user), prompt);

    public Task<AskAnswer> Ask(string prompt = "a cat", string user = "alice", VideoOptions? options = null, int engine = -1) =>
        Request(prompt, user, engine).Ask(new(new Owner("local", user), prompt, options ?? Given.Options));

    public Task<AskAnswer> Ask(VideoAsk ask, int engine = -1) =>
        GrainsOf(engine).GetGrain<IVideoRequestGrain>(VideoRequestKey.For(1, ask)).Ask(ask);

    public static VideoAsk Wish(string prompt = "a cat", string user = "alice") => new(new("local", user), prompt, Given.Options);

    public RequestDocument Document(string prompt = "a cat", string user = "alice") =>
        System.Text.Json.JsonSerializer.Deserialize<RequestDocument>(
            Disk.Json(GrainNames.VideoRequest, Key(prompt, user)) ?? "{}", VideoGen.Grains.Persistence.StateJson.Options)!;

    public void Put(RequestDocument document) =>
        Disk.Put(GrainNames.VideoRequest, Key(), System.Text.Json.JsonSerializer.Serialize(document, VideoGen.Grains.Persistence.StateJson.Options));

    public RequestState State(string prompt = "a cat", string user = "alice") => Document(prompt, user).Rounds.LastOrDefault() ?? new RequestState.New();

    public async Task<T> Drive<T>(Task<T> task, TimeSpan? virtualPatience = null)
    {
        await Until(() => task.IsCompleted, virtualPatience ?? TimeSpan.FromMinutes(5), "the call to be answered");
        return await task;
    }

    /// <summary>What the sweep does.</summary>
    public async Task Wake()
    {
        var wake = Request().Wake();
        await Until(() => wake.IsCompleted, TimeSpan.FromMinutes(1), "the request to wake");
        await wake;
    }

    public async Task<T[]> Drive<T>(Task<T>[] tasks)
    {
        await Until(() => Array.TrueForAll(tasks, t => t.IsCompleted), TimeSpan.FromMinutes(5), "the calls to be answered");
        return await Task.WhenAll(tasks);
    }

    /// <summary>Lets the world run, moving the clock from one due timer to the next, until something is true.</summary>
    public async Task Until(Func<bool> condition, TimeSpan? virtualPatience = null, string what = "the condition")
    {
        var deadline = Time.GetUtcNow() + (virtualPatience ?? TimeSpan.FromHours(30));
        using var real = new CancellationTokenSource(RealPatience, TimeProvider.System);
        var lastHops = HopsAtTheDeadline;
        while (true)
        {
            await Idle(real.Token);
            if (condition()) return;
            // An answer on its way to its caller is in the pool, where no engine sees it: it goes before time does.
            for (var hop = 0; hop < HopsToTheCaller; hop++) await Task.Run(static () => { }, real.Token);
            await Idle(real.Token);
            if (condition()) return;
            real.Token.ThrowIfCancellationRequested();
            if (Time.NextDue is { } next && next <= deadline)
            {
                Time.AdvanceTo(next > Time.GetUtcNow() ? next : Time.GetUtcNow());
                continue;
            }

            Time.AdvanceTo(deadline);
            Assert.True(lastHops-- > 0, $"Waited until {deadline:u} for {what}; the request is {State()}");
        }
    }

    private async Task Idle(CancellationToken cancellationToken)
    {
        foreach (var engine in engines.Where(e => !e.Engine.Scheduler.HasCrashed)) await engine.Engine.WhenIdle().WaitAsync(cancellationToken);
    }

    /// <summary>Lets everything run that can run without time passing.</summary>
    public async Task Settle()
    {
        for (var i = 0; i < 5; i++)
        {
            foreach (var engine in engines.Where(e => !e.Engine.Scheduler.HasCrashed)) await engine.Engine.WhenIdle();
            Time.Advance(TimeSpan.Zero);
        }
    }

    public Task Ended(string prompt = "a cat", string user = "alice") =>
        Until(() => State(prompt, user) is RequestState.Ended { Settle: null, Discard: null, Removal: null, Outcome: not RequestOutcome.DeadLettered { Tell: not null } }, what: $"'{prompt}' to end");

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in engines)
        {
            engine.Engine.Crash();
            await engine.DisposeAsync();
        }

        Heard.Dispose();
    }

    internal sealed class HostState : IHostState, IDisposable
    {
        private readonly CancellationTokenSource stopping = new();

        public CancellationToken Stopping => stopping.Token;

        public Task Stop() => stopping.CancelAsync();

        public void Dispose() => stopping.Dispose();
    }

    /// <summary>What an operator heard.</summary>
    internal sealed class OperatorDouble : IOperatorNews
    {
        public List<DeadLetterNews> Heard { get; } = [];

        public bool Deaf { get; set; }

        public Task Tell(DeadLetterNews news, CancellationToken cancellationToken)
        {
            Heard.Add(news);
            return Deaf ? Task.FromException(new IOException("Nobody is there.")) : Task.CompletedTask;
        }
    }

    internal sealed class Counter : IPreventedPayments
    {
        public List<PreventedKind> Counted { get; } = [];

        public void Count(Owner owner, string model, PreventedKind kind, decimal usd) => Counted.Add(kind);
    }

    internal sealed class Catalogue : IModelCatalogue
    {
        public decimal UsdPerSecond { get; set; } = 0.80m;

        public bool Counts { get; set; } = true;

        public string DefaultModel => "local";

        public IReadOnlyList<ModelPrice>? Prices { get; set; }

        public DateOnly? Retires { get; set; }

        public string ProviderModel { get; set; } = "local";

        /// <summary>The models beside <c>local</c>.</summary>
        public List<ModelTerms> Others { get; } = [];

        public IReadOnlyList<ModelTerms> All =>
        [
            new("local", "local", Prices ?? [new(UsdPerSecond)], Counts, ["1280x720", "720x1280"], [4, 8]) { Retires = Retires, ProviderModel = ProviderModel },
            .. Others,
        ];

        public ModelTerms? Find(string model) => All.FirstOrDefault(m => m.Model == model);
    }

    private sealed class BothProviders(World world) : VideoGen.Grains.Providers.IVideoProviders
    {
        public VideoGen.Grains.Providers.IVideoProvider? Find(string account) => world.Provider.Find(account) ?? world.Second.Find(account);
    }

    private sealed class NamedQuotas(World world) : IOptionsMonitor<QuotaOptions>
    {
        public QuotaOptions CurrentValue => world.Quotas;

        public QuotaOptions Get(string? name) => string.IsNullOrEmpty(name) ? world.Quotas : world.Plans[name];

        public IDisposable? OnChange(Action<QuotaOptions, string?> listener) => null;
    }

    private sealed class ClientPlans(World world) : IClientPlans
    {
        string IClientPlans.PlanOf(string client) => world.PlanOf.GetValueOrDefault(client, IClientPlans.DefaultPlan);
    }

    private sealed class Installation : IInstallation
    {
        public string Id => "test1234";

        public int KeyRules => 1;
    }

    private sealed class Nonces(World world) : INonces
    {
        public string Draw()
        {
            world.OnDraw?.Invoke();
            return $"n{Interlocked.Increment(ref world.nonces):D15}";
        }
    }

    private sealed class JobBook(List<(string Job, string Request)> claims) : IJobBook
    {
        public Task<bool> Claim(string account, string jobId, string requestKey, int round, int attempt, CancellationToken cancellationToken)
        {
            if (claims.Exists(c => c.Job == jobId)) return Task.FromResult(claims.Exists(c => c.Job == jobId && c.Request == requestKey));
            claims.Add((jobId, requestKey));
            return Task.FromResult(true);
        }
    }

    private sealed class NoFiles : IVideoFiles
    {
        public TimeSpan? RetainFor => null;

        public Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => Task.FromResult<StoredVideo?>(null);

        public Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => Task.FromResult<Stream?>(null);

        public Task Delete(VideoId id, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string?> Trouble(CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    }
}
