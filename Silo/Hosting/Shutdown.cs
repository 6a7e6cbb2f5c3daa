using VideoGen.Grains.Requests;

namespace VideoGen.Silo.Hosting;

/// <summary>How long a stopping host waits for what runs.</summary>
internal static class Shutdown
{
    private static readonly TimeSpan ToWriteDown = TimeSpan.FromSeconds(10);

    /// <summary>A submit that is under way is awaited and its answer written down, or it would have to be resolved after the next start.</summary>
    public static TimeSpan Patience(IConfiguration configuration)
    {
        var requests = new RequestOptions();
        configuration.GetSection(RequestOptions.Section).Bind(requests);
        return requests.SubmitTimeout + ToWriteDown;
    }
}
