namespace VideoGen.Requests;

/// <summary>
/// Where the pictures that guide videos are kept, under the hash of their content: the same picture is one file, whoever sends it.
/// </summary>
public interface IInputFiles
{
    /// <summary>Stores a picture, or finds that it is stored, and keeps it for as long as a request may need it from now.</summary>
    /// <param name="picture">The bytes; read to the end.</param>
    /// <param name="mediaType">As <see cref="InputFile.MediaType"/>.</param>
    /// <param name="cancellationToken">Stops the copy; nothing is left of it.</param>
    /// <exception cref="IOException">The store is full or gone, or the picture could not be read.</exception>
    Task<InputFile> Save(Stream picture, string mediaType, CancellationToken cancellationToken);

    /// <summary>A seekable stream of a picture; null where it is not stored any more.</summary>
    Task<Stream?> Open(InputFile input, CancellationToken cancellationToken);
}
