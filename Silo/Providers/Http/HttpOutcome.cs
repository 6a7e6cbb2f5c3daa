namespace VideoGen.Silo.Providers.Http;

/// <summary>What became of an HTTP call to a provider.</summary>
internal abstract record HttpOutcome
{
    private HttpOutcome() { }

    /// <summary>Not one byte of the request left this machine.</summary>
    /// <param name="Why">A sentence of ours.</param>
    /// <param name="TooLate">Whether time was what was missing.</param>
    public sealed record NotSent(string Why, bool TooLate) : HttpOutcome;

    /// <summary>It left, or may have, and no whole answer came.</summary>
    /// <param name="Why">A sentence of ours.</param>
    public sealed record NoAnswer(string Why) : HttpOutcome;

    /// <summary>The place that a video is said to be at is none that is asked. Never of a submit.</summary>
    /// <param name="Why">A sentence of ours that says which, and what to do.</param>
    public sealed record NotAsked(string Why) : HttpOutcome;

    /// <summary>A whole answer.</summary>
    /// <param name="Status">100 to 999.</param>
    /// <param name="Body">At most <see cref="ProviderHttp.MaxAnswerBytes"/>, unless more was asked for.</param>
    /// <param name="RetryAfter">What its header of that name says, at most a day.</param>
    public sealed record Answered(int Status, byte[] Body, TimeSpan? RetryAfter) : HttpOutcome
    {
        public bool IsSuccess => Status is >= 200 and < 300;
    }
}
