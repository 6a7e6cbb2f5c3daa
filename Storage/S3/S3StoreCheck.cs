using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace VideoGen.Storage.S3;

/// <summary>Refuses, at start, an S3 store that cannot be reached as it is configured, in words that say what to change.</summary>
internal sealed partial class S3StoreCheck(IConfiguration configuration) : IValidateOptions<S3StoreOptions>
{
    private const int LongestPrefix = 200, LongestKey = 4096;

    private static readonly TimeSpan ShortestLink = TimeSpan.FromMinutes(1), LongestLink = TimeSpan.FromDays(7); // No signature of S3's holds longer.

    private static readonly string[] Keys =
    [
        nameof(S3StoreOptions.Bucket), nameof(S3StoreOptions.Prefix), nameof(S3StoreOptions.Endpoint), nameof(S3StoreOptions.Region), nameof(S3StoreOptions.PathStyle),
        nameof(S3StoreOptions.AccessKey), nameof(S3StoreOptions.SecretKey), nameof(S3StoreOptions.SecretKeyFile), nameof(S3StoreOptions.LinksFor),
    ];

    public ValidateOptionsResult Validate(string? name, S3StoreOptions options) =>
        WrongWith(options).ToList() is { Count: > 0 } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;

    private IEnumerable<string> WrongWith(S3StoreOptions options)
    {
        foreach (var child in configuration.GetSection(S3StoreOptions.Section).GetChildren().Where(child => !Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"{child.Path} is no option. There are: {string.Join(", ", Keys)}.";
        }

        if (!BucketName().IsMatch(options.Bucket)) yield return $"{Option(nameof(options.Bucket))} must be the name of a bucket, 3 to 63 of a-z, 0-9, dot and dash, where any other {S3StoreOptions.Section} option is said.";
        if (options.Prefix.Length > LongestPrefix || !PrefixName().IsMatch(options.Prefix)) yield return $"{Option(nameof(options.Prefix))} must have at most {LongestPrefix} of a-z, A-Z, 0-9, dot, dash, underscore and slash.";
        if (options.Endpoint.Length == 0 && options.Region.Length == 0) yield return $"{Option(nameof(options.Region))} must be said where {Option(nameof(options.Endpoint))} is not, for example eu-central-1.";
        if (options.Endpoint.Length > 0 && !IsAddress(options.Endpoint)) yield return $"{Option(nameof(options.Endpoint))} must be an http or https address without user, path, query and fragment, for example https://minio.example.com:9000.";
        if (!RegionName().IsMatch(options.Region)) yield return $"{Option(nameof(options.Region))} must be the name of a region, a-z, 0-9 and dash, for example eu-central-1.";
        if (options.LinksFor < ShortestLink || options.LinksFor > LongestLink) yield return $"{Option(nameof(options.LinksFor))} must be from {ShortestLink} to {LongestLink}.";
        if (SecretTrouble(options) is { } trouble) yield return trouble;
    }

    // The secret itself is in none of the sentences.
    private static string? SecretTrouble(S3StoreOptions options)
    {
        var (access, secret, file) = (Option(nameof(options.AccessKey)), Option(nameof(options.SecretKey)), Option(nameof(options.SecretKeyFile)));
        if (options.SecretKey.Length > 0 && options.SecretKeyFile.Length > 0) return $"Only one of {secret} and {file} may be said.";
        if (options.AccessKey.Length > 0 != (options.SecretKey.Length > 0 || options.SecretKeyFile.Length > 0)) return $"{access} and one of {secret} and {file} need each other; without any of them the AWS SDK looks for credentials itself.";
        if (options.AccessKey.Length == 0) return null;
        if (!IsKey(options.AccessKey)) return $"{access} must have at most {LongestKey} visible ASCII characters.";
        try
        {
            return IsKey(options.ReadSecret()) ? null : $"{(options.SecretKeyFile.Length > 0 ? file : secret)} must have a key in it: visible ASCII characters, at most {LongestKey}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{file} cannot be read: {e.Message}";
        }
    }

    private static bool IsKey(string key) => key.Length is > 0 and <= LongestKey && key.All(c => c is >= '!' and <= '~');

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" };

    private static string Option(string name) => S3StoreOptions.Option(name);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A[a-zA-Z0-9._/-]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex PrefixName();

    [GeneratedRegex(@"\A[a-z0-9-]{0,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex RegionName();
}
