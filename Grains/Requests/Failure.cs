using System.Text.Json.Serialization;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>Why something did not work. A value, not an exception: each of these is expected in production.</summary>
/// <param name="Kind">What it means for the request.</param>
/// <param name="Detail">A sentence for a person, without secrets and without the prompt; at most 200 characters are kept.</param>
/// <param name="Code">The provider's own word for it, where it has one.</param>
/// <param name="RetryAfter">How long the provider asks us to wait, where it does.</param>
public sealed record Failure(FailureKind Kind, string Detail, string? Code = null, TimeSpan? RetryAfter = null)
{
    private const int MaxLength = 200;

    /// <summary>Whether it is our own no or our own lack, and says nothing about the provider.</summary>
    [JsonIgnore]
    public bool IsOurs => Code is Codes.Paused or Codes.SpendBreaker or Codes.TooLateToSend or Codes.AccountNotConfigured or Codes.InputGone or Codes.InputUnreadable;

    public string Detail { get; init; } = Clean(Detail);

    public string? Code { get; init; } = Code is null ? null : Clean(Code);

    // What a provider says ends up in logs, pages and a database that cannot store NUL: control characters go at the border.
    private static string Clean(string text)
    {
        var cleaned = string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));
        return cleaned.Length <= MaxLength ? cleaned : cleaned[..MaxLength];
    }
}

/// <summary>What a failure means.</summary>
public enum FailureKind
{
    /// <summary>The provider does not take this request (invalid for it). Trying again cannot help.</summary>
    Refused,

    /// <summary>The provider's content policy says no. Trying again cannot help.</summary>
    Rejected,

    /// <summary>The provider asks us to slow down.</summary>
    Throttled,

    /// <summary>The call certainly had no effect, or the provider could not do it this time: safe to repeat.</summary>
    Unavailable,

    /// <summary>The call may have had an effect: no answer, an answer that nobody understands, or we died meanwhile.</summary>
    Unknown,

    /// <summary>A time limit of ours passed.</summary>
    Expired,
}
