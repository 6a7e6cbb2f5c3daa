using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>What a provider has of a submit when its host is killed, and what the host has written down of that.</summary>
internal enum KillFate
{
    /// <summary>Nothing was decided, and nothing was sent: it is sent when the host is back.</summary>
    NotIntended,

    /// <summary>The intent is on disk, and the provider makes no job of it.</summary>
    NoJob,

    /// <summary>The provider has a job, or will have one, and its id is not on disk.</summary>
    JobUnknown,

    /// <summary>The job's id is on disk.</summary>
    JobKnown,
}

/// <summary>Somewhere on the way of a submit where a host is killed.</summary>
/// <param name="Slug">In the names of its accounts.</param>
/// <param name="Name">In words.</param>
/// <param name="Fate">What the provider has then.</param>
/// <param name="State">What the documents say then.</param>
/// <param name="Reach">Asks for videos, and waits until each has come there.</param>
internal sealed record KillPoint(string Slug, string Name, KillFate Fate, string State, Func<KillScene, RunningHost, IReadOnlyList<KillWish>, Task> Reach)
{
    /// <summary>POSTs that have come to the provider by then.</summary>
    public int Posts { get; init; } = 1;

    /// <summary>What their prompts tell the provider.</summary>
    public string Words { get; init; } = "";

    /// <summary>Whether an ask is answered before it is admitted.</summary>
    public bool AnswersSoon { get; init; }

    /// <summary>Whether a host comes there where the provider cannot be asked for a job.</summary>
    public bool NeedsFind { get; init; }

    /// <summary>All of them, and with which others: one kill is at all of a line, which are come to in that order.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<KillPoint>> Kills =
    [
        [new("reserved", "its money is reserved, and its document is not told", KillFate.NotIntended, "admitting", Reserved) { Posts = 0, AnswersSoon = true }],
        [new("intending", "its intent is being written", KillFate.NotIntended, "queued", Intending) { Posts = 0 }],
        [
            new("dropped", "the provider has not read it, and never will", KillFate.NoJob, "submitting", (scene, host, wishes) => At("unread", scene, host, wishes, drops: true)),
            new("looking", "its intent is on disk, and it is not connected", KillFate.NoJob, "submitting", Looking) { Posts = 0 },
        ],
        [new("answered", "the provider has answered, and nobody has written that down", KillFate.JobUnknown, "submitting", Answered)],
        [
            new("unread", "the provider has not read it, and will", KillFate.JobUnknown, "submitting", (scene, host, wishes) => At("unread", scene, host, wishes)),
            new("made", "the provider has it, and has not answered", KillFate.JobUnknown, "submitting", (scene, host, wishes) => At("made", scene, host, wishes)),
            new("running", "its job is on disk", KillFate.JobKnown, "running", (scene, host, wishes) => At("check", scene, host, wishes)),
            new("finding", "its job is looked for", KillFate.JobUnknown, "unresolved", (scene, host, wishes) => At("list", scene, host, wishes)) { Words = "fault:reset+job", NeedsFind = true },
            new("saving", "its video is being saved", KillFate.JobKnown, "saving", (scene, host, wishes) => At("content", scene, host, wishes)),
            new("settling", "its money is being settled", KillFate.JobKnown, "ended", Settling),
        ],
    ];

    private static async Task Reserved(KillScene scene, RunningHost host, IReadOnlyList<KillWish> wishes)
    {
        await scene.LockMoney();
        await KillScene.Ask(host, wishes);
        await scene.LockDocuments(wishes);
        await scene.UnlockFirst();
        await scene.Blocked(sessions: 1);
        await Eventually.Get("the money of each is reserved", async () => (await scene.Rows(
            "select count(*) from videogen.funds where state = 'reserved' and request_key = any($1)", row => row.GetInt64(0), wishes.Select(wish => wish.Id.RequestKey).ToArray()))[0] == wishes.Count ? "yes" : null);
    }

    // Held by the spend breaker, because whom it holds is accepted. When it is over they all go on at once.
    private static async Task Intending(KillScene scene, RunningHost host, IReadOnlyList<KillWish> wishes)
    {
        await scene.Run("insert into videogen.pauses (scope, kind, reason, since, until) values ('global', 'spend_breaker', 'A test.', now(), now() + interval '1 hour')");
        await KillScene.Ask(host, wishes);
        foreach (var wish in wishes)
        {
            await Eventually.Get($"{wish} waits", async () =>
            {
                var video = await host.Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{wish.Id}");
                return video.TryGetProperty("waiting", out var why) ? why.GetString() : null;
            });
        }

        await scene.LockDocuments(wishes);
        await scene.Run("update videogen.pauses set until = clock_timestamp()");
        await scene.Blocked(sessions: 2); // As many as write at a time.
    }

    private static async Task Looking(KillScene scene, RunningHost host, IReadOnlyList<KillWish> wishes)
    {
        await scene.LockSubmits();
        await KillScene.Ask(host, wishes);
        await scene.Are("submitting", wishes);
        await scene.Blocked(sessions: 1); // Those that look together share a session.
    }

    private static async Task Answered(KillScene scene, RunningHost host, IReadOnlyList<KillWish> wishes)
    {
        await At("made", scene, host, wishes);
        await scene.LockDocuments(wishes);
        await scene.Release(wishes);
        await scene.Logged("answered", wishes);
        await scene.Blocked(sessions: 1);
    }

    private static async Task Settling(KillScene scene, RunningHost host, IReadOnlyList<KillWish> wishes)
    {
        await At("content", scene, host, wishes);
        await scene.LockMoney();
        await scene.Release(wishes);
        await scene.Are("ended", wishes);
        await scene.Blocked(sessions: 1);
    }

    private static async Task At(string call, KillScene scene, RunningHost host, IReadOnlyList<KillWish> wishes, bool drops = false)
    {
        await scene.Hold(call, wishes, drops);
        await KillScene.Ask(host, wishes);
        await scene.Held(call, wishes);
    }
}
