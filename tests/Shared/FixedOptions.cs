using Microsoft.Extensions.Options;

namespace VideoGen.Tests;

/// <summary>Options that a test sets, and that nobody reloads.</summary>
internal sealed class FixedOptions<T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue => value;

    public T Get(string? name) => value;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}
