namespace VideoGen.Storage.Duplicates;

/// <summary>A table of videos cannot be read or changed as it was asked for; the message says what to do. Nothing was changed.</summary>
public sealed class VideoTableException : Exception
{
    public VideoTableException()
    {
    }

    public VideoTableException(string message)
        : base(message)
    {
    }

    public VideoTableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
