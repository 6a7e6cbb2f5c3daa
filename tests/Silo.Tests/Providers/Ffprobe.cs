using System.Globalization;
using System.Text;
using System.Text.Json;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>What is really in a video file.</summary>
internal static class Ffprobe
{
    public static async Task<(string Codec, string Pixels, int Width, int Height, string Rate, int Frames, double Seconds)> Read(string path)
    {
        await using var probe = WatchedProcess.Start("ffprobe", ["-v", "error", "-of", "json", "-show_streams", path]);
        Assert.Equal(0, await probe.Exited);
        using var json = JsonDocument.Parse(probe.Output);
        var stream = Assert.Single(json.RootElement.GetProperty("streams").EnumerateArray());
        string Word(string name) => stream.GetProperty(name).GetString()!;
        return (Word("codec_name"), Word("pix_fmt"), stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32(), Word("r_frame_rate"),
            int.Parse(Word("nb_frames"), CultureInfo.InvariantCulture), double.Parse(Word("duration"), CultureInfo.InvariantCulture));
    }

    public static bool StartsAtOnce(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        return bytes.IndexOf("moov"u8) is >= 0 and var index && index < bytes.IndexOf("mdat"u8);
    }
}
