using System.ComponentModel.DataAnnotations;

namespace VideoGen.Storage.Files;

/// <summary>Where videos are kept as files, and, wherever they are, how long; section <c>Store</c>.</summary>
public sealed class StoreOptions
{
    public const string Section = "Store";

    /// <summary>The folder; made at start where it is missing. In a cluster one that all hosts share. Not used beside an S3 store. Default: <c>videos</c> in the data folder.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = "";

    /// <summary>The free space, bytes, below which the store says that it is in trouble; it still takes videos. Default: 1 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long MinFreeBytes { get; set; } = 1L << 30;

    /// <summary>
    /// The free space, bytes, that no video takes: it is the database's, which is often on the same disk and stops when that is full.
    /// Default: 64 MiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long ReserveBytes { get; set; } = 64L << 20;

    /// <summary>
    /// How long a video's files are kept after it ended. At least the window in which its prompt is answered with it, or that answer would be
    /// a dead link. Default: until somebody deletes it.
    /// </summary>
    public TimeSpan? RetainFor { get; set; }
}
