namespace VideoGen.Requests;

/// <summary>The machine-readable words of refusals, questions and failures. Each is a promise to clients: never renamed.</summary>
public static class Codes
{
    // Refusals: nothing was accepted, nothing is paid.
    public const string QuotaExceeded = "quota_exceeded";
    public const string Cooldown = "cooldown";
    public const string BudgetExceeded = "budget_exceeded";
    public const string Paused = "paused";
    public const string SpendBreaker = "spend_breaker";
    public const string SubmitLimit = "submit_limit";
    public const string RoundLimit = "round_limit";
    public const string BeingErased = "being_erased";
    public const string ModelNotFound = "model_not_found";
    public const string ModelRetired = "model_retired";
    public const string UnpricedModel = "unpriced_model";
    public const string MaxUsdExceeded = "max_usd_exceeded";
    public const string AdmissionUnavailable = "admission_unavailable";
    public const string RunLimit = "run_limit";
    public const string VariationLimit = "variation_limit";
    public const string ConfirmationUnknown = "confirmation_unknown";
    public const string RemixNotOffered = "remix_not_offered";
    public const string RemixSourceNotReady = "remix_source_not_ready";

    public const string WebhookUrlRefused = "webhook_url_refused";
    public const string WebhookSecretMissing = "webhook_secret_missing";

    // Why a submit was not sent; its round waits, so no client sees this one alone.
    public const string TooLateToSend = "too_late_to_send";
    public const string AccountNotConfigured = "account_not_configured";
    public const string InputGone = "input_gone";
    public const string InputUnreadable = "input_unreadable";

    // Questions.
    public const string SamePromptOtherOptions = "same_prompt_other_options";
    public const string SamePromptDeleted = "same_prompt_deleted";
    public const string SamePromptVariation = "same_prompt_variation";

    // Endings.
    public const string ContentPolicyViolation = "content_policy_violation";
    public const string ProviderFailed = "provider_failed";
    public const string ProviderRefused = "provider_refused";
    public const string Cancelled = "cancelled";
    public const string DeadLettered = "dead_lettered";
}
