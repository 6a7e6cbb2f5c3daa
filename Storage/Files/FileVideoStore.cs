using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>
/// Videos and their pictures as files in one folder. A file is written under a name of its own, synced, given its place, and the folder
/// is synced: at every instant there is no file or a whole one, whoever else saves the same and wherever the process dies.
/// </summary>
public sealed partial class FileVideoStore(
    StoreOptions options, IInstallation installation, TimeProvider time, ILogger<FileVideoStore> logger) : IVideoStore
{
    private const int BufferBytes = 128 * 1024;
    private const string TemporaryFolder = ".partial"; // In the same file system, so that the rename is atomic.

    /// <summary>No save takes longer than this: an unfinished file that nobody has written to for so long is left over.</summary>
    private static readonly TimeSpan LongestSave = TimeSpan.FromDays(1);

    private readonly string folder = Path.GetFullPath(options.Folder);

    /// <inheritdoc/>
    public TimeSpan? RetainFor => options.RetainFor;

    private string Temporary => Path.Combine(folder, TemporaryFolder);

    private bool IsMounted => File.Exists(Path.Combine(folder, StoreId.FileName));

    /// <inheritdoc/>
    public async Task Check(bool isAlone, CancellationToken cancellationToken)
    {
        try
        {
            MakeFolders();
            var owner = await StoreId.Read(folder, cancellationToken).ConfigureAwait(false)
                ?? await StoreId.Claim(folder, NewTemporary(), installation.Id, cancellationToken).ConfigureAwait(false);
            if (owner != installation.Id) throw new InvalidOperationException(Foreign(owner));
            RemoveLeftovers(isAlone ? TimeSpan.Zero : LongestSave);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(NotWritable(e), e);
        }
    }

    /// <inheritdoc/>
    public async Task CheckShared(CancellationToken cancellationToken)
    {
        var owner = await StoreId.Read(folder, cancellationToken).ConfigureAwait(false) ?? throw new DirectoryNotFoundException(
            $"The video folder '{folder}' has no {StoreId.FileName}, so no host with grains saves its videos there. " +
            $"Let {StoreOptions.Section}:{nameof(StoreOptions.Folder)} name the folder that they share.");
        if (owner != installation.Id) throw new InvalidOperationException(Foreign(owner));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A file that is there stays, and is what is answered: a document that knows a checksum knows the one of the file, although a provider
    /// may serve other bytes each time and two processes may save at once.
    /// </remarks>
    public async Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken)
    {
        var path = VideoPath.Of(folder, id, variant);
        var temporary = NewTemporary();
        try
        {
            FreeSpace.Ensure(folder, content.CanSeek ? content.Length - content.Position : 0, options.ReserveBytes);
            var stored = await Write(temporary, content, cancellationToken).ConfigureAwait(false);
            var place = Path.GetDirectoryName(path)!;
            if (!IsMounted) throw new IOException(Gone()); // Or the folder would be made anew where the disk was.
            Directory.CreateDirectory(place);
            var isFirst = DurableFolder.TryName(temporary, path);
            DurableFolder.Sync(place);
            DurableFolder.Sync(folder); // The place's own name too: another saver may have made it and not synced it yet.
            return isFirst ? stored : await Known(id, variant, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not StoreFullException && FreeSpace.IsFull(e))
        {
            throw new StoreFullException(FreeSpace.Sentence(folder, FreeSpace.In(folder), options.ReserveBytes), e);
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
    public async Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken)
    {
        var file = await Open(id, variant, cancellationToken).ConfigureAwait(false);
        if (file is null) return null;
        await using (file.ConfigureAwait(false))
        {
            return await Describe(file, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken)
    {
        var path = VideoPath.Of(folder, id, variant);
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // A disk that is not mounted looks like a store without videos; its own mark tells them apart.
            return IsMounted ? Task.FromResult<Stream?>(null) : throw new IOException(Gone(), e);
        }
    }

    /// <inheritdoc/>
    public Task Delete(VideoId id, CancellationToken cancellationToken)
    {
        // The video last: while it is there, whoever looks for what is not wanted any more finds that something is left to remove.
        var paths = Enum.GetValues<MediaVariant>().Reverse().Select(variant => VideoPath.Of(folder, id, variant)).Where(File.Exists).ToList();
        paths.ForEach(File.Delete);
        if (paths.Count > 0) DurableFolder.Sync(Path.GetDirectoryName(paths[0])!);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<VideoId> WrittenBefore(DateTimeOffset time) => (
        from place in new DirectoryInfo(folder).EnumerateDirectories()
        where place.Name != TemporaryFolder
        from file in place.EnumerateFiles()
        where file.LastWriteTimeUtc < time.UtcDateTime
        let id = VideoPath.IdOf(file.Name)
        where id is not null
        select id.Value).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task RemoveLeftovers(CancellationToken cancellationToken)
    {
        RemoveLeftovers(LongestSave);
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

            var free = FreeSpace.In(folder);
            if (free < options.MinFreeBytes) return FreeSpace.Sentence(folder, free, options.MinFreeBytes);

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

    private async Task<StoredVideo> Known(VideoId id, MediaVariant variant, CancellationToken cancellationToken) =>
        await Find(id, variant, cancellationToken).ConfigureAwait(false) ?? throw new IOException($"The {variant.ToWire()} of {id} was deleted while it was saved.");

    private static async Task<StoredVideo> Describe(Stream file, CancellationToken cancellationToken) =>
        new(file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)));

    private string NewTemporary() => Path.Combine(Temporary, RandomNumberGenerator.GetHexString(32, lowercase: true));

    private void MakeFolders()
    {
        var isNew = !Directory.Exists(folder);
        Directory.CreateDirectory(Temporary);
        if (isNew && Path.GetDirectoryName(folder) is { } parent) DurableFolder.Sync(parent);
    }

    private void RemoveLeftovers(TimeSpan age)
    {
        var youngest = time.GetUtcNow().UtcDateTime - age;
        foreach (var leftover in new DirectoryInfo(Temporary).EnumerateFiles().Where(file => age == TimeSpan.Zero || file.LastWriteTimeUtc < youngest))
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
}
