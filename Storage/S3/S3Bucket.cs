using System.Runtime.CompilerServices;
using System.Text;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace VideoGen.Storage.S3;

/// <summary>An object that is there.</summary>
/// <param name="Bytes">How many.</param>
/// <param name="Sha256">Of all its bytes, 64 hexadecimal digits; null where nobody said so when it was put there.</param>
/// <param name="ETag">S3's mark of just this content.</param>
internal sealed record S3Object(long Bytes, string? Sha256, string ETag);

/// <summary>An object in a list.</summary>
internal sealed record S3Entry(string Key, DateTimeOffset WrittenAt);

/// <summary>An upload that was begun and not finished.</summary>
internal sealed record S3Unfinished(string Key, string UploadId, DateTimeOffset BegunAt);

/// <summary>
/// The bucket, by the AWS SDK. Every call throws <see cref="IOException"/> where S3 does not answer as it should; an object that is not
/// there is null. Bodies are signed with their hash, so that S3 refuses what was changed on its way.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    /// <summary>The metadata of ours.</summary>
    public const string Sha256Name = "sha256";

    private const int Retries = 2, MarkBytes = 256;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5), AnswerPatience = TimeSpan.FromMinutes(2);

    private readonly S3StoreOptions options;
    private readonly AmazonS3Client client;

    public S3Bucket(S3StoreOptions options)
    {
        this.options = options;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = Retries,
            ConnectTimeout = ConnectPatience,
            Timeout = AnswerPatience,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, // Servers that are not Amazon's do not know the newer ones.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length > 0)
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = options.Region.Length > 0 ? options.Region : "us-east-1";
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        client = options.AccessKey.Length > 0 ? new(new BasicAWSCredentials(options.AccessKey, options.ReadSecret()), config) : new(config);
    }

    /// <summary>Where it is, for people.</summary>
    public string Place => options.Place;

    /// <summary>The key of what is called so below our prefix.</summary>
    public string KeyOf(string name) => options.Start + name;

    public Task<S3Object?> Find(string key, CancellationToken cancellationToken) => Ask<S3Object?>(async () =>
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = options.Bucket, Key = key }, cancellationToken).ConfigureAwait(false);
            var sha256 = found.Metadata[Sha256Name];
            return new(found.ContentLength, sha256 is { Length: 64 } && sha256.All(char.IsAsciiHexDigitLower) ? sha256 : null, found.ETag);
        }
        catch (AmazonS3Exception e) when (S3Failure.IsNotThere(e))
        {
            return null;
        }
    }, cancellationToken);

    /// <summary>The text of a small object; null where it is not there, although the bucket is.</summary>
    public Task<string?> ReadText(string key, CancellationToken cancellationToken) => Ask<string?>(async () =>
    {
        try
        {
            using var found = await client.GetObjectAsync(new GetObjectRequest { BucketName = options.Bucket, Key = key }, cancellationToken).ConfigureAwait(false);
            var bytes = new byte[MarkBytes];
            var count = await found.ResponseStream.ReadAtLeastAsync(bytes, MarkBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return Encoding.UTF8.GetString(bytes.AsSpan(0, count));
        }
        catch (AmazonS3Exception e) when (S3Failure.IsNotThere(e))
        {
            return null;
        }
    }, cancellationToken);

    /// <summary>The bytes of an object from a place on, as long as it is the same; the reader disposes it.</summary>
    public Task<GetObjectResponse> Read(string key, string etag, long from, long to, CancellationToken cancellationToken) => Ask(
        () => client.GetObjectAsync(new GetObjectRequest { BucketName = options.Bucket, Key = key, EtagToMatch = etag, ByteRange = new ByteRange(from, to) }, cancellationToken),
        cancellationToken);

    /// <summary>Puts an object in one go.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="body">All of it; seekable, because it is hashed first, and may be sent again.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="sha256">Of the body.</param>
    /// <param name="isOnlyFirst">Whether one that is there stays.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False: there is one, or another is just being put.</returns>
    public Task<bool> Put(string key, Stream body, string mediaType, string sha256, bool isOnlyFirst, CancellationToken cancellationToken) => Ask(() => Unless(S3Failure.IsTaken, () => client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = key,
            InputStream = body,
            AutoCloseStream = false,
            ContentType = mediaType,
            IfNoneMatch = isOnlyFirst ? "*" : null,
            Metadata = { [Sha256Name] = sha256 },
            UseChunkEncoding = false,
            DisablePayloadSigning = false,
        },
        cancellationToken)), cancellationToken);

    /// <summary>Begins an upload in parts.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> Begin(string key, string mediaType, string? sha256, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = mediaType };
        if (sha256 is not null) request.Metadata[Sha256Name] = sha256;
        return (await Ask(() => client.InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false)).UploadId;
    }

    /// <summary>Sends a part; the same one again replaces it.</summary>
    /// <returns>What names it when the upload is finished.</returns>
    public async Task<PartETag> Send(string key, string uploadId, int number, Stream body, CancellationToken cancellationToken)
    {
        var sent = await Ask(() => client.UploadPartAsync(
            new UploadPartRequest { BucketName = options.Bucket, Key = key, UploadId = uploadId, PartNumber = number, PartSize = body.Length, InputStream = body, UseChunkEncoding = false, DisablePayloadSigning = false },
            cancellationToken), cancellationToken).ConfigureAwait(false);
        return new(number, sent.ETag);
    }

    /// <summary>Makes an object of the parts, or nothing.</summary>
    /// <returns>False: there is one, or another is just being put, or this upload is not there any more: it may have been finished by a call whose answer was lost.</returns>
    public Task<bool> Finish(string key, string uploadId, List<PartETag> parts, bool isOnlyFirst, CancellationToken cancellationToken) => Ask(() => Unless(
        e => S3Failure.IsTaken(e) || S3Failure.IsNotThere(e),
        () => client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = uploadId, PartETags = parts, IfNoneMatch = isOnlyFirst ? "*" : null },
            cancellationToken)), cancellationToken);

    /// <summary>Throws the parts of an upload away; does nothing where there are none.</summary>
    public Task Abort(string key, string uploadId, CancellationToken cancellationToken) => Ask(() => Unless(
        S3Failure.IsNotThere,
        () => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = uploadId }, cancellationToken)), cancellationToken);

    /// <summary>Removes an object; does nothing where there is none.</summary>
    public Task Delete(string key, CancellationToken cancellationToken) => Ask(() => Unless(
        S3Failure.IsNotThere, () => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = options.Bucket, Key = key }, cancellationToken)), cancellationToken);

    /// <summary>All objects whose keys begin so, page by page.</summary>
    public async IAsyncEnumerable<S3Entry> List(string start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = start };
        do
        {
            var page = await Ask(() => client.ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var entry in page.S3Objects ?? []) yield return new(entry.Key, AsTime(entry.LastModified));
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <summary>All unfinished uploads whose keys begin so, page by page.</summary>
    public async IAsyncEnumerable<S3Unfinished> Unfinished(string start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = start };
        do
        {
            var page = await Ask(() => client.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var upload in page.MultipartUploads ?? []) yield return new(upload.Key, upload.UploadId, AsTime(upload.Initiated));
            (request.KeyMarker, request.UploadIdMarker) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
        }
        while (request.KeyMarker is not null);
    }

    /// <summary>An address that answers a GET with an object and these headers until a moment.</summary>
    public Task<string> Sign(string key, DateTimeOffset until, string mediaType, string disposition, CancellationToken cancellationToken) => Ask(
        () => client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = options.Bucket,
            Key = key,
            Verb = HttpVerb.GET,
            Expires = until.UtcDateTime,
            Protocol = options.Endpoint.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? Protocol.HTTP : Protocol.HTTPS,
            ResponseHeaderOverrides = new() { ContentType = mediaType, ContentDisposition = disposition },
        }),
        cancellationToken);

    /// <summary>What to throw where reading a body broke.</summary>
    public IOException Failure(Exception exception) => S3Failure.Of(exception, options);

    public void Dispose() => client.Dispose();

    private async Task<T> Ask<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e) when (S3Failure.Is(e, cancellationToken))
        {
            throw S3Failure.Of(e, options);
        }
    }

    private static async Task<bool> Unless<T>(Func<AmazonS3Exception, bool> isNothing, Func<Task<T>> call)
    {
        try
        {
            await call().ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (isNothing(e))
        {
            return false;
        }
    }

    private static DateTimeOffset AsTime(DateTime? time) => time is { } known ? new(known.ToUniversalTime()) : DateTimeOffset.MaxValue; // Of no known age: never old.
}
