using VideoGen.Gateway.Access;

namespace VideoGen.Gateway.OpenApi;

/// <summary>Puts what the document says of a route where the route is mapped.</summary>
internal static class RouteDocuments
{
    private const string Json = "application/json", ProblemJson = "application/problem+json";

    /// <summary>The route is in the document, with what may be wrong at every route of its kind. A mark as open to all stands before this.</summary>
    public static void Documented(this IEndpointConventionBuilder route, Operation operation) => route.Add(endpoint =>
    {
        var path = ((RouteEndpointBuilder)endpoint).RoutePattern.RawText!;
        var ofAccess = endpoint.Metadata.OfType<OpenToAll>().Any() ? Samples.OfPassers : path.StartsWith(ScopeRule.OperatorsPath, StringComparison.Ordinal) ? Samples.OfOperators : Samples.OfClients;
        var whole = operation with { Refusals = [.. operation.Refusals.Concat(ofAccess).Concat(Samples.OfAll).DistinctBy(problem => problem.Code)] };
        endpoint.Metadata.Add(whole);

        // The framework makes the schemas from these; it acts on none of them.
        var ofV1 = Problem.IsOfV1(path);
        foreach (var reply in whole.Replies) endpoint.Metadata.Add(new ProducesResponseTypeMetadata(reply.Status, reply.Type ?? typeof(void), reply.Type is null ? null : [Json]));
        foreach (var status in whole.Refusals.Select(problem => problem.Status).Except(whole.Replies.Select(reply => reply.Status)))
        {
            endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, ofV1 ? typeof(EnvelopeDocument) : typeof(ProblemDocument), [ofV1 ? Json : ProblemJson]));
        }
    });
}
