using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// The jobs on disk: <c>jobs/&lt;job id&gt;/</c> with <c>job.json</c>, <c>prompt.txt</c>, <c>video.mp4</c>, <c>ending.json</c>; a remix with
/// <c>look.txt</c>, one that a picture guides with <c>input</c>.
/// A job comes into being by one rename of a complete folder, so there is no half-made claim that could block a key;
/// its id is the key's hash, so the rename is also what makes a key unique.
/// </summary>
internal sealed class JobFolder(string root, TimeProvider time)
{
    private const string IdPrefix = "local_";
    private const int IdDigits = 32;
    private const string JobFile = "job.json";
    private const string PromptFile = "prompt.txt";
    private const string LookFile = "look.txt";
    private const string EndingFile = "ending.json";
    private const string VideoFile = "video.mp4";
    private const string RenderingPrefix = "rendering-";

    // A staged folder is renamed within milliseconds: one that is this old belongs to a process that died.
    private static readonly TimeSpan _stagingLeftover = TimeSpan.FromMinutes(10);
    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdef");

    private readonly string _jobs = Path.Combine(root, "jobs");
    private readonly string _staging = Path.Combine(root, "staging");

    /// <summary>The job that a key is, whether it exists or not.</summary>
    public static string JobIdOf(string providerKey) => IdPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(providerKey)))[..IdDigits];

    /// <summary>Job ids become paths: nothing else may.</summary>
    public static bool IsJobId(string jobId) =>
        jobId.Length == IdPrefix.Length + IdDigits && jobId.StartsWith(IdPrefix, StringComparison.Ordinal) && !jobId.AsSpan(IdPrefix.Length).ContainsAnyExcept(_hex);

    public string PathOf(string jobId) =>
        IsJobId(jobId) ? Path.Combine(_jobs, jobId) : throw new ArgumentException("It is not the id of a job of this provider.", nameof(jobId));

    public string VideoOf(string jobId) => Path.Combine(PathOf(jobId), VideoFile);

    /// <summary>Makes the folders, and removes what processes that died had staged.</summary>
    public void Prepare()
    {
        CreatePrivate(root);
        Directory.CreateDirectory(_jobs);
        Directory.CreateDirectory(_staging);
        PosixFiles.SyncFolder(root);
        foreach (var left in new DirectoryInfo(_staging).EnumerateDirectories())
        {
            if (time.GetUtcNow().UtcDateTime - left.LastWriteTimeUtc > _stagingLeftover) left.Delete(recursive: true);
        }
    }

    /// <summary>The name of the picture that guides a job, in its folder.</summary>
    public const string InputFile = "input";

    /// <summary>Writes a job where nobody sees it yet; returns its place.</summary>
    /// <param name="job">What was ordered.</param>
    /// <param name="prompt">Its prompt.</param>
    /// <param name="look">The prompt whose <see cref="Motif"/> it has, where that is not its own.</param>
    /// <param name="input">The picture that guides it.</param>
    public string Stage(LocalJob job, string prompt, string? look = null, Stream? input = null)
    {
        var staged = Path.Combine(_staging, Nonce());
        Directory.CreateDirectory(staged);
        WriteSynced(Path.Combine(staged, JobFile), JsonSerializer.SerializeToUtf8Bytes(job, LocalJson.Options));
        WriteSynced(Path.Combine(staged, PromptFile), Encoding.UTF8.GetBytes(prompt));
        if (look is not null) WriteSynced(Path.Combine(staged, LookFile), Encoding.UTF8.GetBytes(look));
        if (input is not null) CopySynced(input, Path.Combine(staged, InputFile));
        PosixFiles.SyncFolder(staged);
        return staged;
    }

    /// <summary>Makes a staged job real. False: the key's job was there already.</summary>
    /// <exception cref="IOException">Nothing was made.</exception>
    public bool Claim(string staged, string jobId)
    {
        try
        {
            // The rename fails where the folder exists: a job's folder is never empty.
            Directory.Move(staged, PathOf(jobId));
            return true;
        }
        catch (IOException) when (Exists(jobId))
        {
            return false;
        }
    }

    /// <summary>Makes sure that a claim survives a power cut.</summary>
    public void SyncClaims() => PosixFiles.SyncFolder(_jobs);

    public static void Unstage(string staged)
    {
        try
        {
            Directory.Delete(staged, recursive: true);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            // The next start removes it.
        }
    }

    public bool Exists(string jobId) => Read(jobId) is not null;

    /// <summary>What was ordered; null where there is certainly no such job.</summary>
    /// <exception cref="IOException">It cannot be said: the folder is gone or unreadable.</exception>
    /// <exception cref="InvalidDataException">It is there, and this version cannot read it.</exception>
    public LocalJob? Read(string jobId) =>
        Parse<LocalJob>(jobId, JobFile) is not { } job ? null : job.V == LocalJob.Version ? job : throw Damaged(jobId, JobFile);

    public string ReadPrompt(string jobId) => File.ReadAllText(Path.Combine(PathOf(jobId), PromptFile));

    /// <summary>The prompt whose <see cref="Motif"/> the job has: its own, or a remix's first source's.</summary>
    public string ReadLook(string jobId) => ReadFile(Path.Combine(PathOf(jobId), LookFile)) is { } look ? Encoding.UTF8.GetString(look) : ReadPrompt(jobId);

    /// <summary>How the job ended; null while it has not. Throws as <see cref="Read"/> does.</summary>
    public LocalEnding? ReadEnding(string jobId) => Parse<LocalEnding>(jobId, EndingFile);

    /// <summary>Ends a job. False: it had ended before, and that ending stands.</summary>
    public bool TryEnd(string jobId, LocalEnding ending)
    {
        var path = Path.Combine(PathOf(jobId), EndingFile);
        var draft = $"{path}.{Nonce()}";
        WriteSynced(draft, JsonSerializer.SerializeToUtf8Bytes(ending, LocalJson.Options));
        try
        {
            if (!PosixFiles.TryLink(draft, path)) return false;
        }
        finally
        {
            File.Delete(draft);
        }

        PosixFiles.SyncFolder(PathOf(jobId));
        return true;
    }

    /// <summary>A fresh name in the job's folder for one render: two renders of one job never write one file.</summary>
    public static string RenderingName() => $"{RenderingPrefix}{Nonce()}.mp4";

    /// <summary>Puts a complete render in the video's place.</summary>
    public void Publish(string jobId, string rendering)
    {
        var path = Path.Combine(PathOf(jobId), rendering);
        using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(file);
        }

        File.Move(path, VideoOf(jobId), overwrite: true);
        PosixFiles.SyncFolder(PathOf(jobId));
    }

    /// <summary>The ids of all jobs.</summary>
    public IEnumerable<string> All() =>
        new DirectoryInfo(_jobs).EnumerateDirectories().Select(folder => folder.Name).Where(IsJobId);

    /// <summary>Forgets a job. False: it was gone.</summary>
    public bool Remove(string jobId)
    {
        // One rename, so that nobody ever sees a half of it; what a crash leaves of it the next start removes.
        var removed = Path.Combine(_staging, Nonce());
        try
        {
            Directory.Move(PathOf(jobId), removed);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }

        Directory.Delete(removed, recursive: true);
        return true;
    }

    /// <summary>Removes what renders left in the folder of a job that ended, and the video of one that ended without.</summary>
    public void Tidy(string jobId)
    {
        foreach (var rendering in Directory.EnumerateFiles(PathOf(jobId), RenderingPrefix + "*")) File.Delete(rendering);
        if (ReadEnding(jobId) is not LocalEnding.Finished) RemoveVideo(jobId);
    }

    public bool HasVideo(string jobId) => File.Exists(VideoOf(jobId));

    public void RemoveVideo(string jobId) => File.Delete(VideoOf(jobId));

    /// <summary>The video; null where it is certainly not there.</summary>
    public Stream? OpenVideo(string jobId)
    {
        try
        {
            return new FileStream(VideoOf(jobId), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">The folder does not take a file now.</exception>
    public void TryWriting()
    {
        // The folders are not made here: an empty one in place of a lost disk would pass for a proof that there are no jobs.
        var attempt = Path.Combine(_staging, Nonce());
        WriteSynced(attempt, [1]);
        File.Delete(attempt);
    }

    private T? Parse<T>(string jobId, string file) where T : class
    {
        if (ReadFile(Path.Combine(PathOf(jobId), file)) is not { } bytes) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, LocalJson.Options) ?? throw Damaged(jobId, file);
        }
        catch (Exception damaged) when (damaged is JsonException or NotSupportedException)
        {
            throw Damaged(jobId, file, damaged);
        }
    }

    private byte[]? ReadFile(string path)
    {
        // Each check of a running job looks for an ending that is not there: an exception would be most of what the check costs.
        if (PosixFiles.IsMissing(path)) return Absent(because: null);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Absent(missing); // Since it was looked for.
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"'{path}' cannot be read: give the host's user access to the folder.", denied);
        }
    }

    // Absence is a proof that frees money: it is believed only while the folder of all jobs is there.
    private byte[]? Absent(Exception? because) =>
        Directory.Exists(_jobs) ? null : throw new IOException($"The folder of jobs '{_jobs}' is not there: mount its disk, or start the host again to make it anew.", because);

    private static InvalidDataException Damaged(string jobId, string file, Exception? inner = null) =>
        new($"the job {jobId} has a {file} that this version cannot read.", inner);

    // Prompts are users' words: only the host's user reads them.
    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void WriteSynced(string path, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    private static void CopySynced(Stream from, string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        from.CopyTo(file);
        file.Flush(flushToDisk: true);
    }

    private static string Nonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
