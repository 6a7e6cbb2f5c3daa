using Microsoft.Extensions.Configuration;

namespace VideoGen.Storage.S3;

/// <summary>Where videos and pictures are kept in a bucket, instead of in folders; section <c>Store:S3</c>. <see cref="S3StoreCheck"/> says what they may be.</summary>
public sealed class S3StoreOptions
{
    public const string Section = "Store:S3";

    /// <summary>The bucket, which is there. With it the store is S3; without it, files.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>What all names in the bucket begin with, such as <c>videogen</c>; a slash is put behind it. Default: nothing.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The address of a server that speaks S3, such as <c>https://minio.example.com:9000</c>. Default: Amazon's in the region.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>The region. Must be said without an endpoint; with one the default is <c>us-east-1</c>.</summary>
    public string Region { get; set; } = "";

    /// <summary>Whether the bucket is in the path of an address instead of its host, as most servers but Amazon's want it. Default: false.</summary>
    public bool PathStyle { get; set; }

    /// <summary>Who we are there. Default: whatever the AWS SDK finds: <c>AWS_ACCESS_KEY_ID</c>, a profile, the role of the machine.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The secret to it.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>A file with the secret and nothing else in it, instead.</summary>
    public string SecretKeyFile { get; set; } = "";

    /// <summary>How long a link works to which <c>/content</c> sends its caller, 1 minute to 7 days. Default: it does not, and serves the file itself.</summary>
    public TimeSpan? LinksFor { get; set; }

    /// <summary>Whether any of them is said.</summary>
    public static bool IsSaid(IConfiguration configuration) => configuration.GetSection(Section).GetChildren().Any(option => !string.IsNullOrEmpty(option.Value));

    /// <summary>The name of one of them, as a person writes it.</summary>
    internal static string Option(string name) => $"{Section}:{name}";

    /// <summary>What every key begins with: nothing, or the prefix and a slash.</summary>
    internal string Start => Prefix.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : "";

    /// <summary>Where it is, for people.</summary>
    internal string Place => $"the bucket '{Bucket}' at {(Endpoint.Length > 0 ? Endpoint : $"Amazon S3 in {Region}")}";

    /// <exception cref="IOException">The file cannot be read.</exception>
    internal string ReadSecret() => (SecretKeyFile.Length > 0 ? File.ReadAllText(SecretKeyFile) : SecretKey).Trim();
}
