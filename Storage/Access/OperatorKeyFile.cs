using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Access;

/// <summary>Where the operator's key is: in the configuration, else in a file of the data folder that only its owner can read.</summary>
public static class OperatorKeyFile
{
    /// <summary>The option with the SHA-256 of the key, 64 hexadecimal digits: one key for processes that do not share a data folder.</summary>
    public const string HashOption = "Operator:KeySha256";

    /// <summary>The file's name.</summary>
    public const string Name = "operator.key";

    /// <summary>Of 36 letters and digits: over 200 bits.</summary>
    private const int Length = 40;

    /// <summary>The configured one; else the one in the data folder, drawn when there is none yet.</summary>
    /// <exception cref="OptionsValidationException">What is configured is no hash.</exception>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public static async Task<OperatorKey> Find(IConfiguration configuration, string dataFolder, CancellationToken cancellationToken)
    {
        if (configuration[HashOption] is { Length: > 0 } configured)
        {
            return KeyHash.TryParse(configured, out var hash) ? new(hash, $"whose SHA-256 is {HashOption}") : throw new OptionsValidationException(
                HashOption, typeof(OperatorKey), [$"{HashOption} must be the SHA-256 of the operator's key, 64 hexadecimal digits: printf %s \"$KEY\" | sha256sum."]);
        }

        var file = Path.Combine(dataFolder, Name);
        var key = await SecretFile.ReadOrMake(file, () => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", Length), cancellationToken).ConfigureAwait(false);
        return key.Length > 0 ? new(OperatorKey.HashOf(key), $"in {file}") : throw new IOException($"{file} is empty: remove it, and the next start draws a key.");
    }
}
