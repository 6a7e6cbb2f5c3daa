using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Media;

/// <summary>What saves videos, wired as the host wires it, over a store and sources that a test gives it.</summary>
internal sealed class MediaUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public MediaUnderTest(string folder, IVideoFiles files, IVideoSource source, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Media:Folder", folder), .. settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))])
            .Build();
        _services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(new LogLines(Log)))
            .AddSingleton(TimeProvider.System)
            .AddSingleton(files)
            .AddSingleton<IVideoSources>(new OneSource(source))
            .AddMedia(configuration)
            .BuildServiceProvider(validateScopes: true);
    }

    public IVideoSaver Saver => _services.GetRequiredService<IVideoSaver>();

    /// <summary>The lines of the log so far.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class OneSource(IVideoSource source) : IVideoSources
    {
        public IVideoSource? Of(string account) => account == source.Account ? source : null;
    }
}
