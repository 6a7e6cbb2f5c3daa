using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>What a host does with the store of pictures that guide videos besides saving and reading: it sweeps it.</summary>
public interface IInputStore : IInputFiles
{
    /// <summary>Longer than any request lives that a picture was sent with: a dead letter may be sent again by a person days later.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(14);

    /// <summary>Removes pictures that nobody has sent for <see cref="KeptFor"/>, and what crashes left unfinished.</summary>
    /// <exception cref="IOException">The store cannot be read or written.</exception>
    Task RemoveOld(CancellationToken cancellationToken);
}
