using VideoGen.Grains.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>The picture in the README is drawn from the code.</summary>
public sealed class DiagramTests
{
    [Fact]
    public void The_readme_shows_the_life_of_a_request_as_the_code_has_it()
    {
        var readme = File.ReadAllText(Path.Combine(Golden.Repository, "README.md")).ReplaceLineEndings("\n");
        var diagram = Diagram();
        Assert.True(
            readme.Contains(diagram, StringComparison.Ordinal),
            $"The diagram in README.md differs from the code. It must contain:\n{diagram}");
    }

    private static string Diagram()
    {
        var edges =
            from s in Given.States
            from e in Given.Events
            let next = RequestLifecycle.Apply(s.State, e.Event)
            let moved = Given.Name(next) != Given.Name(s.State)
            where moved || (next is Live && s.State is Live && !ReferenceEquals(next, s.State) && next.GetType() != s.State.GetType())
            group e.Event.GetType().Name by (From: Given.Name(s.State), To: Given.Name(next)) into edge
            select $"    {Node(edge.Key.From)} --> {edge.Key.To} : {string.Join(" / ", edge.Distinct())}";
        return "```mermaid\nstateDiagram-v2\n" + string.Join('\n', edges) + "\n```";
    }

    private static string Node(string name) => name == nameof(New) ? "[*]" : name;
}
