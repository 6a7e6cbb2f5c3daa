using System.Text.Json;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>What became of a job.</summary>
internal abstract record VertexLook
{
    private VertexLook() { }

    /// <summary>It is not over.</summary>
    public sealed record Running : VertexLook;

    /// <summary>Its video is there.</summary>
    /// <param name="Name">The object in our bucket; null where it came with the answer.</param>
    /// <param name="Content">The video; null where it is in the bucket.</param>
    public sealed record Made(string? Name, byte[]? Content) : VertexLook;

    /// <summary>It is over, and there is no video.</summary>
    public sealed record Failed(Failure Failure) : VertexLook;

    /// <summary>Nobody knows such a job, and it has left no video.</summary>
    public sealed record Missing : VertexLook;

    /// <summary>The look did not work: it says nothing.</summary>
    public sealed record Trouble(Failure Failure) : VertexLook;
}

/// <summary>
/// Looks at jobs: asks for the operation where its name is known, and in the bucket where it is not, or where the operation is not known any
/// more, or is over and names no video: a video that is there was made, whatever else is said.
/// </summary>
/// <param name="http">Calls to <c>…/v1/</c>.</param>
/// <param name="bucket">Where videos are put; null where they come with the answer.</param>
internal sealed class VertexJobs(ProviderHttp http, VertexBucket? bucket)
{
    /// <summary>The largest operation that is read, bytes: it may have the video in it, in base64.</summary>
    private const int MaxOperationBytes = 128 << 20;

    /// <summary>How errors are read.</summary>
    public static readonly VertexAnswers Answers = new("");

    public async Task<VertexLook> Look(VertexJobId id, CancellationToken cancellationToken)
    {
        if (id.Resource is not { } resource) return await InBucket(id, new VertexLook.Missing(), cancellationToken).ConfigureAwait(false);
        var question = JsonSerializer.SerializeToUtf8Bytes(new { operationName = id.Operation });
        var outcome = await http.Ask($"{resource}:fetchPredictOperation", question, MaxOperationBytes, cancellationToken).ConfigureAwait(false);
        if (IsUnknown(outcome)) return await InBucket(id, new VertexLook.Missing(), cancellationToken).ConfigureAwait(false);
        if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || VertexOperation.Read(answered.Body) is not { } operation || !IsSame(operation.Name!, id.Operation!))
        {
            return new VertexLook.Trouble(HttpFailures.Trouble(outcome, Answers));
        }

        if (!operation.IsDone) return new VertexLook.Running();
        if (operation.Videos is [var video, ..]) return Made(id, video);
        return await InBucket(id, Ended(operation), cancellationToken).ConfigureAwait(false);
    }

    private VertexLook Made(VertexJobId id, VertexVideo video)
    {
        if (video.Content is { } content) return new VertexLook.Made(null, content);
        return bucket?.NameOf(id.Mark, video.Place!) is { } name
            ? new VertexLook.Made(name, null)
            : new VertexLook.Trouble(new(FailureKind.Unknown, "The provider says that the video is where it was not to be put.", "no_url"));
    }

    private async Task<VertexLook> InBucket(VertexJobId id, VertexLook otherwise, CancellationToken cancellationToken)
    {
        if (bucket is null) return otherwise;
        var (objects, trouble) = await bucket.ListOf(id.Mark, cancellationToken).ConfigureAwait(false);
        if (objects is null) return new VertexLook.Trouble(trouble!);
        return objects.FirstOrDefault(stored => stored.IsVideo) is { } video ? new VertexLook.Made(video.Name, null) : otherwise;
    }

    private static VertexLook.Failed Ended(VertexOperation operation)
    {
        if (operation.Filtered > 0 || operation.FilteredReasons.Count > 0) return new(new(FailureKind.Rejected, SafetyFilters.Why(operation.FilteredReasons), VertexAnswers.Filtered));
        return SafetyFilters.Speak(operation.Error.Message)
            ? new(new(FailureKind.Rejected, SafetyFilters.Why(operation.Error.Message!), VertexAnswers.Filtered))
            : new(SharedReplies.NotMade(HttpFailures.Code(operation.Error.Code)));
    }

    // By its own id: a project has a name and a number, and an answer may say either.
    private static bool IsSame(string name, string other) => name[(name.LastIndexOf('/') + 1)..] == other[(other.LastIndexOf('/') + 1)..];

    private static bool IsUnknown(HttpOutcome outcome) => outcome is HttpOutcome.Answered { Status: 404 } answered && Answers.ErrorIn(answered.Body).Code == VertexAnswers.NotFound;
}
