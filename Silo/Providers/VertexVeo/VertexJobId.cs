using System.Text.RegularExpressions;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// Our name for a job: where its video is put, which is our key, and after a slash the name of its operation, where the answer to its submit
/// has told that. Of a job that was found by its video there is only the first.
/// </summary>
/// <param name="Mark">Our key, as it stands in the path of the video.</param>
/// <param name="Operation">The operation's whole name, such as <c>projects/p/locations/l/publishers/google/models/m/operations/1</c>; null where nobody knows it.</param>
internal sealed partial record VertexJobId(string Mark, string? Operation)
{
    private const string Operations = "/operations/";

    /// <summary>What the operation is of: the resource that is asked for it.</summary>
    public string? Resource => Operation is { } name && name.LastIndexOf(Operations, StringComparison.Ordinal) is > 0 and var end ? name[..end] : null;

    public override string ToString() => Operation is null ? Mark : $"{Mark}/{Operation}";

    public static VertexJobId? Parse(string jobId)
    {
        var (mark, operation) = jobId.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? (jobId[..slash], jobId[(slash + 1)..]) : (jobId, null);
        return IsMark(mark) && (operation is null || IsOperation(operation)) ? new(mark, operation) : null;
    }

    /// <summary>Whether our key can be part of a path.</summary>
    public static bool IsMark(string text) => Marks().IsMatch(text) && text is not ("." or "..");

    /// <summary>Whether a name can be an operation's. It becomes part of a path of ours.</summary>
    public static bool IsOperation(string name) => Names().IsMatch(name) && !name.Split('/').Any(part => part is "" or "." or "..");

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,128}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\A[A-Za-z0-9._~@:/-]{1,300}/operations/[A-Za-z0-9._~-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
