namespace VideoGen.Silo.Providers.Http;

/// <summary>A provider account's key. It prints as nothing, so that no log and no message has it by mistake.</summary>
internal sealed class ProviderSecret(string value)
{
    /// <summary>The key itself: for the head of a call, and for taking it out of what is told.</summary>
    public string Reveal() => value;

    public override string ToString() => "(secret)";
}
