namespace VideoGen.Silo.Tests.Providers;

/// <summary>What the fake provider is told to do wrong; the words are explained in its own sources.</summary>
public sealed record Fault(
    string On, string Do, bool Job = false, int Status = 500, string Body = "", string ContentType = "application/json", string? RetryAfter = null, int DelayMs = 0, int Times = 1)
{
    public override string ToString() => $"{On} {Do}{(Do == "answer" ? $" {Status}" : "")}{(Body.Length > 0 ? " with a body" : "")}{(Job ? ", with the job" : "")}";
}
