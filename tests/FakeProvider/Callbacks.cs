using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoGen.Fakes;

/// <summary>
/// Calls the address that a job was asked for with when it has ended, signed as Standard Webhooks has it, and again where that is not answered
/// with 2xx. What goes wrong is a fault on <c>callback</c>: <c>lost</c>, <c>doubled</c>, <c>late</c>, or <c>forged</c>.
/// </summary>
internal sealed class Callbacks(Desk desk, FaultList faults, Func<Job, bool> hasEnded, Func<Job, object> body, TimeProvider time) : IDisposable
{
    private const int Tries = 20;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50), _again = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>What the calls of an account are signed with.</summary>
    public static string SecretOf(string owner) => $"whsec_{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"webhooks of {owner}")))}";

    public async Task Send(Job job)
    {
        while (!hasEnded(job)) await Task.Delay(_look, time);
        var fault = faults.Take("callback");
        if (fault?.Do == "lost")
        {
            Note(job, "lost");
            return;
        }

        if (fault?.Do == FaultWords.Late) await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time);
        for (var times = fault?.Do == "doubled" ? 2 : 1; times > 0; times--) await SendUntilTaken(job, SecretOf(fault?.Do == "forged" ? "somebody else" : job.Owner));
    }

    public void Dispose() => _http.Dispose();

    private async Task SendUntilTaken(Job job, string secret)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var status = await Post(job, secret);
            Note(job, status);
            if (status is ['2', ..]) return;
            await Task.Delay(_again, time);
        }
    }

    private async Task<string> Post(Job job, string secret)
    {
        var (id, timestamp, bytes) = ($"msg_{job.Id}", desk.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), JsonSerializer.SerializeToUtf8Bytes(body(job), ProviderLog.Json));
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. bytes]));
        using var request = new HttpRequestMessage(HttpMethod.Post, job.Webhook) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{signature}");
        try
        {
            using var answer = await _http.SendAsync(request);
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return "no answer";
        }
    }

    private void Note(Job job, string decided) => desk.Note(new(desk.Now, "called", "POST", new Uri(job.Webhook!).AbsolutePath, decided, JobId: job.Id, Owner: job.Owner));
}
