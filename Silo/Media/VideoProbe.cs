using System.Globalization;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Providers;

namespace VideoGen.Silo.Media;

/// <summary>What a look into a video found.</summary>
internal abstract record ProbeReply
{
    private ProbeReply() { }

    /// <param name="Size">Its pixels.</param>
    /// <param name="Seconds">Its length; 0 where the file does not say.</param>
    /// <param name="Streams">How many streams it has; 0 where nobody counted.</param>
    public sealed record Video(VideoSize Size, double Seconds, int Streams = 0) : ProbeReply
    {
        /// <summary>How much each side may differ, in parts of what was asked for: encoders round to whole blocks.</summary>
        private const double SideTolerance = 0.05;

        /// <summary>How much the length may differ: this part of what was asked for, and at least so many seconds.</summary>
        private const double LengthTolerance = 0.1, LeastLengthTolerance = 0.5;

        /// <summary>Whether this is what was asked for.</summary>
        public bool Is(VideoOptions asked) =>
            VideoSize.TryParse(asked.Size, out var size)
            && Math.Abs(Size.Width - size.Width) <= size.Width * SideTolerance
            && Math.Abs(Size.Height - size.Height) <= size.Height * SideTolerance
            && Math.Abs(Seconds - asked.Seconds) <= Math.Max(LeastLengthTolerance, asked.Seconds * LengthTolerance);
    }

    /// <summary>There is no picture in it.</summary>
    public sealed record NoVideo(string Detail) : ProbeReply;

    /// <summary>Nobody could look.</summary>
    public sealed record NotLooked(string Detail) : ProbeReply;
}

/// <summary>Looks into a video that a provider made.</summary>
internal sealed class VideoProbe(MediaTools tools)
{
    private static readonly string[] _arguments =
        [.. MediaTools.Guarded, "-select_streams", "v:0", "-show_entries", "stream=width,height,duration:format=duration,nb_streams", "-of", "json", "-i"];

    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ProbeReply> Look(Workplace place, CancellationToken cancellationToken, string file = Workplace.VideoFile) =>
        await tools.Ffprobe(place.Folder, [.. _arguments, file], cancellationToken).ConfigureAwait(false) switch
        {
            ToolEnd.Done done => Read(done.Output),
            ToolEnd.Failed failed => new ProbeReply.NoVideo($"ffprobe cannot read it: {failed.Detail}"),
            ToolEnd.TimedOut => new ProbeReply.NoVideo($"ffprobe did not come to an end within {MediaOptions.Section}:{nameof(MediaOptions.ToolTimeLimit)}."),
            ToolEnd.Missing missing => new ProbeReply.NotLooked(missing.Detail),
            _ => throw new NotSupportedException("An end of a tool that this version does not know."),
        };

    internal static ProbeReply Read(string output)
    {
        try
        {
            using var json = JsonDocument.Parse(output);
            if (!json.RootElement.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0) return new ProbeReply.NoVideo("It has no video stream.");
            var stream = streams[0];
            var size = new VideoSize(stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32());
            var hasFormat = json.RootElement.TryGetProperty("format", out var format);
            var count = hasFormat && format.TryGetProperty("nb_streams", out var number) ? number.GetInt32() : 0;
            return size is { Width: > 0, Height: > 0 }
                ? new ProbeReply.Video(size, Seconds(stream) ?? (hasFormat ? Seconds(format) : null) ?? 0, count)
                : new ProbeReply.NoVideo("Its video stream has no size.");
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new ProbeReply.NoVideo("ffprobe could not say what is in it.");
        }
    }

    private static double? Seconds(JsonElement element) =>
        element.TryGetProperty("duration", out var text) && double.TryParse(text.GetString(), CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? seconds : null;
}
