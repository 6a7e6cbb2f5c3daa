using System.Globalization;
using System.Text;
using VideoGen.Grains.Providers;
using VideoGen.Providers;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Tests.Webhooks;

/// <summary>Who may say something of a job: the provider, at an address that it was given, now.</summary>
public sealed class ReplicateCallbackTests : IDisposable
{
    private const string Key = "sk-fake-callbacks", Mark = "test1234-v-abc-1.1", Body = """{"id":"gm3qorzdhgbfurvjtvhg6dckhu","status":"succeeded"}""";

    private static readonly byte[] Secret = StandardWebhook.SecretOf(FakeProvider.WebhookSecretOf(Key))!;

    private readonly Account account = Account.Replicate("http://127.0.0.1:9", ("ApiKey", Key), ("CallbackUrl", "https://videos.example.com"));

    public void Dispose() => account.Dispose();

    [Fact]
    public void The_providers_own_is_heard_with_our_mark_and_its_job() =>
        Assert.Equal(new CallbackReply.Heard(Mark, "gm3qorzdhgbfurvjtvhg6dckhu"), Hear(Signed()));

    [Fact]
    public void One_right_signature_of_several_is_enough_as_while_a_secret_is_changed() =>
        Assert.IsType<CallbackReply.Heard>(Hear(Signed() is var call ? call with { Signature = $"v1,AAAA v2,{call.Signature} {call.Signature} v1a,BBBB" } : call));

