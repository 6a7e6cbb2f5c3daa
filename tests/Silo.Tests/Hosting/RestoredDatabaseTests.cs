using System.Net;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Processes;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>
/// The real host on a database that does not know what it knew: restored from a backup, promoted, another one, on a wrong clock. Nothing is
/// paid twice, everybody is told why, and payments go on when it is settled.
/// </summary>
public sealed class RestoredDatabaseTests(FakeProvider fake) : OnHostFolder, IClassFixture<FakeProvider>
{
    private readonly string key = Account.NewKey();

    [Fact]
    public async Task After_a_restore_the_paid_job_is_found_by_its_mark_and_taken_up_by_who_asks_again()
    {
        string id;
        await using (var host = await RunningHost.Start(Folder, Settings("kling")))
        {
            await Backup();
            id = await Asked(host, "after the backup");
            Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
            Assert.False((await host.AsOperator(HttpMethod.Get, "reconcile")).GetProperty("in_force").GetBoolean());
            Assert.Equal(0, await host.Stop());
        }

        await NothingIsLeft();
        Restore();
        await using (var host = await RunningHost.Start(Folder, Settings("kling")))
        {
            // The sweep finds what was forgotten, and says so.
            var stranger = await Eventually.Get("the forgotten job is found", async () =>
                (await host.AsOperator(HttpMethod.Get, "strangers")).GetProperty("strangers").EnumerateArray().Select(s => s.ToString()).FirstOrDefault());
            Assert.Contains(Request(id), stranger, StringComparison.Ordinal);
            Assert.Contains("\"ours\":true", stranger, StringComparison.Ordinal);
            var said = await Eventually.Get("the account stands in the way", async () => await Keeps(host) is { } keeps && keeps.Contains("1 jobs with our mark", StringComparison.Ordinal) ? keeps : null);
            Assert.Contains("forgotten", said, StringComparison.Ordinal);
            var reconcile = await host.AsOperator(HttpMethod.Get, "reconcile");
            Assert.True(reconcile.GetProperty("in_force").GetBoolean());
            Assert.Contains("restored", reconcile.GetProperty("reason").GetString(), StringComparison.Ordinal);
            await Eventually.Holds("it is said in the log", () => host.Output.Any(line => line.Contains("it was paid for and forgotten", StringComparison.Ordinal)));

            // Who asks for the same again gets the job that was paid for, and what is new waits until all of it is settled, which it then is by itself.
            var other = await Asked(host, "something new");
            Assert.Equal(id, await Asked(host, "after the backup"));
            Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
            Assert.Equal(1, Posts(id));
            Assert.Equal("completed", (await host.Ended(other)).GetProperty("status").GetString());
            reconcile = await host.AsOperator(HttpMethod.Get, "reconcile");
            Assert.Equal((false, "sweep"), (reconcile.GetProperty("in_force").GetBoolean(), reconcile.GetProperty("ended_by").GetString()));
            Assert.Empty((await host.AsOperator(HttpMethod.Get, "strangers")).GetProperty("strangers").EnumerateArray());
            Assert.Equal(0, await host.Stop());
        }
    }

    [Fact]
    public async Task After_a_restore_a_video_that_is_still_in_its_bucket_is_found_and_what_else_was_paid_is_left_to_the_operator()
    {
        string id;
        await fake.Faults(new Fault("delete", "answer", Status: 503, Times: 0)); // Else it would not be there any more.
        await using (var host = await RunningHost.Start(Folder, Settings("vertex")))
        {
            await Backup();
            id = await Asked(host, "after the backup");
            Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
            Assert.Empty((await host.AsOperator(HttpMethod.Get, "strangers")).GetProperty("strangers").EnumerateArray()); // It is its job's, by whatever name.
            Assert.Equal(0, await host.Stop());
        }

        await NothingIsLeft();
        Restore();
        await using (var host = await RunningHost.Start(Folder, Settings("vertex")))
        {
            var stranger = await Eventually.Get("the forgotten video is found", async () =>
                (await host.AsOperator(HttpMethod.Get, "strangers")).GetProperty("strangers").EnumerateArray().Select(s => s.ToString()).FirstOrDefault());
            Assert.Contains(Request(id), stranger, StringComparison.Ordinal);
            Assert.Contains("\"ours\":true", stranger, StringComparison.Ordinal);

            var other = await Asked(host, "something new");
            Assert.Equal(id, await Asked(host, "after the backup"));
            Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
            Assert.Equal(1, Posts(id));

            // A video that was saved before is not there to be found, and one that is being made is not yet.
            await Eventually.Get("only the operator can tell", async () => await Keeps(host) is { } keeps && keeps.Contains("and no jobs: compare its bill", StringComparison.Ordinal) ? keeps : null);
            Assert.Equal(0, Posts(other));
            await host.AsOperator(HttpMethod.Post, "reconcile", """{"confirm":true,"reason":"The bill has no more."}""");
            Assert.Equal("completed", (await host.Ended(other)).GetProperty("status").GetString());
            Assert.Equal((1, 1), (Posts(id), Posts(other)));
            Assert.Equal(0, await host.Stop());
        }

        await fake.Faults();
    }

