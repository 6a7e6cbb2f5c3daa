using System.Net;
using System.Text.Json.Nodes;

namespace VideoGen.Gateway.Tests;

/// <summary>A stream of events, as its client hears it.</summary>
internal sealed class HeardEvents(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public HttpResponseMessage Response => response;

    public static async Task<HeardEvents> Open(Door door, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}/events");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await door.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new(response, new(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>What stands before the next empty line; null at the end.</summary>
    public async Task<string?> Block()
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0) return string.Join('\n', lines);
            lines.Add(line);
        }

        return lines.Count == 0 ? null : throw new InvalidOperationException("The stream ended in the middle of an event.");
    }

    public async Task<(string Id, string Name, JsonNode Video)> Event()
    {
        var lines = (await Block())!.Split('\n');
        Assert.Equal(["id", "event", "data"], lines.Select(line => line.Split(": ", 2)[0]));
        return (lines[0][4..], lines[1][7..], JsonNode.Parse(lines[2][6..])!);
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
