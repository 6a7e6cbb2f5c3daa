using System.Buffers;
using Microsoft.Extensions.Options;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Media;

/// <summary>
/// Takes videos in, from wherever they come. Where a connection breaks off, or nothing comes any more, the copy goes on where it stopped if its
/// source can do that, so many times for one video; the caller's time and the largest video hold for all of it together.
/// </summary>
internal sealed partial class VideoIntake(IOptions<MediaOptions> options, IOptions<StoreOptions> store, TimeProvider time, ILogger<VideoIntake> logger)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>After so many bytes it is looked again whether the disk has room.</summary>
    private const int LookEvery = 16 << 20;

    /// <summary>Between the first break and the question for the rest; twice as long after each further one.</summary>
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(200), _longestPause = TimeSpan.FromSeconds(10);

    /// <summary>Copies a video into a place.</summary>
    /// <param name="id">The video.</param>
    /// <param name="content">Where it comes from.</param>
    /// <param name="most">The largest that is taken, bytes.</param>
    /// <param name="place">Where it is put.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>Whether it was not larger than that.</returns>
    /// <exception cref="StoreFullException">The disk has no room.</exception>
    /// <exception cref="IOException">The content or the disk failed.</exception>
    /// <exception cref="HttpRequestException">The content failed.</exception>
    public async Task<bool> Receive(VideoId id, Stream content, long most, Workplace place, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var file = new FileStream(place.PathOf(Workplace.VideoFile), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                var course = new Course(id, content);
                long looked = -LookEvery;
                while (true)
                {
                    var read = await Read(course, buffer, cancellationToken).ConfigureAwait(false);
                    if (course.BeganAnew)
                    {
                        course.BeganAnew = false;
                        file.SetLength(0);
                        (file.Position, looked) = (0, -LookEvery);
                    }

                    if (read == 0) return true;
                    if (file.Position + read > most) return false;
                    if (file.Position + read - looked >= LookEvery)
                    {
                        FreeSpace.Ensure(place.Folder, 0, store.Value.ReserveBytes);
                        looked = file.Position + read;
                    }

                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<int> Read(Course course, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (course.Content is not IResumableVideo { CanResume: true } video) return await course.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            try
            {
                return await InTime(token => course.Content.ReadAsync(buffer, token).AsTask(), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException)
            {
                await GoOn(course, video, broken, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task GoOn(Course course, IResumableVideo video, Exception broken, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (course.Resumes == options.Value.Resumes)
            {
                throw new IOException($"It broke off {course.Resumes + 1} times ({MediaOptions.Section}:{nameof(MediaOptions.Resumes)} is {options.Value.Resumes}), the last time so: {broken.Message}", broken);
            }

            var pause = _firstPause * Math.Pow(2, course.Resumes++);
            await Task.Delay(pause < _longestPause ? pause : _longestPause, time, cancellationToken).ConfigureAwait(false);
            try
            {
                var goesOn = await InTime(video.Resume, cancellationToken).ConfigureAwait(false);
                course.BeganAnew |= !goesOn;
                LogResumed(course.Id, goesOn ? "goes on where it was" : "begins anew", broken.Message);
                return;
            }
            catch (Exception again) when (again is IOException or HttpRequestException)
            {
                broken = again;
            }
        }
    }

    private async Task<T> InTime<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.StallTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await call(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException stalled) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Nothing came within {MediaOptions.Section}:{nameof(MediaOptions.StallTimeLimit)} ({options.Value.StallTimeLimit}).", stalled);
        }
    }

    /// <summary>How far the copy of one video is.</summary>
    private sealed class Course(VideoId id, Stream content)
    {
        public VideoId Id => id;

        public Stream Content => content;

        public int Resumes { get; set; }

        /// <summary>Whether what is read next is the first of it, and what was read before of no use.</summary>
        public bool BeganAnew { get; set; }
    }

    [LoggerMessage(1, LogLevel.Information, "The copy of video {Id} broke off and {Course}: {Detail}")]
    private partial void LogResumed(VideoId id, string course, string detail);
}
