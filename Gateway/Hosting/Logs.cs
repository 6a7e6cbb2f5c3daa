using System.Text.Encodings.Web;

namespace VideoGen.Gateway.Hosting;

/// <summary>Logs are JSON, one line each, on standard output. Levels by configuration, section <c>Logging</c>.</summary>
internal static class Logs
{
    public static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error); // It warns of the collector that was chosen on purpose.
        logging.AddFilter("Orleans", LogLevel.Warning); // At its own level it writes down all its options, at each start.
        // This one writes whole addresses. The longest name wins, so no level that is configured for more than it brings them back.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        logging.AddJsonConsole(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            json.JsonWriterOptions = new() { Encoder = JavaScriptEncoder.Default };
        });
    }
}
