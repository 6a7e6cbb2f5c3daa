using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>The way to whoever looks after this installation.</summary>
public interface IOperatorNews
{
    /// <summary>Says that a dead letter has arrived; at least once each, and with the same name when it is said again. Does nothing where nobody wants to know.</summary>
    /// <exception cref="Exception">It did not arrive, or nobody knows: it is said again later.</exception>
    Task Tell(DeadLetterNews news, CancellationToken cancellationToken);
}

/// <summary>A dead letter, as its operator hears of it. Without the prompt.</summary>
/// <param name="Id">The video.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Charged">Whether the provider took money for it.</param>
/// <param name="StoppedAt">The state in which it was given up, in the words of the API: <c>queued</c>, <c>unresolved</c>, <c>running</c> or <c>saving</c>.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="At">When it arrived.</param>
public sealed record DeadLetterNews(VideoId Id, Owner Owner, Charged Charged, string StoppedAt, string Reason, DateTimeOffset At);