    [Fact]
    public async Task Where_an_account_cannot_list_nothing_is_paid_after_a_restore_until_the_operator_confirms()
    {
        string paid;
        await using (var host = await RunningHost.Start(Folder, Settings("none")))
        {
            await host.Ended(await Asked(host, "before the backup"));
            await Backup();
            paid = await Asked(host, "after the backup");
            await host.Ended(paid);
            Assert.Equal(0, await host.Stop());
        }

        await NothingIsLeft();
        Restore();
        string fresh;
        await using (var host = await RunningHost.Start(Folder, Settings("none")))
        {
            Assert.Contains("restored", await Doubt(host), StringComparison.Ordinal);
            Assert.Equal(paid, await Asked(host, "after the backup"));
            fresh = await Asked(host, "something new");
            await Waits(host, paid, "restored");
            await Waits(host, fresh, "restored");
            Assert.Equal((1, 0), (Posts(paid), Posts(fresh)));
            Assert.Contains("cannot list its jobs", await Eventually.Get("the account is looked at", () => Keeps(host)), StringComparison.Ordinal);

            // It is no pause of the operator's, and videos are served.
            Assert.Empty((await host.AsOperator(HttpMethod.Post, "resume", """{"scope":"global"}""")).GetProperty("lifted").EnumerateArray());
            Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
            Assert.Equal(0, await host.Stop());
        }

        await using (var host = await RunningHost.Start(Folder, Settings("none")))
        {
            Assert.Contains("restored", await Doubt(host), StringComparison.Ordinal); // Through a restart.
            await Waits(host, fresh, "restored");
            Assert.Equal((1, 0), (Posts(paid), Posts(fresh)));

            // What its user does not want to be paid for again is cancelled before somebody confirms.
            using var cancelled = await host.Http.PostAsync(new Uri($"/v1/videos/{paid}/cancel", UriKind.Relative), null);
            Assert.True(cancelled.IsSuccessStatusCode);
            var confirmed = await host.AsOperator(HttpMethod.Post, "reconcile", """{"confirm":true,"reason":"The bill has one more."}""");
            Assert.Equal((false, "operator", "The bill has one more."), (confirmed.GetProperty("in_force").GetBoolean(), confirmed.GetProperty("ended_by").GetString(), confirmed.GetProperty("ended_reason").GetString()));
            Assert.Equal("completed", (await host.Ended(fresh)).GetProperty("status").GetString());
            Assert.Equal((1, 1), (Posts(paid), Posts(fresh)));
            Assert.Equal(0, await host.Stop());
        }
    }

    [Theory]
    [InlineData("deleted", "remembers nothing of the database, which is not empty")]
    [InlineData("another installation's", "is that of installation")]
    [InlineData("promoted", "timeline is 2, and was 1")]
    [InlineData("tables restored", "does not know the last paid submit")]
    public async Task A_host_whose_memory_and_database_do_not_fit_pays_nothing_until_the_operator_confirms(string what, string reason)
    {
        await using (var host = await OnDatabase(isItsOwn: what == "promoted"))
        {
            await host.Ended(await Asked(host, "a first one"));
            if (what == "tables restored") await Run("delete from videogen.submits");
            Assert.Equal(0, await host.Stop());
        }

        await NothingIsLeft();
        switch (what)
        {
            case "deleted":
                File.Delete(Memory);
                break;
            case "another installation's":
                var text = JsonDocument.Parse(await File.ReadAllTextAsync(Memory)).RootElement.GetProperty("installation").GetString()!;
                await File.WriteAllTextAsync(Memory, (await File.ReadAllTextAsync(Memory)).Replace(text, "zzzzzzzz", StringComparison.Ordinal));
                break;
            case "promoted":
                // As a restore from an archive ends: it goes on in a history of its own.
                await File.AppendAllTextAsync(Path.Combine(Data, "postgresql.auto.conf"), "\nrestore_command = 'false'\nhot_standby = off\n");
                await File.WriteAllTextAsync(Path.Combine(Data, "recovery.signal"), "");
                break;
        }

        await using (var host = await OnDatabase(isItsOwn: what == "promoted"))
        {
            Assert.Contains(reason, await Doubt(host), StringComparison.Ordinal);
            var id = await Asked(host, "a second one");
            await Waits(host, id, reason);
            Assert.Equal(0, Posts(id));
            await host.AsOperator(HttpMethod.Post, "reconcile", """{"confirm":true,"reason":"It is known."}""");
            Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
            Assert.Equal(1, Posts(id));
            Assert.Equal(0, await host.Stop());
        }

        await NothingIsLeft();
        await using (var host = await OnDatabase(isItsOwn: what == "promoted"))
        {
            Assert.False((await host.AsOperator(HttpMethod.Get, "reconcile")).GetProperty("in_force").GetBoolean()); // And then it fits.
            Assert.Equal(0, await host.Stop());
        }
    }

