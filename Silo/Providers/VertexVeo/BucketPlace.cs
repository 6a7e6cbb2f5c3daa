using System.Text.RegularExpressions;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>A bucket of Google Cloud Storage and a folder in it.</summary>
/// <param name="Bucket">Its name.</param>
/// <param name="Folder">Empty, or with a slash at its end.</param>
internal sealed partial record BucketPlace(string Bucket, string Folder)
{
    /// <summary>Reads <c>gs://bucket/folder</c>; null where it is none.</summary>
    public static BucketPlace? Parse(string? uri)
    {
        if (uri is null || Place().Match(uri) is not { Success: true } match) return null;
        var folder = match.Groups["folder"].Value.Trim('/');
        return new(match.Groups["bucket"].Value, folder.Length == 0 ? "" : $"{folder}/");
    }

    [GeneratedRegex(@"\Ags://(?<bucket>[a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?<folder>(/[A-Za-z0-9._-]+)*/?)\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
