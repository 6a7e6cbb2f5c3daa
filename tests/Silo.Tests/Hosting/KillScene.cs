using System.Globalization;
using System.Text.Json;
using Npgsql;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>How an account can tell what became of a submit without an answer.</summary>
/// <param name="Name">In an account's name.</param>
/// <param name="Finds">Whether it can be asked for a job whose id was lost.</param>
/// <param name="SendsAgain">Whether the same submit may be sent again, and is the same job.</param>
/// <param name="Type">Of the account.</param>
/// <param name="Resolution">Of the account, where its type can be configured.</param>
internal sealed record KillTrait(string Name, bool Finds, bool SendsAgain, string Type, string? Resolution)
{
    public static readonly IReadOnlyList<KillTrait> All =
    [
        new("byid", Finds: true, SendsAgain: false, "kling", null),
        new("repl", Finds: true, SendsAgain: false, "replicate", null),
        new("list", Finds: true, SendsAgain: false, "openai_videos", "list"),
        new("key", Finds: false, SendsAgain: true, "openai_videos", "key"),
        new("output", Finds: true, SendsAgain: false, "vertex_veo", null),
        new("none", Finds: false, SendsAgain: false, "openai_videos", "none"),
    ];
}

/// <summary>One video that is asked for, at an account and by a user of its own.</summary>
/// <param name="Time">The provider's log is one for all times: each has prompts of its own.</param>
internal sealed record KillWish(KillPoint Point, KillTrait Trait, int Time)
{
    public string Account => $"{Point.Slug}_{Trait.Name}";

    /// <summary>The account's key; at the provider it is its owner.</summary>
    public string Key { get; } = Trait.SendsAgain ? FakeProvider.RememberingKey() : Providers.Account.NewKey();

    public string Prompt => string.Create(CultureInfo.InvariantCulture, $"A small red boat, the {Time}. time, and {Account} {Point.Words}").TrimEnd();

    /// <summary>The public id, once it was accepted.</summary>
    public VideoId Id { get; set; }

    public override string ToString() => $"{Point.Name}, {Trait.Name}";
}

/// <summary>A database that outlives the hosts on it, a provider that waits where it is told to, and locks that make a host wait at a write.</summary>
internal sealed class KillScene : IAsyncDisposable
{
    /// <summary>What each video costs, US dollars.</summary>
    public const decimal Usd = 0.10m;

    private readonly TestDatabase database = new();
    private readonly List<NpgsqlConnection> locks = [];
    private readonly List<(string On, string Owner, bool Drops)> holds = [];
    private readonly FakeProvider fake;
    private readonly string folder;
    private readonly IReadOnlyList<KillWish> wishes;

    private KillScene(FakeProvider fake, string folder, IReadOnlyList<KillWish> wishes) => (this.fake, this.folder, this.wishes) = (fake, folder, wishes);

    public static async Task<KillScene> Prepare(FakeProvider fake, string folder, IReadOnlyList<KillWish> wishes)
    {
        var scene = new KillScene(fake, folder, wishes);
        await scene.database.InitializeAsync();
        return scene;
    }

    /// <param name="next">Where it is going to be killed.</param>
    public Task<RunningHost> Start(IReadOnlyList<KillPoint> next) => RunningHost.Start(
        folder,
        [
            RunningHost.On(database),
            ("Quotas__Cooldown", "00:00:00"), ("SpendBreaker__SubmitsPerMinute", "1000"), ("SpendBreaker__StreakUsd", ""), ("Catalogue__DefaultModel", wishes[0].Account),
            ("Media__Ffprobe", "no-ffprobe"), ("Media__Ffmpeg", "no-ffmpeg"), // Looking into each video would take longer than all else.
            // Where the call stands while the host is killed there is time for it; where only giving up ends it, there is little.
            .. (IEnumerable<(string, string)>)(next.Any(point => point.Fate == KillFate.NoJob)
                ? [("Requests__SubmitTimeout", "00:00:04"), ("Requests__ResolveFor", "00:00:05")]
                : [("Requests__SubmitWindow", "00:00:05"), ("Requests__SubmitTimeout", "00:00:30"), ("Requests__ResolveFor", "00:01:00")]),
            .. (IEnumerable<(string, string)>)(next.Any(point => point.AnswersSoon) ? [("Requests__AdmissionWait", "00:00:01")] : []),
            .. wishes.SelectMany(SettingsOf),
        ]);

    /// <summary>Asks for all at once; each must be accepted.</summary>
    public static Task Ask(RunningHost host, IEnumerable<KillWish> wishes) => Task.WhenAll(wishes.Select(async wish => wish.Id = await Ask(host, wish)));

    /// <inheritdoc cref="Ask(RunningHost, IEnumerable{KillWish})"/>
    public static async Task<VideoId> Ask(RunningHost host, KillWish wish)
    {
        var (answer, body) = await host.Ask(new { prompt = wish.Prompt, model = wish.Account, user = wish.Account });
        using (answer) Assert.True(answer.IsSuccessStatusCode, $"{wish}: {body}");
        Assert.True(VideoId.TryParse(body.GetProperty("id").GetString()!, out var id));
        return id;
    }

    /// <summary>Keeps calls of these waiting at the provider, besides those that wait already.</summary>
    public Task Hold(string on, IEnumerable<KillWish> of, bool drops = false)
    {
        holds.AddRange(of.Select(wish => (on, wish.Key, drops)));
        return fake.Hold([.. holds]);
    }

