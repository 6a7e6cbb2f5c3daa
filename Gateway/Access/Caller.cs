using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>Which client calls. While there are no API keys it is this machine.</summary>
internal static class Caller
{
#pragma warning disable IDE0060 // The client will come from the request's key.
    public static string Client(HttpContext http) => Owner.LocalClient;
#pragma warning restore IDE0060
}
