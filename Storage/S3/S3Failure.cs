using System.Net;
using Amazon.Runtime;
using VideoGen.Requests;

namespace VideoGen.Storage.S3;

/// <summary>What went wrong at S3, in a sentence that says what to do. Codes: "Error responses" in the Amazon S3 API reference.</summary>
internal static class S3Failure
{
    /// <summary>Whether an exception is S3's or the way's there, and nothing that its caller has ended.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested, // A time limit of the SDK.
        _ => exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException,
    };

    public static IOException Of(Exception exception, S3StoreOptions options)
    {
        var sentence = Sentence(exception, options);
        return IsFull(exception) ? new StoreFullException(sentence, exception) : new IOException(sentence, exception);
    }

    /// <summary>Nobody can be told more: a HEAD has no body, and a missing object looks like a missing bucket.</summary>
    public static bool IsNotThere(AmazonServiceException exception) => exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket";

    /// <summary>Somebody else has made the object, or is just making it.</summary>
    public static bool IsTaken(AmazonServiceException exception) => exception.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict;

    private static bool IsFull(Exception exception) => exception is AmazonServiceException
    {
        StatusCode: HttpStatusCode.InsufficientStorage,
    } or AmazonServiceException { ErrorCode: "XMinioStorageFull" or "QuotaExceeded" or "XMinioAdminBucketQuotaExceeded" };

    private static string Sentence(Exception exception, S3StoreOptions options)
    {
        var place = options.Place;
        if (IsFull(exception)) return $"There is no room in {place}. Make room or raise its quota; nothing is lost meanwhile.";
        return exception switch
        {
            AmazonServiceException { ErrorCode: "NoSuchBucket" } => $"There is no such bucket: {place}. Make it, or correct {Option(nameof(options.Bucket))}.",
            AmazonServiceException { ErrorCode: "RequestTimeTooSkewed" } => $"The clock of this machine and that of {place} differ by more than 15 minutes: set this one.",
            AmazonServiceException { ErrorCode: "AuthorizationHeaderMalformed" or "PermanentRedirect" } => $"This is not the region of {place}: correct {Option(nameof(options.Region))}.",
            AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refused =>
                $"We may not use {place} ({Code(refused)}). Correct {Option(nameof(options.AccessKey))} and {Option(nameof(options.SecretKey))}, or give their owner the right to get, put, delete and list there.",
            AmazonServiceException { StatusCode: >= HttpStatusCode.Continue } refused => $"Asking {place} failed ({Code(refused)}). Nothing is lost; it is tried again.",
            _ => $"No answer from {place} ({Innermost(exception)}). See whether it runs and can be reached, and {Option(nameof(options.Endpoint))}, {Option(nameof(options.Region))} and the credentials; nothing is lost meanwhile.",
        };
    }

    // Not the message: that may say more than is meant for everybody.
    private static string Code(AmazonServiceException exception) => $"{(int)exception.StatusCode} {exception.ErrorCode}".TrimEnd();

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message.TrimEnd('.');
    }

    private static string Option(string name) => S3StoreOptions.Option(name);
}
