using System.Net;
using System.Net.Sockets;

namespace VideoGen.Storage.Processes;

/// <summary>Ports of this machine, on 127.0.0.1.</summary>
public static class LoopbackPort
{
    /// <summary>Free when we can listen on it ourselves; a listener on all addresses holds it as well. Somebody else may have it a moment later.</summary>
    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
