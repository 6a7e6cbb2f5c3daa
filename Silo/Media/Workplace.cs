using System.Buffers;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Media;

/// <summary>The folder in which one video is worked on. File names in it are fixed words.</summary>
internal sealed class Workplace(string folder) : IDisposable
{
    /// <summary>The name of the video in it.</summary>
    public const string VideoFile = "video.mp4";

    private const int BufferBytes = 128 * 1024;

    /// <summary>After so many bytes it is looked again whether the disk has room.</summary>
    private const int LookEvery = 16 << 20;

    public string Folder => folder;

    public string PathOf(string file) => Path.Combine(folder, file);

    /// <summary>Takes a video in, from wherever it comes.</summary>
    /// <param name="content">The video.</param>
    /// <param name="most">The largest that is taken, bytes.</param>
    /// <param name="reserve">What is left free on the disk, bytes.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>Whether it was not larger than that.</returns>
    /// <exception cref="VideoGen.Requests.StoreFullException">The disk has no room.</exception>
    /// <exception cref="IOException">The content or the disk failed.</exception>
    public async Task<bool> Receive(Stream content, long most, long reserve, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var file = new FileStream(PathOf(VideoFile), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                long bytes = 0, looked = -LookEvery;
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    bytes += read;
                    if (bytes > most) return false;
                    if (bytes - looked >= LookEvery)
                    {
                        FreeSpace.Ensure(folder, 0, reserve);
                        looked = bytes;
                    }

                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                }

                return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            // The process's folder is removed at its end, or after it.
        }
    }
}
