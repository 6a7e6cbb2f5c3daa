using System.Security.Cryptography;
using System.Text;

namespace VideoGen.Storage.Files;

/// <summary>A small secret in a file that only its owner can read: made once, whole or not at all, by whichever process comes first.</summary>
public static class SecretFile
{
    /// <summary>What the file says, without the end of its line; where there is no file yet, it is made.</summary>
    /// <param name="path">The file, in a folder that is there.</param>
    /// <param name="draw">What it says where it has to be made.</param>
    /// <param name="cancellationToken">Ends it; no half of a file is left.</param>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public static async Task<string> ReadOrMake(string path, Func<string> draw, CancellationToken cancellationToken)
    {
        if (File.Exists(path)) return await Read(path, cancellationToken).ConfigureAwait(false);

        var folder = Path.GetDirectoryName(path)!;
        var unfinished = $"{path}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        try
        {
            var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows()) mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var file = new FileStream(unfinished, mode);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(draw() + "\n"), cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            if (DurableFolder.TryName(unfinished, path)) DurableFolder.Sync(folder);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return await Read(path, cancellationToken).ConfigureAwait(false); // Of two processes that make it at once, both use the one that is there.
    }

    private static async Task<string> Read(string path, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
}
