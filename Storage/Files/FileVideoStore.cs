using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>
/// Videos as files in one folder. A video is written under a name of its own, synced, renamed into place, and the folder is
/// synced: at every instant there is no video or a whole one, whoever else saves the same and wherever the process dies.
/// </summary>
public sealed partial class FileVideoStore(
    FileVideoStoreOptions options, IInstallation installation, TimeProvider time, ILogger<FileVideoStore> logger) : IVideoFiles
{
    private const int BufferBytes = 128 * 1024;
    private const string TemporaryFolder = ".partial"; // In the same file system, so that the rename is atomic.
    private static readonly TimeSpan TemporaryAge = TimeSpan.FromDays(1);

    private readonly string folder = Path.GetFullPath(options.Folder);

    private string Temporary => Path.Combine(folder, TemporaryFolder);

    /// <summary>At start: makes the folder, makes sure that it is this installation's, and removes what crashes left behind.</summary>
    /// <exception cref="InvalidOperationException">The folder holds another installation's videos.</exception>
    /// <exception cref="IOException">The folder cannot be made or written; the message says what to do.</exception>
    public async Task Check(CancellationToken cancellationToken)
    {
        try
        {
            MakeFolders();
            var owner = await StoreId.Read(folder, cancellationToken).ConfigureAwait(false)
                ?? await StoreId.Claim(folder, NewTemporary(), installation.Id, cancellationToken).ConfigureAwait(false);
            if (owner != installation.Id) throw new InvalidOperationException(Foreign(owner));
            RemoveLeftovers();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(NotWritable(e), e);
        }
    }

    /// <inheritdoc/>
    /// <remarks>A video that is there is replaced in one step: by the same one nothing changes, by another one the newer stays.</remarks>
    public async Task<StoredVideo> Save(VideoId id, Stream video, CancellationToken cancellationToken)
    {
        var path = VideoPath.Of(folder, id);
        var temporary = NewTemporary();
        try
        {
            var stored = await Write(temporary, video, cancellationToken).ConfigureAwait(false);
            var place = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(place);
            File.Move(temporary, path, overwrite: true);
            DurableFolder.Sync(place);
            DurableFolder.Sync(folder); // The place's own name too: another saver may have made it and not synced it yet.
            return stored;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(NotWritable(e), e);
        }
        finally
        {
            Remove(temporary);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The whole store is gone, so nobody can say whether it has the video.</exception>
    public Task<Stream?> Open(VideoId id, CancellationToken cancellationToken)
    {
        var path = VideoPath.Of(folder, id);
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // A disk that is not mounted looks like a store without videos; its own mark tells them apart.
            return File.Exists(Path.Combine(folder, StoreId.FileName)) ? Task.FromResult<Stream?>(null) : throw new IOException(Gone(), e);
        }
    }

    /// <inheritdoc/>
    public Task Delete(VideoId id, CancellationToken cancellationToken)
    {
        var path = VideoPath.Of(folder, id);
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableFolder.Sync(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<string?> Trouble(CancellationToken cancellationToken)
    {
        try
        {
            var owner = await StoreId.Read(folder, cancellationToken).ConfigureAwait(false);
            if (owner is null) return Gone();
            if (owner != installation.Id) return Foreign(owner);

            var free = new DriveInfo(folder).AvailableFreeSpace;
            if (free < options.MinFreeBytes) return TooFull(free);

            var probe = NewTemporary();
            await File.WriteAllBytesAsync(probe, "probe"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            File.Delete(probe);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NotWritable(e);
        }
    }

    private static async Task<StoredVideo> Write(string path, Stream video, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                long bytes = 0;
                int read;
                while ((read = await video.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    bytes += read;
                }

                file.Flush(flushToDisk: true);
                return new(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string NewTemporary() => Path.Combine(Temporary, RandomNumberGenerator.GetHexString(32, lowercase: true));

    private void MakeFolders()
    {
        var isNew = !Directory.Exists(folder);
        Directory.CreateDirectory(Temporary);
        if (isNew && Path.GetDirectoryName(folder) is { } parent) DurableFolder.Sync(parent);
    }

    // Only those that nobody can be writing any more: another host of the cluster may be in the middle of one.
    private void RemoveLeftovers()
    {
        var oldest = time.GetUtcNow().UtcDateTime - TemporaryAge;
        foreach (var leftover in new DirectoryInfo(Temporary).EnumerateFiles().Where(f => f.LastWriteTimeUtc < oldest))
        {
            Remove(leftover.FullName);
            LogLeftover(logger, leftover.Name, leftover.LastWriteTimeUtc);
        }
    }

    // A temporary file that cannot be removed must not hide why the save failed; the next start tries again.
    private void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(logger, e, temporary);
        }
    }

    private string Foreign(string? owner) =>
        $"The video folder '{folder}' belongs to installation '{owner}', but this database is installation '{installation.Id}'. " +
        "Name this installation's own folder (in a cluster: the one that all hosts share), or an empty one.";

    private string Gone() =>
        $"The video folder '{folder}' has no {StoreId.FileName}: it is not mounted, or was emptied. Mount it; if it was emptied on purpose, restart.";

    private string NotWritable(Exception e) =>
        $"The video folder '{folder}' cannot be written ({e.Message}). Give the user that runs this process the right to write there, or name another folder.";

    private string TooFull(long free) => string.Create(CultureInfo.InvariantCulture,
        $"The video folder '{folder}' has {free / (1 << 20)} MiB free, less than {options.MinFreeBytes / (1 << 20)} MiB. Free space or name a larger disk.");
}
