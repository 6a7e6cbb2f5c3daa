namespace VideoGen.Silo.Providers.Local;

internal sealed partial class RenderTools
{
    [LoggerMessage(LogLevel.Warning, "Some scripts and signs have no good font, and the embedded provider draws them badly or refuses them: apt-get install {Packages}")]
    private partial void LogFontsMissing(string packages);
}
