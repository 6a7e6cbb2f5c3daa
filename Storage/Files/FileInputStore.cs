using System.Security.Cryptography;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>
/// Pictures as files in one folder, each named by the hash of its content: written under a name of its own, synced, and renamed into
/// place. One that is sent again is kept for longer; one that nobody sent for <see cref="IInputStore.KeptFor"/> is removed by <see cref="RemoveOld"/>.
/// </summary>
/// <param name="folder">The folder; made where it is missing. In a cluster one that all hosts share.</param>
/// <param name="time">The clock of ages.</param>
public sealed class FileInputStore(string folder, TimeProvider time) : IInputStore
{
    private static readonly TimeSpan TemporaryAge = TimeSpan.FromHours(1);

    private readonly string temporary = Path.Combine(folder, ".partial"); // In the same file system, so that the rename is atomic.

    /// <inheritdoc/>
    public async Task<InputFile> Save(Stream picture, string mediaType, CancellationToken cancellationToken)
    {
        var written = Path.Combine(temporary, RandomNumberGenerator.GetHexString(32, lowercase: true));
        try
        {
            Directory.CreateDirectory(temporary);
            var sha256 = await Write(written, picture, cancellationToken).ConfigureAwait(false);
            var path = PathOf(sha256);
            var place = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(place);
            File.Move(written, path, overwrite: true); // The same content: whoever reads the old file goes on with it.
            DurableFolder.Sync(place);
            DurableFolder.Sync(folder);
            return new(sha256, mediaType);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The folder '{folder}' cannot be written ({e.Message}). Give the user that runs this process the right to write there.", e);
        }
        finally
        {
            File.Delete(written);
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> Open(InputFile input, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(input.Sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    /// <inheritdoc/>
    public Task RemoveOld(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder)) return Task.CompletedTask;
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.LastWriteTimeUtc < now - (file.DirectoryName == temporary ? TemporaryAge : IInputStore.KeptFor)) file.Delete();
        }

        return Task.CompletedTask;
    }

    private string PathOf(string sha256) => Path.Combine(folder, NameOf(sha256));

    /// <summary>Where a picture lies in its store.</summary>
    /// <exception cref="ArgumentException">Not a hash that we could have made.</exception>
    internal static string NameOf(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? $"{sha256[..2]}/{sha256}"
        : throw new ArgumentException($"'{sha256}' is not the hash of a picture.", nameof(sha256));

    private static async Task<string> Write(string path, Stream picture, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            await picture.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            file.Position = 0;
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        }
    }
}
