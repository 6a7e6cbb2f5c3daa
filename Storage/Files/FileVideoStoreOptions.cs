namespace VideoGen.Storage.Files;

/// <summary>Where videos are kept as files.</summary>
public sealed class FileVideoStoreOptions
{
    /// <summary>The folder; made at start where it is missing. In a cluster one that all hosts share.</summary>
    public required string Folder { get; init; }

    /// <summary>The free space, bytes, below which the store says that it is in trouble. Default 1 GiB.</summary>
    public long MinFreeBytes { get; init; } = 1L << 30;
}
