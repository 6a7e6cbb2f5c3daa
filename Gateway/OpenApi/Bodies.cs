using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.OpenApi;

// What is read by hand, as the document has it: a test holds the members to those that the readers know.
#pragma warning disable CA1812 // Made by nobody: the document is made from them.

/// <summary>What <c>POST /v1/videos</c> takes as JSON.</summary>
internal sealed record AskDocument
{
    [Description("What the video shows. Two prompts that differ in spaces or in how Unicode writes a letter are one.")]
    [StringLength(VideoPrompt.MaxLength, MinimumLength = 1)]
    public required string Prompt { get; init; }

    [Description("A model of the catalogue, or a route over several. Default: the catalogue's own.")]
    public string Model { get; init; } = "";

    [Description("Width x height, one that the model offers. Default: its first.")]
    public string Size { get; init; } = "";

    [Description("Seconds, one that the model offers, as a string or a whole number. Default: its first.")]
    public string Seconds { get; init; } = "";

    [Description("The end user whose quota and budget it is. The X-VideoGen-User header says the same.")]
    [StringLength(Owner.MaxUserLength, MinimumLength = 1)]
    public string User { get; init; } = "";

    [Description("true: another take of the same prompt, which is asked back with its price first.")]
    public bool Variation { get; init; }

    [Description("The token of a question: yes, pay for another take.")]
    [StringLength(64, MinimumLength = 1)]
    public string Confirmation { get; init; } = "";

    [Description("An https address that is to be told how this video ends, besides the client's webhooks. The client needs a secret for it.")]
    [StringLength(2_000, MinimumLength = 1)]
    public string WebhookUrl { get; init; } = "";

    [Description("A picture that guides the video, where the model takes one.")]
    public InputDocument InputReference { get; init; } = new() { ImageUrl = "" };
}

/// <summary>A picture.</summary>
internal sealed record InputDocument
{
    [Description("An https address on the public internet, without redirects, or a data URL (data:image/png;base64,...): PNG, JPEG or WebP.")]
    public required string ImageUrl { get; init; }
}

/// <summary>The same as a form.</summary>
internal sealed record AskFormDocument
{
    [StringLength(VideoPrompt.MaxLength, MinimumLength = 1)]
    public required string Prompt { get; init; }

    public string Model { get; init; } = "";

    public string Size { get; init; } = "";

    public string Seconds { get; init; } = "";

    [StringLength(Owner.MaxUserLength, MinimumLength = 1)]
    public string User { get; init; } = "";

    public bool Variation { get; init; }

    [StringLength(64, MinimumLength = 1)]
    public string Confirmation { get; init; } = "";

    [StringLength(2_000, MinimumLength = 1)]
    public string WebhookUrl { get; init; } = "";

    [Description("A picture that guides the video, where the model takes one: PNG, JPEG or WebP.")]
    public IFormFile? InputReference { get; init; }
}

/// <summary>What <c>POST /v1/videos/{id}/remix</c> takes.</summary>
internal sealed record RemixDocument
{
    [Description("What is to be different.")]
    [StringLength(VideoPrompt.MaxLength, MinimumLength = 1)]
    public required string Prompt { get; init; }

    [Description("The end user; it must be the source's.")]
    [StringLength(Owner.MaxUserLength, MinimumLength = 1)]
    public string User { get; init; } = "";

    [Description("true: another take of the same remix, which is asked back with its price first.")]
    public bool Variation { get; init; }

    [Description("The token of a question: yes, pay for another take.")]
    [StringLength(64, MinimumLength = 1)]
    public string Confirmation { get; init; } = "";

    [Description("An https address that is to be told how this video ends, besides the client's webhooks. The client needs a secret for it.")]
    [StringLength(2_000, MinimumLength = 1)]
    public string WebhookUrl { get; init; } = "";
}

/// <summary>What a pause says.</summary>
internal sealed record PauseDocument
{
    [Description("global, client:CLIENT, user:CLIENT/USER or provider:ACCOUNT.")]
    public required string Scope { get; init; }

    [Description("One line for whoever is stopped by it.")]
    [StringLength(200, MinimumLength = 1)]
    public required string Reason { get; init; }

    [Description("When it ends, within 366 days. Neither this nor 'for': when a person ends it.")]
    public DateTimeOffset Until { get; init; }

    [Description("Seconds after which it ends.")]
    [Range(1, 31_622_400)]
    public int For { get; init; }

    [Description("true: cancel what the scope has on its way, and say of each what became of it and of its money.")]
    public bool Drain { get; init; }
}

