using Microsoft.Extensions.Options;

namespace VideoGen.Gateway.Videos;

/// <summary>How many event streams each client has open at this process.</summary>
internal sealed class StreamCounts(IOptions<GatewayOptions> options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);

    /// <summary>One more; null where the client has as many as it may. Disposing it gives the place back.</summary>
    public IDisposable? Open(string client)
    {
        lock (gate)
        {
            var now = open.GetValueOrDefault(client);
            if (now >= options.Value.StreamsPerClient) return null;
            open[client] = now + 1;
        }

        return new Place(this, client);
    }

    private void Close(string client)
    {
        lock (gate)
        {
            if (--open[client] == 0) open.Remove(client);
        }
    }

    private sealed class Place(StreamCounts counts, string client) : IDisposable
    {
        private int isClosed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isClosed, 1) == 0) counts.Close(client);
        }
    }
}
