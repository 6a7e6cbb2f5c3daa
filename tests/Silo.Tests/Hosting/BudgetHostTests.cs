using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The budget at the real host: however many ask at once, and however it dies, no more is let in than it may cost.</summary>
public sealed class BudgetHostTests : OnHostFolder
{
    private const int Askers = 1_000, MostVideos = 15; // $50 a day, $3.20 each.

    private static readonly (string Name, string Value)[] Settings =
    [
        ("Providers__Local__UsdPerSecond", "3.20"),
        ("SpendBreaker__SubmitsPerMinute", "10000"),
        ("SpendBreaker__StreakUsd", ""),
    ];

    [Fact]
    public async Task Of_a_thousand_at_once_as_many_are_let_in_as_the_budget_pays_for()
    {
        await using var host = await RunningHost.Start(Folder, Settings);
        var answers = await Task.WhenAll(Enumerable.Range(0, Askers).Select(asker => Ask(host, asker)));
        Assert.Equal(MostVideos, answers.Count(a => a is { Status: HttpStatusCode.OK }));
        var refused = answers.Where(a => a?.Status != HttpStatusCode.OK).Select(a => a!).ToList();
        Assert.All(refused, a =>
        {
            Assert.Equal(HttpStatusCode.PaymentRequired, a.Status);
            var error = a.Body.GetProperty("error");
            Assert.Equal(("budget_exceeded", 50m, 2m), (error.GetProperty("code").GetString(), error.GetProperty("limit_usd").GetDecimal(), error.GetProperty("remaining_usd").GetDecimal()));
        });
        await Submits(host, MostVideos);
    }

    [Fact]
    public async Task A_host_that_is_killed_meanwhile_lets_in_no_more_when_it_is_back()
    {
        var letIn = new HashSet<string>(StringComparer.Ordinal);
        await using (var host = await RunningHost.Start(Folder, Settings))
        {
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var asked = Enumerable.Range(0, Askers).Select(async asker =>
            {
                var answer = await Ask(host, asker);
                if (answer is { Status: HttpStatusCode.OK }) first.TrySetResult();
                return answer;
            }).ToList();
            await first.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await host.Kill();
            foreach (var answer in await Task.WhenAll(asked))
            {
                if (answer is { Status: HttpStatusCode.OK }) letIn.Add(answer.Id);
            }
        }

        await NothingIsLeft();
        await using var again = await RunningHost.Start(Folder, Settings);
        var answers = await Task.WhenAll(Enumerable.Range(0, Askers).Select(asker => Ask(again, asker)));
        letIn.UnionWith(answers.Where(a => a is { Status: HttpStatusCode.OK }).Select(a => a!.Id));
        Assert.Equal(MostVideos, letIn.Count);
        await Submits(again, MostVideos);
    }

    // Each its own user, so that no quota stands before the budget. Who is told that the host has too much to do asks again. Null where there was no answer.
    private static async Task<Answer?> Ask(RunningHost host, int asker)
    {
        try
        {
            return await Eventually.Get($"asker {asker} had an answer", async () =>
            {
                using var answer = await host.Http.PostAsJsonAsync("/v1/videos", new { prompt = $"a cat and {asker} dogs", size = "320x180", seconds = 1, user = $"user-{asker}" });
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable ? null : new Answer(answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
            });
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    // The provider's own log: all that was let in is sent, and nothing else.
    private static async Task Submits(RunningHost host, int count)
    {
        await Eventually.Holds($"{count} videos were sent", () => Sent(host) >= count);
        Assert.Equal(count, Sent(host));
    }

    private static int Sent(RunningHost host) => host.ProviderLog.Count(l => l.GetProperty("what").GetString() == "submit");

    private sealed record Answer(HttpStatusCode Status, JsonElement Body)
    {
        public string Id => Body.GetProperty("id").GetString()!;
    }
}