/// <summary>Whose pauses end.</summary>
internal sealed record ResumeDocument
{
    [Description("The scope of a pause in force.")]
    public required string Scope { get; init; }
}

/// <summary>How a doubt about the database ends.</summary>
internal sealed record ReconcileDocument
{
    [Description("true.")]
    public required bool Confirm { get; init; }

    [Description("How it is known what was paid, in one line.")]
    [StringLength(200, MinimumLength = 1)]
    public required string Reason { get; init; }
}

/// <summary>How a dead letter is sent again.</summary>
internal sealed record RequeueDocument
{
    [Description("true: make a new round although nobody knows whether this one was paid.")]
    public bool AcceptDoublePayment { get; init; }
}

/// <summary>Why nobody has to find out any more.</summary>
internal sealed record DiscardDocument
{
    [Description("One line.")]
    [StringLength(200, MinimumLength = 1)]
    public required string Reason { get; init; }
}

/// <summary>A key that is to be made.</summary>
internal sealed record NewKeyDocument
{
    [Description("Whose it is: 1 to 64 of a-z, 0-9, dash and underscore.")]
    [StringLength(64, MinimumLength = 1)]
    public required string Client { get; init; }

    [Description("What it may do: some of generate, read, admin. Default: generate and read.")]
    [MinLength(1)]
    public IReadOnlyList<string> Scopes { get; init; } = [];

    [Description("What people call it, in one line.")]
    [StringLength(NewKey.MaxName, MinimumLength = 1)]
    public string Name { get; init; } = "";

    [Description("The client's plan from now on, one that is configured, or default. Default: the one it has.")]
    public string Plan { get; init; } = "";
}

/// <summary>How long an old key is kept.</summary>
internal sealed record RotateDocument
{
    [Description("Seconds. Default: 86400, a day.")]
    [Range(0, 2_592_000)]
    public int KeepFor { get; init; }
}

/// <summary>A client's plan.</summary>
internal sealed record PlanDocument
{
    [Description("One that is configured, or default.")]
    public required string Plan { get; init; }
}

/// <summary>A refusal under <c>/v1</c>: OpenAI's envelope.</summary>
internal sealed record EnvelopeDocument(RefusalDocument Error);

/// <summary>What is wrong, which member or header is at fault, and what to do.</summary>
internal sealed record RefusalDocument
{
    [Description("What is wrong, with its bound, and what to do: for people.")]
    public required string Message { get; init; }

    [Description("invalid_request_error, permission_error, rate_limit_error or server_error.")]
    public required string Type { get; init; }

    [Description("The member, parameter or header that is at fault.")]
    public required string? Param { get; init; }

    [Description("A word for it that stays the same: for programs.")]
    public required string Code { get; init; }

    [Description("When asking again can help, seconds since 1970; not there where time does not help.")]
    public long RetryAt { get; init; }

    [Description("What the key may do; with scope_missing.")]
    public IReadOnlyList<string> Scopes { get; init; } = [];

    [Description("What it would have to; with scope_missing.")]
    public string Needed { get; init; } = "";

    [Description("The budget without room, US dollars; with budget_exceeded.")]
    public decimal LimitUsd { get; init; }

    [Description("How much room it has, US dollars; with budget_exceeded.")]
    public decimal RemainingUsd { get; init; }

    [Description("The video that there is; with a question.")]
    public string VideoId { get; init; } = "";

    [Description("The same whole, unless it is deleted; with a question.")]
    public Videos.VideoBody? Video { get; init; }

    [Description("How to say yes, and for how much; with a question that can be answered so.")]
    public Videos.ConfirmationBody? Confirmation { get; init; }
}

/// <summary>A refusal elsewhere: RFC 9457.</summary>
internal sealed record ProblemDocument
{
    [Description("about:blank: the code says which it is.")]
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    [Description("What is wrong, with its bound, and what to do: for people.")]
    public required string Detail { get; init; }

    [Description("A word for it that stays the same: for programs.")]
    public required string Code { get; init; }

    [Description("The member, parameter or header that is at fault.")]
    public required string? Param { get; init; }

    [Description("When asking again can help, seconds since 1970; not there where time does not help.")]
    public long RetryAt { get; init; }

    [Description("What the key may do; with scope_missing.")]
    public IReadOnlyList<string> Scopes { get; init; } = [];

    [Description("What it would have to; with scope_missing.")]
    public string Needed { get; init; } = "";
}
#pragma warning restore CA1812
