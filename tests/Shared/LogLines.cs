using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VideoGen.Tests;

/// <summary>Keeps every line that is logged, whatever its level and category.</summary>
/// <param name="log">Where the lines go.</param>
/// <param name="whole">Also who wrote it, how bad it is, and the exception.</param>
internal sealed class LogLines(ConcurrentQueue<string> log, bool whole = false) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private void Add(string category, LogLevel level, string text, Exception? exception) =>
        log.Enqueue(whole ? $"{category} {level}: {text} {exception}" : text);

    private sealed class Category(LogLines lines, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(name, logLevel, formatter(state, exception), exception);
    }
}
