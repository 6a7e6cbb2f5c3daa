using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>A user is erased at the real host: no table and no file of ours has a word of what they asked for.</summary>
public sealed class ErasureHostTests : OnHostFolder
{
    // Words that nobody else writes.
    private const string Made = "A zebrafish quixotry", Stopped = "An endless quokka quixotry", OfAnother = "A marmoset quixotry";

    [Fact]
    public async Task Nothing_that_a_user_asked_for_is_in_the_database_or_in_a_file_afterwards()
    {
        await using var host = await Start(("Quotas__Cooldown", "00:00:00"), ("Providers__Local__UsdPerSecond", "0.5"), ("Providers__Local__FailWords__endless", "never_ends"));
        var made = await Ask(host, Made, "alice");
        var another = await Ask(host, OfAnother, "bob");
        Assert.Equal("completed", (await host.Ended(made)).GetProperty("status").GetString());
        Assert.Equal("completed", (await host.Ended(another)).GetProperty("status").GetString());
        var stopped = await Ask(host, Stopped, "alice");
        await Eventually.Get($"{stopped} runs", async () => (await host.Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{stopped}")).GetProperty("status").GetString() == "in_progress" ? "yes" : null);
        Assert.Equal(["Made", "Stopped", "OfAnother"], await Found());

        using (var first = await host.Http.DeleteAsync(new Uri("/v1/users/alice", UriKind.Relative)))
        {
            Assert.True(first.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted, await first.Content.ReadAsStringAsync());
        }

        await Eventually.Get("nothing is left to erase", async () =>
        {
            using var again = await host.Http.DeleteAsync(new Uri("/v1/users/alice", UriKind.Relative));
            return again.StatusCode == HttpStatusCode.OK ? "yes" : null;
        });

        Assert.Equal(["OfAnother"], await Found());
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(Folder, "videos"), "*", SearchOption.AllDirectories), file => file.Contains(KeyOf(made), StringComparison.Ordinal));
        Assert.DoesNotContain(host.Output, line => line.Contains("quixotry", StringComparison.OrdinalIgnoreCase));
        using (var gone = await host.Http.GetAsync(new Uri($"/v1/videos/{made}", UriKind.Relative))) Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);

        // Its money is still counted, and the other user's video still plays.
        Assert.Equal(1m, (await host.AsOperator(HttpMethod.Get, "costs?by=user")).GetProperty("total").GetProperty("spent").GetProperty("usd").GetDecimal());
        using (var plays = await host.Http.GetAsync(new Uri($"/v1/videos/{another}/content", UriKind.Relative))) Assert.Equal(HttpStatusCode.OK, plays.StatusCode);
        Assert.Equal(0, await host.Stop());
    }

    private static string KeyOf(string id) => id["video_".Length..id.LastIndexOf('_')];

    private static async Task<string> Ask(RunningHost host, string prompt, string user)
    {
        var (answer, body) = await host.Ask(new { prompt, user, size = "320x180", seconds = 1 });
        using (answer) Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    /// <summary>Which of the prompts are in any row of any table, or in any file of the host's folder but the embedded provider's, which stands for somebody else's.</summary>
    private async Task<List<string>> Found()
    {
        var database = (await Database()).DataSource;
        var everything = new StringBuilder();
        var tables = new List<string>();
        await using (var list = database.CreateCommand("select format('%I.%I', table_schema, table_name) from information_schema.tables where table_type = 'BASE TABLE' and table_schema = 'videogen'"))
        await using (var rows = await list.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync()) tables.Add(rows.GetString(0));
        }

        Assert.True(tables.Count > 5);
        foreach (var table in tables)
        {
            await using var read = database.CreateCommand($"select coalesce(string_agg(t::text, ' '), '') from {table} t");
            everything.AppendLine((string)(await read.ExecuteScalarAsync())!);
        }

        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !file.StartsWith(Path.Combine(Folder, "local"), StringComparison.Ordinal)))
        {
            if (Path.GetFileName(file) != ".lock") everything.AppendLine(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }

        var text = everything.ToString();
        return [.. new[] { (nameof(Made), Made), (nameof(Stopped), Stopped), (nameof(OfAnother), OfAnother) }.Where(prompt => text.Contains(prompt.Item2, StringComparison.Ordinal)).Select(prompt => prompt.Item1)];
    }
}