    [Fact]
    public async Task A_database_whose_tables_are_replaced_under_a_host_pays_nothing_more()
    {
        await using var host = await OnDatabase(isItsOwn: false);
        await host.Ended(await Asked(host, "a first one"));
        await Run("delete from videogen.submits");

        var id = await Asked(host, "a second one");

        await Waits(host, id, "does not know the last paid submit");
        Assert.Equal(0, Posts(id));
        Assert.Contains("does not know", await Doubt(host), StringComparison.Ordinal);
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task On_a_wrong_clock_nothing_is_paid_and_everybody_is_told_until_it_is_right()
    {
        await using var host = await OnDatabase(isItsOwn: false);
        await Run("create or replace function videogen.clock() returns timestamptz language sql volatile as $$ select clock_timestamp() + interval '7 seconds' $$");
        await Eventually.Holds("it is said in the log", () => host.Output.Any(line => line.Contains("nothing is paid until both are right", StringComparison.Ordinal)));

        var id = await Asked(host, "a first one");
        await Waits(host, id, "s ahead of this host's");
        using (var ready = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("set both by NTP", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(0, Posts(id));
        await Run("create or replace function videogen.clock() returns timestamptz language sql volatile as $$ select clock_timestamp() $$");
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
        Assert.Equal(1, Posts(id));
        Assert.Equal(0, await host.Stop());
    }

    // One account alone, and everything of it is paid.
    private (string, string)[] Settings(string model) =>
    [
        ("Quotas__Cooldown", "00:00:00"), ("Sweep__Every", "00:00:01"),
        .. fake.Account(model, key),
        ("Catalogue__DefaultModel", model),
    ];

    // Its own is a private PostgreSQL's, and takes seconds to start.
    private async Task<RunningHost> OnDatabase(bool isItsOwn) => isItsOwn ? await RunningHost.Start(Folder, Settings("none")) : await Start(Settings("none"));

    // The provider is everybody's, and the same words of two tests would be the same request.
    private async Task<string> Asked(RunningHost host, string words)
    {
        var (answer, body) = await host.Ask(new { prompt = $"{words} of {Path.GetFileName(Folder)}" });
        using (answer) Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<string> Doubt(RunningHost host)
    {
        var reconcile = await host.AsOperator(HttpMethod.Get, "reconcile");
        Assert.True(reconcile.GetProperty("in_force").GetBoolean(), reconcile.ToString());
        return reconcile.GetProperty("reason").GetString()!;
    }

    private static async Task<string?> Keeps(RunningHost host) => (await host.AsOperator(HttpMethod.Get, "reconcile")).GetProperty("accounts").EnumerateArray()
        .Where(account => account.GetProperty("account").GetString() != "local").Select(account => account.GetProperty("keeps").GetString()).FirstOrDefault();

    private static Task<string> Waits(RunningHost host, string id, string why) => Eventually.Get($"{id} waits, because: {why}", async () =>
    {
        var video = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri($"/v1/videos/{id}", UriKind.Relative))).RootElement;
        return video.GetProperty("status").GetString() == "queued" && video.TryGetProperty("waiting", out var waiting) && waiting.GetString() is { } text && text.Contains(why, StringComparison.Ordinal) ? text : null;
    });

    private int Posts(string id) => fake.Log.Count(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST"
        && FakeProvider.Text(line, "mark")?.Contains(Request(id), StringComparison.Ordinal) is true);

    private static string Request(string id)
    {
        Assert.True(VideoId.TryParse(id, out var video));
        return video.RequestKey;
    }

    // A silo's has its port in its name.
    private string Memory => Assert.Single(Directory.GetFiles(Folder, "database*.json"));

    private string Data => Path.Combine(Path.Combine(Folder, "postgres", "elsewhere") is var pointer && File.Exists(pointer) ? File.ReadAllText(pointer).Trim() : Path.Combine(Folder, "postgres"), "data");

    private string Copy => Path.Combine(Folder, "backup");

    private string Of(string file) => File.ReadAllText(Path.Combine(Folder, "postgres", file)).Trim();

    // While it runs, as people do it.
    private async Task Backup()
    {
        await using var backup = WatchedProcess.Start("pg_basebackup", ["-d", $"host=127.0.0.1 port={Of("port")} user=videogen password={Of("password")}", "-D", Copy, "-c", "fast"]);
        Assert.True(await backup.Exited == 0, backup.Errors);
    }

    private void Restore()
    {
        Assert.Equal(0, SmallDisk.Run("chown", "-R", $"--reference={Data}", Copy));
        Directory.Delete(Data, recursive: true);
        Assert.Equal(0, SmallDisk.Run("mv", Copy, Data)); // To another disk, perhaps.
    }

    private async Task Run(string sql)
    {
        await using var command = (await Database()).DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
