using System.Net;
using System.Net.Sockets;

namespace VideoGen.Gateway.Http;

/// <summary>
/// HTTP that does what it is told and nothing more: no redirect, no proxy, no cookies, no decompression, no trace headers.
/// </summary>
internal static class SafeHttp
{
    /// <summary>How long a connection may be used again.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    /// <summary>How long it may take until a connection is there, the look for its name and its TLS with it.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>To places that the operator named.</summary>
    /// <param name="keptFor">How long a connection may be used again; zero: never.</param>
    public static SocketsHttpHandler Plain(TimeSpan keptFor) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = keptFor,
    };

    /// <summary>
    /// To places that a stranger may have named. What a name is resolved to is looked at when a connection is made, and the connection is
    /// made to just that: however an address is written, and whatever a name is resolved to the next time, only public ones are reached.
    /// </summary>
    /// <param name="option">Where one says that private addresses are right, for the sentence.</param>
    /// <param name="allowsPrivate">What it says.</param>
    /// <param name="resolve">How names are resolved; null: as the system does.</param>
    public static SocketsHttpHandler Guarded(string option, bool allowsPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var handler = Plain(KeptFor);
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await (resolve ?? Dns.GetHostAddressesAsync)(host, cancellationToken).ConfigureAwait(false);
            if (!allowsPrivate && WrongWith(host, addresses, option) is { } wrong) throw new AddressRefusedException(wrong);
            return await Connect(addresses, port, cancellationToken).ConfigureAwait(false);
        };
        return handler;
    }

    /// <summary>The sentence of a refusal that is behind an exception of an HTTP call; null where it is another trouble.</summary>
    public static string? Refusal(Exception trouble) => trouble is AddressRefusedException refused ? refused.Message : trouble.InnerException is { } inner ? Refusal(inner) : null;

    /// <summary>Why an address that stands in a URL as such is refused; null where it is not, or where it is a name.</summary>
    public static string? WrongWith(Uri url, string option) =>
        IPAddress.TryParse(url.IdnHost, out var address) ? WrongWith(url.IdnHost, [address], option) : null;

    // One that is not public is enough: whoever has a name answer with both wants us to take the other one.
    private static string? WrongWith(string host, IPAddress[] addresses, string option) =>
        Array.Find(addresses, address => !PublicAddresses.Has(address)) is not { } wrong ? null
            : $"{(host == wrong.ToString() ? host : $"{host} is {wrong}, which")} is no public address, so nothing is sent there. Where that is right, set {option} to true.";

    private static async Task<Stream> Connect(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Nothing was sent: the place is not one that a stranger may make us call. The message says which, and what to do.</summary>
#pragma warning disable CA1032, CA1064, RCS1194 // Thrown in one place, and read in one.
internal sealed class AddressRefusedException(string message) : IOException(message);
#pragma warning restore CA1032, CA1064, RCS1194
