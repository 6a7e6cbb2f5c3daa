using System.Net;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The operator at the real host, with its own database and its own key file.</summary>
public sealed class OperatorHostTests : OnHostFolder
{
    [Fact]
    public async Task A_pause_outlives_the_host_and_ends_when_it_is_lifted()
    {
        await using (var host = await RunningHost.Start(Folder))
        {
            await Eventually.Holds("the greeting says where the key is", () => host.Output.Any(line => line.EndsWith($"with the key in {Path.Combine(Folder, "operator.key")}", StringComparison.Ordinal)));
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.Http.GetAsync(new Uri("/api/admin/pauses", UriKind.Relative))).StatusCode);
            var began = TimeProvider.System.GetTimestamp();
            var paused = await host.AsOperator(HttpMethod.Post, "pause", """{"scope":"provider:local","reason":"It renders nonsense."}""");
            Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(1));
            Assert.Equal("provider:local", paused.GetProperty("pause").GetProperty("scope").GetString());
            Assert.Equal(0, await host.Stop());
        }

        await using var next = await RunningHost.Start(Folder);
        var kept = Assert.Single((await next.AsOperator(HttpMethod.Get, "pauses")).GetProperty("pauses").EnumerateArray());
        Assert.Equal(("operator", "It renders nonsense."), (kept.GetProperty("kind").GetString(), kept.GetProperty("reason").GetString()));
        Assert.Equal(1, (await next.AsOperator(HttpMethod.Post, "resume", """{"scope":"provider:local"}""")).GetProperty("lifted").GetArrayLength());
        Assert.Equal(0, (await next.AsOperator(HttpMethod.Get, "pauses")).GetProperty("pauses").GetArrayLength());
        Assert.Equal(0, (await next.AsOperator(HttpMethod.Get, "costs?by=day,client,user,model,provider")).GetProperty("total").GetProperty("spent").GetProperty("count").GetInt32());
        Assert.Equal(0, await next.Stop());
        Assert.DoesNotContain(next.Output, line => line.Contains(next.OperatorsKey, StringComparison.Ordinal));
    }
}