    public static TheoryData<string, Func<ProviderCallback, ProviderCallback>, CallbackVerdict> Attacks => new()
    {
        { "no token", call => call with { Token = "" }, CallbackVerdict.UnknownAddress },
        { "the mark without its proof", call => call with { Token = Mark }, CallbackVerdict.UnknownAddress },
        { "the mark with an empty proof", call => call with { Token = $"{Mark}~" }, CallbackVerdict.UnknownAddress },
        { "another attempt with this one's proof", call => call with { Token = call.Token.Replace("1.1~", "1.2~", StringComparison.Ordinal) }, CallbackVerdict.UnknownAddress },
        { "a proof that is cut short", call => call with { Token = call.Token[..^1] }, CallbackVerdict.UnknownAddress },
        { "a proof in other letters", call => call with { Token = call.Token.ToUpperInvariant() }, CallbackVerdict.UnknownAddress },
        { "a proof of another account's secret", call => call with { Token = new CallbackAddress(new("https://x/"), new byte[32]).Of("fake", Mark).Segments[^1] }, CallbackVerdict.UnknownAddress },
        { "no signature", call => call with { Signature = null }, CallbackVerdict.NotSigned },
        { "an empty signature", call => call with { Signature = "" }, CallbackVerdict.NotSigned },
        { "an empty signature of that version", call => call with { Signature = "v1," }, CallbackVerdict.NotSigned },
        { "the signature of another version", call => call with { Signature = call.Signature!.Replace("v1,", "v1a,", StringComparison.Ordinal) }, CallbackVerdict.NotSigned },
        { "no id", call => call with { Id = null }, CallbackVerdict.NotSigned },
        { "another id", call => call with { Id = "msg_2" }, CallbackVerdict.NotSigned },
        { "no time", call => call with { Timestamp = null }, CallbackVerdict.NotSigned },
        { "another time", call => call with { Timestamp = (long.Parse(call.Timestamp!, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture) }, CallbackVerdict.NotSigned },
        { "another body", call => call with { Body = Body.Replace("gm3", "gm4", StringComparison.Ordinal) }, CallbackVerdict.NotSigned },
        { "a body with a blank more", call => call with { Body = $"{Body} " }, CallbackVerdict.NotSigned },
        { "parts that give the same text in other places", call => call with { Id = $"{call.Id}.{call.Timestamp}", Timestamp = call.Body.Length > 0 ? "" : null }, CallbackVerdict.NotSigned },
        { "another account's secret", call => Signed(secret: new byte[32]) with { Token = call.Token }, CallbackVerdict.NotSigned },
        { "a seventeenth signature that is right", call => call with { Signature = string.Join(' ', Enumerable.Repeat("v1,AAAA", 16).Append(call.Signature)) }, CallbackVerdict.NotSigned },
        { "one that was kept for six minutes", _ => Signed(at: TimeSpan.FromMinutes(-6)), CallbackVerdict.NotNow },
        { "one from six minutes ahead", _ => Signed(at: TimeSpan.FromMinutes(6)), CallbackVerdict.NotNow },
        { "a time that is none", _ => Signed(timestamp: "soon"), CallbackVerdict.NotNow },
        { "a time beyond all", _ => Signed(timestamp: "99999999999999999"), CallbackVerdict.NotNow },
        { "a time with a sign", _ => Signed(timestamp: $"+{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}"), CallbackVerdict.NotNow },
        { "no JSON", _ => Signed(body: "<html>"), CallbackVerdict.Unreadable },
        { "nothing", _ => Signed(body: ""), CallbackVerdict.Unreadable },
        { "no job", _ => Signed(body: """{"status":"succeeded"}"""), CallbackVerdict.Unreadable },
        { "a job that is a path", _ => Signed(body: """{"id":".."}"""), CallbackVerdict.Unreadable },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Anything_else_is_not(string what, Func<ProviderCallback, ProviderCallback> attack, CallbackVerdict verdict)
    {
        Assert.NotEmpty(what);
        Assert.Equal(new CallbackReply.Refused(verdict), Hear(attack(Signed())));
    }

    [Fact]
    public void Just_within_five_minutes_it_is_heard()
    {
        Assert.IsType<CallbackReply.Heard>(Hear(Signed(at: TimeSpan.FromMinutes(-4.9))));
        Assert.IsType<CallbackReply.Heard>(Hear(Signed(at: TimeSpan.FromMinutes(4.9))));
    }

    [Fact]
    public void An_account_that_is_not_called_back_hears_nobody()
    {
        using var silent = Account.Replicate("http://127.0.0.1:9", ("ApiKey", Key));
        Assert.Equal(new CallbackReply.Refused(CallbackVerdict.UnknownAddress), silent.Provider.Hear(Signed()));
    }

    [Fact]
    public void Signatures_and_addresses_are_compared_in_constant_time()
    {
        // What is compared byte by byte until the first difference would tell an attacker, call by call, how much was right.
        foreach (var (file, methods) in (ReadOnlySpan<(string, string[])>)[("Silo/Webhooks/StandardWebhook.cs", ["IsSigned"]), ("Silo/Providers/Http/CallbackAddress.cs", ["MarkIn"])])
        {
            var text = File.ReadAllText(Path.Combine(Architecture.TidyTests.Repository, file));
            foreach (var method in methods)
            {
                var body = text[text.IndexOf($" {method}(", StringComparison.Ordinal)..].Split("\n    }")[0];
                Assert.Contains("CryptographicOperations.FixedTimeEquals(", body, StringComparison.Ordinal);
                Assert.DoesNotContain("SequenceEqual", body, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_signature_is_that_of_the_specifications_example() => Assert.Equal(
        // The one that the libraries of Standard Webhooks are tested with.
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        StandardWebhook.Sign(StandardWebhook.SecretOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public void An_address_tells_its_mark_whatever_the_door_was_and_prints_no_secret()
    {
        var address = new CallbackAddress(new("https://videos.example.com/door/"), Secret);
        Assert.Equal(Mark, address.MarkOf(address.Of("fake", Mark).AbsoluteUri));
        Assert.Equal(Mark, new CallbackAddress(new("https://moved.example.com/"), Secret).MarkOf(address.Of("fake", Mark).AbsoluteUri));
        foreach (var other in (string?[])[null, "", "words", "https://videos.example.com", $"https://videos.example.com/{Mark}"]) Assert.Null(address.MarkOf(other));
        Assert.DoesNotContain(Convert.ToBase64String(Secret), $"{address} {new AccountOptions(new("http://x"), new("k"), "", false, null, false, default) { Callbacks = address }}", StringComparison.Ordinal);
    }

    private CallbackReply Hear(ProviderCallback call) => account.Provider.Hear(call);

    private static ProviderCallback Signed(string body = Body, TimeSpan at = default, byte[]? secret = null, string? timestamp = null)
    {
        var token = new CallbackAddress(new("https://videos.example.com/"), Secret).Of(Account.Name, Mark).Segments[^1];
        timestamp ??= (TimeProvider.System.GetUtcNow() + at).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new(token, "msg_1", timestamp, StandardWebhook.Sign(secret ?? Secret, "msg_1", timestamp, Encoding.UTF8.GetBytes(body)), body);
    }
}
