using System.Net.Sockets;
using System.Text;

namespace VideoGen.Gateway.Tests;

/// <summary>Requests that no well-behaved client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends the text as it is, with the wire's line ends, and reads until the door closes.</summary>
    public static async Task<string> Send(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request.ReplaceLineEndings("\r\n")));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }
}
