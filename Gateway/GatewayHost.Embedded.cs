namespace VideoGen.Gateway;

/// <summary>The Gateway's own executable is the client of a cluster. In the embedded build the door is part of the host.</summary>
internal static class GatewayHost
{
    internal static int Main()
    {
        System.Console.Error.WriteLine("This build has the embedded engine: the door is part of the host. Start `videogen` (./run) instead.");
        return 2;
    }
}
