namespace VideoGen.Silo.Media;

/// <summary>The folder in which one video is worked on. File names in it are fixed words.</summary>
internal sealed class Workplace(string folder) : IDisposable
{
    /// <summary>The name of the video in it.</summary>
    public const string VideoFile = "video.mp4";

    public string Folder => folder;

    public string PathOf(string file) => Path.Combine(folder, file);

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
