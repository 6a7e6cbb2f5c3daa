using VideoGen.Grains.Providers;
using VideoGen.Silo.Media;

namespace VideoGen.Silo.Providers.Http;

/// <summary>What speaks the protocol of one account.</summary>
internal interface IAccountAdapter : IVideoProvider, IVideoSource, IDisposable
{
    /// <summary>An id that no job of the account can have. To ask for it costs nothing, and tells whether the account is let in.</summary>
    string NoJob { get; }
}
