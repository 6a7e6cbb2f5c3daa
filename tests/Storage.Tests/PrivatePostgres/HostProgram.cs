using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Storage.Processes;

// File modes, /proc and signals.
[assembly: SupportedOSPlatform("linux")]

namespace VideoGen.Storage.Tests;

/// <summary>This assembly as a host of its own process, for tests that kill hosts or start them as another user.</summary>
internal static class HostProgram
{
    internal static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["postgres", var directory]:
                return await RunPostgres(ServerUnderTest.OptionsOf(directory));
            case ["postgres-user", var directory]:
                return await RunPostgres(ServerUnderTest.OptionsOf(directory, userNamespace: false));
            case ["throwaway", var directory]:
                return await RunPostgres(ServerUnderTest.OptionsOf(directory, throwaway: true));
            case ["children", ..]:
                return await RunChildren(arguments[1..]);
            default:
                await Console.Error.WriteLineAsync("usage: postgres <folder> | postgres-user <folder> | throwaway <folder> | children <command>...");
                return 2;
        }
    }

    /// <summary>Prints the connection string, runs until standard input ends, then stops the server.</summary>
    private static async Task<int> RunPostgres(PrivatePostgresOptions options)
    {
        try
        {
            await using var postgres = await PrivatePostgres.Start(options, NullLogger.Instance);
            Console.WriteLine(postgres.ConnectionString);
            await Console.In.ReadLineAsync();
            return 0;
        }
        catch (PrivatePostgresException e)
        {
            Console.WriteLine("refused: " + e.Message);
            return 1;
        }
    }

    /// <summary>Starts a watched shell per command and prints what they print, until standard input ends.</summary>
    private static async Task<int> RunChildren(string[] commands)
    {
        var children = commands.Select(c => WatchedProcess.Start("sh", ["-c", c], new WatchedProcessOptions { OnOutputLine = Console.WriteLine })).ToList();
        await Console.In.ReadLineAsync();
        foreach (var child in children)
        {
            await child.DisposeAsync();
        }

        return 0;
    }
}
