using System.Security.Cryptography;
using System.Text;
using VideoGen.Access;

namespace VideoGen.Grains.Tests.Access;

public sealed class ApiKeyTests
{
    private static readonly string Secret = string.Concat(Enumerable.Repeat("aZ09", ApiKey.SecretLength / 4));

    // Written down: keys that were handed out work for ever.
    private const string Whole = "vg_aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ0931J0s0";

    [Fact]
    public void A_key_has_a_mark_chance_and_a_checksum_and_shows_only_its_prefix()
    {
        var key = ApiKey.From(Secret);

        Assert.Equal((Whole, "vg_aZ09aZ09", "vg_aZ09aZ09"), (key.Reveal(), key.Prefix, key.ToString()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Whole))), key.Hash.ToString());
        Assert.True(ApiKey.TryParse(Whole, out var read));
        Assert.Equal(key.Hash, read.Hash);
    }

    [Fact]
    public void Every_single_mistyped_character_and_every_swap_of_neighbours_is_seen()
    {
        for (var i = 0; i < Whole.Length; i++)
        {
            foreach (var other in ApiKey.Alphabet.Where(c => c != Whole[i])) Assert.False(ApiKey.TryParse(Whole[..i] + other + Whole[(i + 1)..], out _));
            if (i > 0 && Whole[i] != Whole[i - 1]) Assert.False(ApiKey.TryParse(Whole[..(i - 1)] + Whole[i] + Whole[i - 1] + Whole[(i + 1)..], out _));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vg_")]
    [InlineData(Whole + "a")]
    [InlineData(Whole + "\n")]
    [InlineData(" " + Whole)]
    [InlineData("VG_aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ0931J0s0")]
    public void Nothing_else_is_a_key(string? text) => Assert.False(ApiKey.TryParse(text, out _));

    [Theory]
    [InlineData("", false)]
    [InlineData("vg_aZ09", false)]
    [InlineData(Whole, true)]
    [InlineData("user-" + Whole + "-x", true)]
    [InlineData("vg_aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aaaaaa", false)]
    public void A_key_within_a_text_is_found(string text, bool found) => Assert.Equal(found, ApiKey.IsIn(text));

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ0-")]
    public void A_key_is_made_of_enough_chance_only(string secret) => Assert.Throws<ArgumentException>(() => ApiKey.From(secret));

    [Theory]
    [InlineData("AB", false)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg", false)]
    [InlineData("0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef", true)]
    public void A_hash_is_64_hexadecimal_digits(string hex, bool isHash)
    {
        Assert.Equal(isHash, KeyHash.TryParse(hex, out var hash));
        if (isHash) Assert.Equal(hex, hash!.ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData("bot", true)]
    [InlineData("my_bot-2", true)]
    [InlineData("local", false)]
    [InlineData("Bot", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    [InlineData("bot\n", false)]
    public void A_client_has_a_plain_name_and_is_not_this_machine(string name, bool may) => Assert.Equal(may, Owner.IsClient(name));

    [Fact]
    public void A_clients_name_has_64_characters_at_most() =>
        Assert.Equal((true, false), (Owner.IsClient(new('a', 64)), Owner.IsClient(new('a', 65))));
}
