using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>Attacks on the real host that fail. What a stranger makes us call is attacked in <c>SafeHttpTests</c>, what providers call back in <c>CallbackTests</c>.</summary>
public sealed class AttackHostTests(AttackHostTests.Attacked attacked) : IClassFixture<AttackHostTests.Attacked>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static readonly string[] Traversals =
    [
        "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2fetc%2fpasswd", "..%5c..%5cwindows%5cwin.ini", "%252e%252e%252fetc%252fpasswd", "..%c0%afetc%c0%afpasswd", "%2fetc%2fpasswd", "video_v-..%2f..%2foperator.key_1",
        "file:%2f%2f%2fetc%2fpasswd", "....%2f%2f....%2f%2fetc%2fpasswd",
    ];

    private RunningHost Host => attacked.Host;

    [Fact]
    public async Task Another_clients_video_is_nowhere_at_any_route_that_takes_an_id()
    {
        var tried = 0;
        foreach (var (path, method) in await Routes())
        {
            if (!path.StartsWith("/v1/videos/{id}", StringComparison.Ordinal)) continue;
            using var request = new HttpRequestMessage(new(method), new Uri(path.Replace("{id}", attacked.Video, StringComparison.Ordinal), UriKind.Relative));
            if (path.EndsWith("/remix", StringComparison.Ordinal)) request.Content = new StringContent("""{"prompt":"mine now"}""", Encoding.UTF8, "application/json");
            using var answer = await Send(request, attacked.Stranger);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {path}: {(int)answer.StatusCode}");
            tried++;
        }

        Assert.True(tried >= 8, $"{tried} routes take an id.");
        using var own = await Send(new(HttpMethod.Get, new Uri($"/v1/videos/{attacked.Video}", UriKind.Relative)), attacked.Owner);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);

        // Nor does a client see another's users and runs.
        using var user = await Send(new(HttpMethod.Get, new Uri("/v1/users/alice", UriKind.Relative)), attacked.Stranger);
        Assert.Contains("\"completed\":0", await user.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var erased = await Send(new(HttpMethod.Delete, new Uri("/v1/users/alice", UriKind.Relative)), attacked.Stranger);
        Assert.Contains("\"requests\":0", await erased.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var still = await Send(new(HttpMethod.Get, new Uri($"/v1/videos/{attacked.Video}/content", UriKind.Relative)), attacked.Owner);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task No_part_of_a_path_leads_out_of_the_store()
    {
        foreach (var (path, method) in await Routes())
        {
            foreach (var traversal in path.Contains('{', StringComparison.Ordinal) ? Traversals : [])
            {
                var address = string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? traversal : part));
                var answer = await Raw($"{method} {address} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {(path.StartsWith("/api/admin", StringComparison.Ordinal) ? Host.OperatorsKey : attacked.Owner)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
                Assert.DoesNotContain(Host.OperatorsKey, answer, StringComparison.Ordinal);
                Assert.False(answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), $"{method} {address}: {answer}");
            }
        }
    }

    [Theory]
    [InlineData("x-request-id: a\r\n\tX-Injected: yes")]
    [InlineData("x-request-id: a\rX-Injected: yes")]
    [InlineData("x-request-id: \u001b[31mred")]
    [InlineData("x-request-id: a%0d%0aX-Injected:%20yes")]
    [InlineData("Last-Event-ID: a\nX-Injected: yes")]
    [InlineData("X-VideoGen-User: a\"}\n{\"LogLevel\":\"Critical")]
    public async Task Nothing_of_a_header_gets_into_an_answers_headers_or_makes_a_line_of_the_log(string header)
    {
        var answer = await Raw($"GET /v1/videos/{attacked.Video} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {attacked.Owner}\r\n{header}\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("X-Injected", answer.Split("\r\n\r\n")[0], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\u001b", answer, StringComparison.Ordinal);
        Assert.All(Host.Output.Where(line => line.Length > 0 && line[0] == '{'), line => Assert.NotNull(JsonNode.Parse(line)));
        Assert.DoesNotContain(Host.Output, line => line.Contains("X-Injected", StringComparison.OrdinalIgnoreCase) || line.StartsWith("{\"LogLevel\":\"Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_prompt_is_in_no_line_of_the_log_whatever_is_in_it()
    {
        const string mark = "xylophonist";
        foreach (var prompt in (string[])[$"{mark}\n{{\"LogLevel\":\"Critical\"}}", $"{mark}\u001b[2J", $"<script>{mark}</script>", $"{{RequestId}} {mark} {{0}}"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/videos", UriKind.Relative)) { Content = new StringContent(new JsonObject { ["prompt"] = prompt, ["user"] = "eve" }.ToJsonString(), Encoding.UTF8, "application/json") };
            using var answer = await Send(request, attacked.Owner);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("<script>", text, StringComparison.Ordinal); // Nor would a browser run it, whatever it takes the answer for.
        }

        Assert.DoesNotContain(Host.Output, line => line.Contains(mark, StringComparison.Ordinal));
        Assert.DoesNotContain(Host.Output, line => line.Contains(attacked.Owner, StringComparison.Ordinal) || line.Contains(Host.OperatorsKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_small_when_it_is_packed_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) await zip.WriteAsync(new byte[50_000_000]);
        Assert.True(packed.Length < 60_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/videos", UriKind.Relative)) { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        var memory = Memory();
        using var answer = await Send(request, attacked.Owner);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True(Memory() - memory < 40_000_000, "It was unpacked.");
    }

    [Theory]
    [InlineData(100_000, 0)] // So many parts.
    [InlineData(1, 200_000)] // Headers of a part without an end.
    [InlineData(33, 10)]
    public async Task A_form_of_too_many_or_too_large_parts_is_refused(int parts, int headerLength)
    {
        var form = new StringBuilder();
        for (var part = 0; part < parts; part++) form.Append(CultureInfo.InvariantCulture, $"--b\r\nContent-Disposition: form-data; name=\"prompt\"{(headerLength > 0 ? $"\r\nX-Long: {new string('x', headerLength)}" : "")}\r\n\r\na\r\n");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/videos", UriKind.Relative)) { Content = new StringContent(form + "--b--\r\n") };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var answer = await Send(request, attacked.Owner);
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, $"{answer.StatusCode}");
    }

    [Theory]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("Content-Length: 4\r\nContent-Length: 60\r\n\r\n{}..GET /api/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    public async Task Two_requests_do_not_pass_for_one(string rest)
    {
        var answer = await Raw($"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {attacked.Owner}\r\nContent-Type: application/json\r\nConnection: close\r\n{rest}");
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_sends_a_byte_now_and_then_is_cut_off_and_holds_nobody_up()
    {
        var slow = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            var client = new TcpClient();
            await client.ConnectAsync(Host.Http.BaseAddress!.Host, Host.Http.BaseAddress.Port);
            // Half of them never end their headers, and half never their body.
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(n % 2 == 0
                ? "GET /v1/videos HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
                : $"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {attacked.Owner}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{"));
            return client;
        }));
        try
        {
            using var answer = await Send(new(HttpMethod.Get, new Uri("/v1/videos?limit=1", UriKind.Relative)), attacked.Owner);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var cut = slow.Select(async client =>
            {
                var read = new byte[1_000];
                try
                {
                    while (await client.GetStream().ReadAsync(read) > 0)
                    {
                        // An answer, before the end.
                    }
                }
                catch (IOException)
                {
                    // The end, too.
                }
            });
            await Task.WhenAll(cut).WaitAsync(Soon);
        }
        finally
        {
            Array.ForEach(slow, client => client.Dispose());
        }
    }

    private async Task<IReadOnlyList<(string Path, string Method)>> Routes()
    {
        var document = JsonNode.Parse(await Host.Http.GetStringAsync("/openapi.json"))!;
        return [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (path.Key, operation.Key.ToUpperInvariant())))];
    }

    private Task<HttpResponseMessage> Send(HttpRequestMessage request, string key)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return Host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task<string> Raw(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Host.Http.BaseAddress!.Host, Host.Http.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(Soon);
    }

    private long Memory()
    {
        using var process = Process.GetProcessById(Host.ProcessId);
        return process.WorkingSet64;
    }

    /// <summary>A host with two clients, of which one has a video.</summary>
    public sealed class Attacked : OnHostFolder, IAsyncLifetime
    {
        internal RunningHost Host { get; private set; } = null!;

        public string Owner { get; private set; } = "";

        public string Stranger { get; private set; } = "";

        public string Video { get; private set; } = "";

        public new async Task InitializeAsync()
        {
            await base.InitializeAsync();
            Host = await Start(("Quotas__VideosPerDay", "1"), ("Providers__Local__UsdPerSecond", "0.1"), ("Gateway__FailedCallsPerMinute", "1000000"));
            Owner = await Key("owner");
            Stranger = await Key("stranger");
            await Eventually.Get("the keys are in force", async () =>
            {
                using var without = await Host.Http.GetAsync(new Uri("/v1/videos", UriKind.Relative));
                return without.StatusCode == HttpStatusCode.Unauthorized ? "yes" : null;
            });
            Host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Owner);
            var (answer, body) = await Host.Ask(new { prompt = "a cat", user = "alice", size = "320x180", seconds = 1 });
            using (answer) Video = body.GetProperty("id").GetString()!;
            Assert.Equal("completed", (await Host.Ended(Video)).GetProperty("status").GetString());
            Host.Http.DefaultRequestHeaders.Authorization = null;
        }

        public new async Task DisposeAsync()
        {
            Assert.Equal(0, await Host.Stop());
            await Host.DisposeAsync();
            await base.DisposeAsync();
        }

        private async Task<string> Key(string client) => (await Host.AsOperator(HttpMethod.Post, "keys", $$"""{"client":"{{client}}"}""")).GetProperty("key").GetString()!;
    }
}
