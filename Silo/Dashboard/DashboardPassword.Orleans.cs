using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using VideoGen.Access;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Dashboard;

/// <summary>Who may look at the dashboard. A key of its own: those of clients ask for videos, and this one shows what the cluster does.</summary>
internal sealed class OperatorKey
{
    /// <summary>The user that a browser asks for.</summary>
    public const string User = "operator";

    private const string FileName = "operator.key";

    /// <summary>Of 36 letters and digits: over 200 bits.</summary>
    private const int Length = 40;

    private readonly KeyHash hash;

    private OperatorKey(KeyHash hash, string place)
    {
        this.hash = hash;
        Place = place;
    }

    /// <summary>Where a person finds it, for a sentence.</summary>
    public string Place { get; }

    /// <summary>The configured one; else the one in the data folder, drawn when there is none yet.</summary>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    public static async Task<OperatorKey> Find(DashboardSettings settings, string dataFolder, CancellationToken cancellationToken)
    {
        if (KeyHash.TryParse(settings.KeySha256, out var configured)) return new(configured, $"whose SHA-256 is {DashboardSettings.Section}:{nameof(DashboardSettings.KeySha256)}");
        var file = Path.Combine(dataFolder, FileName);
        var key = await SecretFile.ReadOrMake(file, () => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", Length), cancellationToken).ConfigureAwait(false);
        return key.Length > 0 ? new(HashOf(key), $"in {file}") : throw new IOException($"{file} is empty: remove it, and the next start draws a key.");
    }

    /// <summary>Whether a header has the key: <c>Basic</c>, as browsers send it, or <c>Bearer</c>.</summary>
    public bool IsIn(string? authorization)
    {
        if (!AuthenticationHeaderValue.TryParse(authorization, out var header) || header.Parameter is not { } sent) return false;
        if (string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase)) return HashOf(sent).Equals(hash);
        if (!string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase)) return false;

        var decoded = new byte[sent.Length];
        if (!Convert.TryFromBase64String(sent, decoded, out var length)) return false;
        var pair = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2);
        return pair is [User, var password] && HashOf(password).Equals(hash);
    }

    private static KeyHash HashOf(string key) => new(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
