using System.Globalization;
using System.Text.Json;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>An object in a bucket.</summary>
/// <param name="Name">Its whole name.</param>
/// <param name="CreatedAt">On the store's clock; null where it does not say.</param>
internal sealed record StoredObject(string Name, DateTimeOffset? CreatedAt)
{
    /// <summary>Whether it is a video, by its name: <c>…/sample_0.mp4</c> or <c>&lt;operation&gt;.mp4</c>.</summary>
    public bool IsVideo => Name.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// The bucket that an account's videos are put into, each attempt's under its key, over the JSON API of Google Cloud Storage. An object is there as
/// a whole or not at all, and lists show it at once (strong consistency).
/// </summary>
/// <param name="http">Calls to <c>…/storage/v1/</c>.</param>
/// <param name="place">The bucket, and the folder in it.</param>
internal sealed class VertexBucket(ProviderHttp http, BucketPlace place)
{
    private const int PageSize = 1000, MaxPages = 50; // 50,000 objects.

    private static readonly VertexAnswers _answers = new("");

    /// <summary>Where the videos of an attempt are put, as a submit says it.</summary>
    public string UriOf(string mark) => $"gs://{place.Bucket}/{FolderOf(mark)}";

    /// <summary>The name of an object of an attempt; null for what lies elsewhere: it is not ours to read or delete.</summary>
    /// <param name="mark">The attempt's key.</param>
    /// <param name="uri"><c>gs://bucket/object</c>.</param>
    public string? NameOf(string mark, string uri) =>
        $"gs://{place.Bucket}/" is var bucket && uri.StartsWith(bucket, StringComparison.Ordinal) && uri[bucket.Length..] is var name && name.StartsWith(FolderOf(mark), StringComparison.Ordinal) ? name : null;

    /// <summary>All objects of an attempt.</summary>
    public Task<(IReadOnlyList<StoredObject>? Objects, Failure? Trouble)> ListOf(string mark, CancellationToken cancellationToken) => List(FolderOf(mark), cancellationToken);

    /// <summary>All objects.</summary>
    public Task<(IReadOnlyList<StoredObject>? Objects, Failure? Trouble)> ListAll(CancellationToken cancellationToken) => List(place.Folder, cancellationToken);

    /// <summary>Under whose key an object lies; null where it lies beside them.</summary>
    public string? MarkOf(StoredObject stored) =>
        stored.Name[place.Folder.Length..] is var rest && rest.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && VertexJobId.IsMark(rest[..slash]) ? rest[..slash] : null;

    public Task<(Stream? Content, HttpOutcome Outcome)> Open(string name, CancellationToken cancellationToken) => http.Open(new($"{PathOf(name)}?alt=media", UriKind.Relative), cancellationToken);

    /// <returns>Null where it is gone, or was not there.</returns>
    public async Task<Failure?> Delete(string name, CancellationToken cancellationToken)
    {
        var outcome = await http.Call(HttpMethod.Delete, PathOf(name), cancellationToken).ConfigureAwait(false);
        return outcome is HttpOutcome.Answered { IsSuccess: true } || IsGone(outcome) ? null : HttpFailures.Trouble(outcome, _answers);
    }

    /// <summary>Whether the store itself says that there is no such object. Its errors have the number where Google's others have a word.</summary>
    public static bool IsGone(HttpOutcome outcome) => outcome is HttpOutcome.Answered { Status: 404 } answered && VertexOperation.ErrorIn(answered.Body).Message is not null;

    private async Task<(IReadOnlyList<StoredObject>? Objects, Failure? Trouble)> List(string prefix, CancellationToken cancellationToken)
    {
        var objects = new List<StoredObject>();
        string? next = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var path = string.Create(
                CultureInfo.InvariantCulture,
                $"b/{Uri.EscapeDataString(place.Bucket)}/o?prefix={Uri.EscapeDataString(prefix)}&maxResults={PageSize}&fields=kind,items(name,timeCreated),nextPageToken{(next is null ? "" : $"&pageToken={Uri.EscapeDataString(next)}")}");
            var outcome = await http.Call(HttpMethod.Get, path, cancellationToken).ConfigureAwait(false);
            if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered || PageIn(answered.Body, prefix) is not var (listed, more)) return (null, HttpFailures.Trouble(outcome, _answers));
            objects.AddRange(listed);
            if (more is null || more == next) return (objects, null);
            next = more;
        }

        return (null, SharedReplies.LongList);
    }

    // A bucket without such objects answers without items.
    private static (List<StoredObject> Objects, string? Next)? PageIn(byte[] body, string prefix)
    {
        try
        {
            if (JsonSerializer.Deserialize<Page>(body, JsonSerializerOptions.Web) is not { Kind: "storage#objects" } page) return null;
            var objects = (page.Items ?? []).Where(item => item.Name?.StartsWith(prefix, StringComparison.Ordinal) is true).Select(item => new StoredObject(item.Name!, item.TimeCreated));
            return ([.. objects], page.NextPageToken is { Length: > 0 } next ? next : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string PathOf(string name) => $"b/{Uri.EscapeDataString(place.Bucket)}/o/{Uri.EscapeDataString(name)}";

    private string FolderOf(string mark) => $"{place.Folder}{mark}/";

    private sealed record Page(string? Kind, IReadOnlyList<Item>? Items, string? NextPageToken);

    private sealed record Item(string? Name, DateTimeOffset? TimeCreated);
}
