using System.Text;

namespace VideoGen.Storage.Processes;

/// <summary>Reads one output stream of a child to its end: lines to a listener, the last characters kept.</summary>
internal sealed class OutputTail(int keptCharacters, Action<string>? onLine)
{
    /// <summary>A child that never ends its line must not fill the host's memory; a longer line is handed on in pieces.</summary>
    private const int LongestLine = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly StringBuilder _kept = new();
    private readonly StringBuilder _line = new();

    internal string Text
    {
        get
        {
            lock (_gate)
            {
                return _kept.Length > keptCharacters ? _kept.ToString(_kept.Length - keptCharacters, keptCharacters) : _kept.ToString();
            }
        }
    }

    internal async Task ReadAsync(StreamReader stream)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            Keep(buffer.AsSpan(0, count));
            Split(buffer.AsSpan(0, count));
        }

        if (_line.Length > 0)
        {
            HandOn();
        }
    }

    private void Keep(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            _kept.Append(text);
            if (_kept.Length > 2 * keptCharacters)
            {
                _kept.Remove(0, _kept.Length - keptCharacters);
            }
        }
    }

    private void Split(ReadOnlySpan<char> text)
    {
        if (onLine is null)
        {
            return;
        }

        foreach (var letter in text)
        {
            if (letter == '\n' || _line.Length == LongestLine)
            {
                HandOn();
            }

            if (letter != '\n')
            {
                _line.Append(letter);
            }
        }
    }

    private void HandOn()
    {
        var line = _line.ToString();
        _line.Clear();
        onLine?.Invoke(line.EndsWith('\r') ? line[..^1] : line);
    }
}
