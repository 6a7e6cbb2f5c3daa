using System.Diagnostics;
using System.Globalization;

namespace VideoGen.Storage.Tests;

/// <summary>A running <see cref="HostProgram"/>.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan LineTime = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private HostProcess(Process process) => _process = process;

    internal static HostProcess Start(params string[] arguments) => Start([], new Dictionary<string, string>(), AppContext.BaseDirectory, arguments);

    internal static HostProcess Start(
        IReadOnlyList<string> wrapper, IReadOnlyDictionary<string, string> environment, string programFolder, params string[] arguments)
    {
        string[] command = [.. wrapper, Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", "exec",
            Path.Combine(programFolder, Path.GetFileName(typeof(HostProgram).Assembly.Location)), .. arguments];
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new HostProcess(Process.Start(start)!);
    }

    internal async Task<string> ReadLine() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(LineTime) ?? throw new InvalidOperationException("The host said nothing more.");

    internal async Task<int> ReadPid() => int.Parse(await ReadLine(), CultureInfo.InvariantCulture);

    /// <summary>kill -9, of the host alone.</summary>
    internal async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(LineTime);
    }

    internal async Task<int> Stop()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(LineTime);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
    }
}
