namespace VideoGen.Storage.Files;

/// <summary>The file that says whose videos a folder holds, so that two installations never share one by mistake.</summary>
internal static class StoreId
{
    public const string FileName = ".store-id";

    /// <summary>The installation that the folder belongs to; null where nobody has said so.</summary>
    public static async Task<string?> Read(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(Path.Combine(folder, FileName), cancellationToken).ConfigureAwait(false)).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Claims the folder; whoever comes second reads the first one's claim.</summary>
    public static async Task<string?> Claim(string folder, string temporary, string installation, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllTextAsync(temporary, installation + "\n", cancellationToken).ConfigureAwait(false);
            File.Move(temporary, Path.Combine(folder, FileName), overwrite: false);
            DurableFolder.Sync(folder);
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, FileName)))
        {
            // Another host was first.
        }
        finally
        {
            File.Delete(temporary);
        }

        return await Read(folder, cancellationToken).ConfigureAwait(false);
    }
}
