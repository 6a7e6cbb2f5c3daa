using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using VideoGen.Grains.Providers;
using VideoGen.Requests;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Each request of an adapter, as it was on the wire, against what its provider's specification says of it.</summary>
public sealed class WireFactsTests
{
    private static readonly JsonElement Facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "WireFacts.json"))).RootElement;

    private static readonly string[] Ours = ["Accept", "Authorization", "Connection", "Content-Length", "Content-Type", "Host", "Idempotency-Key"];

    [Fact]
    public async Task Each_request_to_openai_s_protocol_is_in_its_specification()
    {
        await using var server = Server("""{"id":"one","status":"in_progress"}""");
        using var account = Account.OpenAi(server.Address, settings: [("Resolution", "list"), ("DeleteStops", "true")]);

        await Call(account, Account.Order(Account.NewMark(), model: "sora-2", size: "1280x720", seconds: 8));

        Assert.Equal(["content", "create", "delete", "list", "retrieve"], Called(server, "openai_videos"));
    }

    [Theory]
    [InlineData("acme/boats", "create of a model")]
    [InlineData("acme/boats:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426", "create of a version")]
    public async Task Each_request_to_replicate_is_in_its_specification(string model, string create)
    {
        await using var server = Server("""{"id":"one","status":"processing"}""");
        using var account = Account.Replicate(server.Address, ("CallbackUrl", "https://videos.example.com"));

        await Call(account, Account.Order(Account.NewMark(), model: model) with { JobDeadline = TimeSpan.FromHours(2) });

        Assert.Equal(["cancel", create, "get", "list"], Called(server, "replicate"));
    }

    [Theory]
    [InlineData("PUT /v1/predictions HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/predictions/one/two HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/predictions?since=1 HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/predictions?source=api HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/predictions HTTP/1.1\r\nPrefer: wait\r\n\r\n")]
    [InlineData("POST /v1/predictions HTTP/1.1\r\n\r\n{\"version\":\"a\"}")]
    [InlineData("POST /v1/predictions HTTP/1.1\r\n\r\n{\"version\":\"a\",\"input\":[]}")]
    [InlineData("POST /v1/predictions HTTP/1.1\r\n\r\n{\"version\":\"a\",\"input\":{},\"user\":\"b\"}")]
    [InlineData("POST /v1/predictions HTTP/1.1\r\n\r\n{\"version\":\"a\",\"input\":{},\"webhook_events_filter\":[\"done\"]}")]
    [InlineData("POST /v1/predictions HTTP/1.1\r\nCancel-After: 2 hours\r\n\r\n{\"version\":\"a\",\"input\":{}}")]
    public void What_is_in_none_is_noticed(string request) => Assert.Null(NameOf(request, Facts.GetProperty("replicate")));

    private static async Task Call(Account account, SubmitOrder order)
    {
        await account.Accepted(order);
        var now = TimeProvider.System.GetUtcNow();
        await account.Provider.Check("one", CancellationToken.None);
        await account.Provider.Cancel("one", CancellationToken.None);
        await account.Provider.Find(new(order.ProviderKey, order.Prompt, order.Options, now, now, "one"), CancellationToken.None);
        await account.Provider.List(now, now, CancellationToken.None);
        await account.Source.Open("one", CancellationToken.None);
    }

    private static RawServer Server(string body) => new(async connection =>
    {
        if (await connection.ReadRequest()) await connection.Send($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
    });

    // Each has a connection of its own.
    private static IEnumerable<string> Called(RawServer server, string protocol)
    {
        return server.Connections.Select(connection => connection.Received).Select(request => NameOf(request, Facts.GetProperty(protocol)) ?? throw new Xunit.Sdk.XunitException($"In no specification of {protocol}: {request}"))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private static string? NameOf(string request, JsonElement facts)
    {
        var (head, body) = request.Split("\r\n\r\n", 2) is [var top, var rest] ? (top.Split("\r\n"), rest) : ([], "");
        if (head is not [var line, .. var headers] || line.Split(' ') is not [var method, var target, "HTTP/1.1"]) return null;
        var (path, query) = target.Split('?') is [var before, var after] ? (before, QueryHelpers.ParseQuery(after)) : (target, []);
        foreach (var call in facts.GetProperty("calls").EnumerateObject())
        {
            if (call.Value.GetProperty("method").GetString() == method
                && IsAt(call.Value.GetProperty("path").GetString()!.Split('/'), path.Split('/'))
                && query.All(pair => Allows(call.Value, "query", pair.Key, pair.Value.ToString()))
                && headers.All(header => header.Split(": ", 2) is [var name, var value] && (Ours.Contains(name) || Matches(call.Value, name, value)))
                && FitsBody(call.Value, body))
            {
                return call.Name;
            }
        }

        return null;
    }

    private static bool IsAt(string[] known, string[] path) =>
        known.Length == path.Length && known.Zip(path).All(part => part.First == part.Second || (part.First.StartsWith('{') && part.Second.Length > 0));

    private static bool Allows(JsonElement call, string where, string name, string value) =>
        call.TryGetProperty(where, out var known) && known.TryGetProperty(name, out var values) && (values.ValueKind == JsonValueKind.Null || values.EnumerateArray().Any(one => one.GetString() == value));

    private static bool Matches(JsonElement call, string name, string value) =>
        call.TryGetProperty("headers", out var known) && known.TryGetProperty(name, out var pattern) && Regex.IsMatch(value, pattern.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(5));

    private static bool FitsBody(JsonElement call, string body)
    {
        if (!call.TryGetProperty("members", out var members)) return body.Length == 0;
        using var json = JsonDocument.Parse(body);
        return call.GetProperty("required").EnumerateArray().All(name => json.RootElement.TryGetProperty(name.GetString()!, out _))
            && json.RootElement.EnumerateObject().All(member => members.TryGetProperty(member.Name, out var fact) && FitsMember(fact, member.Value));
    }

    private static bool FitsMember(JsonElement fact, JsonElement value)
    {
        var type = value.ValueKind switch { JsonValueKind.True or JsonValueKind.False => "boolean", var kind => kind.ToString().ToLowerInvariant() };
        if (type != fact.GetProperty("type").GetString()) return false;
        if (!fact.TryGetProperty("enum", out var allowed)) return true;
        var words = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(one => one.GetString()).ToArray() : [value.GetString()];
        return Array.TrueForAll(words, word => allowed.EnumerateArray().Any(one => one.GetString() == word));
    }
}
