using System.Net.Http.Headers;
using System.Text;
using VideoGen.Access;

namespace VideoGen.Silo.Dashboard;

/// <summary>How the operator's key is sent to the dashboard, which is looked at in a browser.</summary>
internal static class DashboardPassword
{
    /// <summary>The user that a browser asks for.</summary>
    public const string User = "operator";

    /// <summary>Whether a header has the key: <c>Basic</c>, as browsers send it, or <c>Bearer</c>.</summary>
    public static bool IsIn(string? authorization, OperatorKey key)
    {
        if (!AuthenticationHeaderValue.TryParse(authorization, out var header) || header.Parameter is not { } sent) return false;
        if (string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase)) return key.Is(sent);
        if (!string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase)) return false;

        var decoded = new byte[sent.Length];
        if (!Convert.TryFromBase64String(sent, decoded, out var length)) return false;
        var pair = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2);
        return pair is [User, var password] && key.Is(password);
    }
}