    /// <summary>Waits until a call of each of these waits there.</summary>
    public async Task Held(string on, IEnumerable<KillWish> of)
    {
        foreach (var wish in of) await fake.Held(on, wish.Key);
    }

    /// <summary>Lets those of these go on that wait at the provider.</summary>
    public Task Release(IEnumerable<KillWish> of)
    {
        var keys = of.Select(wish => wish.Key).ToHashSet(StringComparer.Ordinal);
        holds.RemoveAll(hold => keys.Contains(hold.Owner));
        return fake.Hold([.. holds]);
    }

    /// <summary>Waits until the provider has written something down of each of these.</summary>
    public Task Logged(string what, IReadOnlyCollection<KillWish> of) => Eventually.Holds(
        $"the provider's log says {what} of each", () => of.All(wish => LogOf(wish).Any(line => FakeProvider.Text(line, "what") == what)));

    /// <summary>What the provider wrote down of the submits of a wish.</summary>
    public IEnumerable<JsonElement> LogOf(KillWish wish) =>
        fake.Log.Where(line => FakeProvider.Text(line, "idempotency_key") is { } mark && mark.Contains(wish.Id.RequestKey, StringComparison.Ordinal));

    /// <summary>Makes whoever changes money wait.</summary>
    public Task LockMoney() => Lock($"select pg_advisory_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Money})");

    /// <summary>Makes whoever takes the last look before a submit wait.</summary>
    public Task LockSubmits() => Lock($"select pg_advisory_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Submits})");

    /// <summary>Makes whoever writes their documents wait.</summary>
    public Task LockDocuments(IEnumerable<KillWish> of) => Lock(
        "select grain_key from videogen.grain_state where state_name = 'videorequest' and grain_key = any($1) for update", of.Select(wish => wish.Id.RequestKey).ToArray());

    /// <summary>Waits until so many sessions wait for the last lock.</summary>
    public Task Blocked(int sessions) => Eventually.Get($"{sessions} sessions wait for the lock", async () =>
    {
        var waiting = await Rows("select count(*) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", row => row.GetInt64(0), locks[^1].ProcessID);
        return waiting[0] >= sessions ? "yes" : null;
    });

    /// <summary>Gives the first lock back.</summary>
    public async Task UnlockFirst()
    {
        await locks[0].DisposeAsync();
        locks.RemoveAt(0);
    }

    /// <summary>
    /// The host is dead: what it had asked the database for and not been answered is taken back, as it is when a server notices, and then all
    /// that waits for a test goes on.
    /// </summary>
    public async Task LetGo()
    {
        if (locks.Count > 0)
        {
            const string ItsSessions = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
            await Rows($"select pg_terminate_backend(pid) {ItsSessions}", row => row.GetBoolean(0));
            await Eventually.Get("nobody waits for a lock", async () => (await Rows($"select pid {ItsSessions}", row => row.GetInt32(0))).Count == 0 ? "yes" : null);
        }

        foreach (var connection in locks) await connection.DisposeAsync();
        locks.Clear();
        await Release(wishes);
    }

    /// <summary>The states of their rounds on disk.</summary>
    public async Task<IReadOnlyList<string>> States(IEnumerable<KillWish> of)
    {
        var states = new List<string>();
        foreach (var wish in of)
        {
            states.AddRange(await Rows(
                "select state -> 'rounds' -> -1 ->> 'state' from videogen.grain_state where state_name = 'videorequest' and grain_key = $1", row => row.GetString(0), wish.Id.RequestKey));
        }

        return states;
    }

    /// <summary>Waits until each of these is in that state on disk.</summary>
    public Task Are(string state, IReadOnlyCollection<KillWish> of) =>
        Eventually.Get($"each is {state} on disk", async () => (await States(of)).Count(s => s == state) == of.Count ? "yes" : null);

    public async Task<IReadOnlyList<T>> Rows<T>(string sql, Func<NpgsqlDataReader, T> read, object? value = null)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        if (value is not null) command.Parameters.Add(new() { Value = value });
        await using var rows = await command.ExecuteReaderAsync();
        var all = new List<T>();
        while (await rows.ReadAsync()) all.Add(read(rows));
        return all;
    }

    public Task Run(string sql) => Rows(sql, row => row.FieldCount);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in locks) await connection.DisposeAsync();
        await Release(wishes);
        await database.DisposeAsync();
    }

    // In a session of its own, and a transaction that never ends well: both go with the connection.
    private async Task Lock(string sql, object? value = null)
    {
        var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false");
        locks.Add(connection);
        await connection.OpenAsync();
        await using (var begin = new NpgsqlCommand("begin", connection)) await begin.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        if (value is not null) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private IEnumerable<(string, string)> SettingsOf(KillWish wish)
    {
        var (account, model) = ($"Providers__Accounts__{wish.Account}__", $"Catalogue__Models__{wish.Account}__");
        return
        [
            .. fake.SettingsOf(wish.Trait.Type switch { "vertex_veo" => "vertex", "openai_videos" => wish.Trait.Resolution!, _ => wish.Trait.Type }, wish.Key).Select(setting => ($"{account}{setting.Option}", setting.Value)),
            .. (IEnumerable<(string, string)>)(wish.Trait.SendsAgain ? [($"{account}KeyKeptFor", "1.00:00:00")] : []),
            ($"{model}Provider", wish.Account),
            ($"{model}UsdPerSecond", FormattableString.Invariant($"{Usd}")),
            ($"{model}Sizes__0", "320x180"),
            ($"{model}Seconds__0", "1"),
        ];
    }
}
