using VideoGen.Grains.Requests;

namespace VideoGen.Silo.Media;

/// <summary>Where the finished videos of one provider account are fetched from. Adapters of providers implement it.</summary>
internal interface IVideoSource
{
    /// <summary>The account, as in the provider port.</summary>
    string Account { get; }

    /// <summary>
    /// Opens the video of a finished job. The stream may throw <see cref="IOException"/> or <see cref="HttpRequestException"/>
    /// while it is read, and must do so when it ends before the video does. Where it can go on after that it is an <see cref="IResumableVideo"/>.
    /// </summary>
    Task<SourceReply> Open(string jobId, CancellationToken cancellationToken);
}

/// <summary>The sources of all accounts.</summary>
internal interface IVideoSources
{
    /// <summary>That of one; null where the account is not configured.</summary>
    IVideoSource? Of(string account);
}

/// <summary>What opening a video was answered with.</summary>
internal abstract record SourceReply
{
    private SourceReply() { }

    /// <summary>It is there; the reader disposes the stream.</summary>
    public sealed record Opened(Stream Video) : SourceReply;

    /// <summary>The provider says that it is gone for good.</summary>
    public sealed record Gone(string Detail) : SourceReply;

    /// <summary>The call did not work; it can be tried again.</summary>
    public sealed record Trouble(Failure Failure) : SourceReply;
}

/// <summary>A stream of a video that can be read on after it broke off.</summary>
internal interface IResumableVideo
{
    /// <summary>Whether there is any sense in <see cref="Resume"/>: the other side said how the same video is known again.</summary>
    bool CanResume { get; }

    /// <summary>Asks for what was not read, once.</summary>
    /// <returns>Whether reading goes on where it stopped; else it begins anew, and what was read is of no use.</returns>
    /// <exception cref="IOException">It is not to be had now.</exception>
    /// <exception cref="HttpRequestException">Likewise.</exception>
    Task<bool> Resume(CancellationToken cancellationToken);
}
