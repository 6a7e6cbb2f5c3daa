using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>What a key must be allowed to do for a call: one rule for all routes, so that none can be forgotten.</summary>
internal static class ScopeRule
{
    /// <summary>The operator's part of the door.</summary>
    public const string OperatorsPath = "/api/admin";

    /// <summary>What is the operator's needs <see cref="KeyScopes.Admin"/>, whatever the method; elsewhere a GET or HEAD sees, and all others change something.</summary>
    public static KeyScopes For(HttpRequest request) =>
        IsOperators(request) ? KeyScopes.Admin
        : HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? KeyScopes.Read
        : KeyScopes.Generate;

    public static bool IsOperators(HttpRequest request) => request.Path.StartsWithSegments(OperatorsPath, StringComparison.OrdinalIgnoreCase);
}
