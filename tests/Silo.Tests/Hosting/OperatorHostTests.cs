using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The operator at the real host, with its own database and its own key file.</summary>
public sealed class OperatorHostTests : OnHostFolder
{
    [Fact]
    public async Task A_pause_outlives_the_host_and_ends_when_it_is_lifted()
    {
        await using (var host = await RunningHost.Start(Folder))
        {
            Assert.Contains(host.Output, line => line.EndsWith($"whose key is in {KeyFile}", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.Http.GetAsync(new Uri("/api/admin/pauses", UriKind.Relative))).StatusCode);
            var began = TimeProvider.System.GetTimestamp();
            var paused = await Send(host, HttpMethod.Post, "pause", """{"scope":"provider:local","reason":"It renders nonsense."}""");
            Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(1));
            Assert.Equal("provider:local", paused.GetProperty("pause").GetProperty("scope").GetString());
            Assert.Equal(0, await host.Stop());
        }

        await using var next = await RunningHost.Start(Folder);
        var kept = Assert.Single((await Send(next, HttpMethod.Get, "pauses")).GetProperty("pauses").EnumerateArray());
        Assert.Equal(("operator", "It renders nonsense."), (kept.GetProperty("kind").GetString(), kept.GetProperty("reason").GetString()));
        Assert.Equal(1, (await Send(next, HttpMethod.Post, "resume", """{"scope":"provider:local"}""")).GetProperty("lifted").GetArrayLength());
        Assert.Equal(0, (await Send(next, HttpMethod.Get, "pauses")).GetProperty("pauses").GetArrayLength());
        Assert.Equal(0, (await Send(next, HttpMethod.Get, "costs?by=day,client,user,model,provider")).GetProperty("total").GetProperty("spent").GetProperty("count").GetInt32());
        Assert.Equal(0, await next.Stop());
        Assert.DoesNotContain(next.Output, line => line.Contains(Key, StringComparison.Ordinal));
    }

    private string KeyFile => Path.Combine(Folder, "operator.key");

    private string Key => File.ReadAllText(KeyFile).Trim();

    private async Task<JsonElement> Send(RunningHost host, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/api/admin/{path}", UriKind.Relative))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Key) },
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
