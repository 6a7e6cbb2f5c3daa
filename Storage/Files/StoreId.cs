using System.Text;

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
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public static async Task<string?> Claim(string folder, string temporary, string installation, CancellationToken cancellationToken)
    {
        try
        {
            // On disk before it has its name: a claim that a power cut emptied would belong to nobody.
            var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(installation + "\n"), cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            if (DurableFolder.TryName(temporary, Path.Combine(folder, FileName))) DurableFolder.Sync(folder);
        }
        catch (FileNotFoundException) when (File.Exists(Path.Combine(folder, FileName)))
        {
            // The first one has already cleared up what others had begun.
        }
        finally
        {
            File.Delete(temporary);
        }

        return await Read(folder, cancellationToken).ConfigureAwait(false);
    }
}
