namespace VideoGen.Storage;

/// <summary>What the server writes to its log from now on; read when a start fails, to say why.</summary>
internal sealed class ServerLog(ServerFolder folder)
{
    private readonly Dictionary<string, long> _before = Files(folder).ToDictionary(f => f.FullName, f => f.Length, StringComparer.Ordinal);

    internal string Since()
    {
        var text = "";
        foreach (var file in Files(folder))
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            // A file that is shorter than before was begun anew.
            var before = _before.GetValueOrDefault(file.FullName);
            stream.Position = stream.Length >= before ? before : 0;
            using var reader = new StreamReader(stream);
            text += reader.ReadToEnd();
        }

        return text;
    }

    private static IEnumerable<FileInfo> Files(ServerFolder folder) =>
        new DirectoryInfo(folder.Log) is { Exists: true } log ? log.EnumerateFiles("server-*.log") : [];
}
