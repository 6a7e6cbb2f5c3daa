using System.ComponentModel.DataAnnotations;

namespace VideoGen.Grains.Requests;

/// <summary>The limits of requests (configuration section <c>Requests</c>). Copied into each round when it is accepted.</summary>
public sealed class RequestOptions : IValidatableObject
{
    public const string Section = "Requests";

    /// <summary>Over which time submits of one prompt are counted. The promise's own number, not an option.</summary>
    public static readonly TimeSpan SubmitCountWindow = TimeSpan.FromHours(24);

    /// <summary>How far apart the clocks of two of our machines may be.</summary>
    public static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(10);

    /// <summary>How many jobs one round may try, each after the proven uncharged failure of the one before. Default: 3.</summary>
    [Range(1, 6)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How often one prompt may be sent to a provider in 24 hours, whatever the cause. Default: 6.</summary>
    [Range(1, 6)]
    public int MaxSubmits { get; set; } = 6;

    /// <summary>How long a request may wait to be sent before it is dead-lettered. Default: 2 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long a job may run before it is dead-lettered. Default: 2 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan JobDeadline { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long we ask a provider for a job whose submit had no answer. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00")]
    public TimeSpan ResolveFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long after its intent was decided a submit may still start. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:30")]
    public TimeSpan SubmitWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a submit may take to be answered. Default: 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SubmitTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long any other call to a provider may take. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the copy of a finished video may take before it is started again. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "02:00:00")]
    public TimeSpan SaveTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a running job is asked for. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a prompt is answered with its video instead of paying again. Never less than 24 hours. Default: 24 hours.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "30.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Added to the window for what is on its way when it ends; where a provider's quiet time is longer than this, that counts.
    /// Default: 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan WindowMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an ask waits for its admission before it is answered with the id. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:20")]
    public TimeSpan AdmissionWait { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (WindowMargin < SubmitWindow + SubmitTimeout + ClockSlack)
        {
            yield return new(
                $"{Section}:{nameof(WindowMargin)} ({WindowMargin}) must be at least {nameof(SubmitWindow)} + {nameof(SubmitTimeout)} + {ClockSlack.TotalSeconds} seconds ({SubmitWindow + SubmitTimeout + ClockSlack}): a submit on its way at the window's end would be paid twice.",
                [nameof(WindowMargin)]);
        }

        if (ResolveFor < SubmitWindow + SubmitTimeout)
        {
            yield return new(
                $"{Section}:{nameof(ResolveFor)} ({ResolveFor}) must be at least {nameof(SubmitWindow)} + {nameof(SubmitTimeout)} ({SubmitWindow + SubmitTimeout}): nothing could be proven before we give up.",
                [nameof(ResolveFor)]);
        }
    }
}
