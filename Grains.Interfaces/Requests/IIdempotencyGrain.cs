using System.Text.RegularExpressions;
using VideoGen.Access;

namespace VideoGen.Requests;

/// <summary>
/// One Idempotency-Key of one user: the same key with the same body is the same ask, for <see cref="KeptFor"/>. Key: <c>i-</c>client/user/key.
/// </summary>
[Alias("VideoGen.IIdempotencyGrain")]
public interface IIdempotencyGrain : IGrainWithStringKey
{
    /// <summary>How long a key is remembered, from when it was first used.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>
    /// Asks once: what the body was is written down first, and the video that came of it afterwards. Refusals and questions are not
    /// written down: the next ask under this key is judged anew.
    /// </summary>
    /// <param name="fingerprint">A hash of the body's meaning.</param>
    /// <param name="ask">What the body says.</param>
    [AlwaysInterleave, Alias("Ask")]
    Task<IdempotentAnswer> Ask(string fingerprint, VideoAsk ask);
}

/// <summary>What an ask under a key is answered with.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.IdempotentAnswer")]
public abstract record IdempotentAnswer
{
    private IdempotentAnswer() { }

    /// <summary>The request's own answer.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.IdempotentAnswer.Answered")]
    public sealed record Answered([property: Id(0)] AskAnswer Answer) : IdempotentAnswer;

    /// <summary>The key was used with another body.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.IdempotentAnswer.OtherBody")]
    public sealed record OtherBody : IdempotentAnswer;

    /// <summary>The video that was made under this key is deleted: nothing is made in its place.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.IdempotentAnswer.Deleted")]
    public sealed record Deleted : IdempotentAnswer;
}

/// <summary>The key of a user's <see cref="IIdempotencyGrain"/>.</summary>
public static partial class IdempotencyKey
{
    /// <summary>The most characters of a key.</summary>
    public const int MaxLength = 255;

    /// <summary>Whether a header can be a key: 1 to 255 visible ASCII characters.</summary>
    public static bool IsKey(string text) => Keys().IsMatch(text);

    public static string For(Owner owner, string key) => $"i-{owner}/{key}";

    [GeneratedRegex(@"\A[\x21-\x7e]{1,255}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Keys();
}
