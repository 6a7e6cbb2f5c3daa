using VideoGen.Gateway.Access;

namespace VideoGen.Gateway.Pages;

/// <summary>
/// <c>/console</c>: the operator's page. It is files alone, the same for everybody; what it shows it asks <c>/api/admin</c> for, with the key
/// that its reader has.
/// </summary>
internal static class ConsolePage
{
    public const string Path = "/console";

    /// <summary>It runs its own scripts, calls this host, shows videos that those have loaded, and nothing else.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8", [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8",
    };

    public static void Map(WebApplication app)
    {
        var files = Files();
        app.MapGet(Path, (HttpContext http) => Answer(http, files["console.html"], ".html")).WithMetadata(OpenToAll.Mark);
        app.MapGet($"{Path}/{{file}}", (HttpContext http, string file) =>
            files.TryGetValue(file, out var content) ? Answer(http, content, System.IO.Path.GetExtension(file)) : Problems.NoRoute()).WithMetadata(OpenToAll.Mark);
    }

    private static IResult Answer(HttpContext http, byte[] content, string extension)
    {
        var tag = EntityTag.Of(content);
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.CacheControl = "no-cache"; // Asked about each time: a page of an older program would call what is not there.
        http.Response.Headers.ETag = $"\"{tag}\"";
        if (!EntityTag.IsIn(http.Request.Headers.IfNoneMatch, tag)) return Results.Bytes(content, Types[extension]);
        http.Response.StatusCode = Problems.NotModified;
        return Results.Empty;
    }

    // Out of the assembly: there is no folder that could be left behind, or changed.
    private static Dictionary<string, byte[]> Files()
    {
        var assembly = typeof(ConsolePage).Assembly;
        const string prefix = "console/";
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(
            name => name[prefix.Length..],
            name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return content;
            },
            StringComparer.Ordinal);
    }
}
