using System.Reflection;
using System.Runtime.CompilerServices;

namespace VideoGen.Engine.Conformance;

/// <summary>
/// What the engine exposes under Orleans.* must stand in Engine/OrleansSurface.txt, the signatures of the official
/// assemblies: else grains could come to use what Orleans does not have.
/// </summary>
public sealed class SurfaceTests
{
    [Fact]
    public void Nothing_under_Orleans_is_our_own_invention()
    {
        var official = File.ReadAllLines(Path.Combine(Folder(), "..", "..", "Engine", "OrleansSurface.txt")).ToHashSet(StringComparer.Ordinal);
        var exposed = typeof(EmbeddedEngine).Assembly.GetExportedTypes()
            .Where(type => type.Namespace!.StartsWith("Orleans", StringComparison.Ordinal))
            .SelectMany(Lines)
            .ToList();
        Assert.True(exposed.Count > 150);
        Assert.Equal([], exposed.Except(official, StringComparer.Ordinal));
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    private static IEnumerable<string> Lines(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        yield return type.FullName!;
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
            yield return $"{type.FullName} .ctor({Parameters(constructor)})";
        foreach (var method in type.GetMethods(Declared).Where(method => IsVisible(method) && IsOwn(method)))
            yield return $"{type.FullName} {method.Name}{(method.IsGenericMethod ? $"`{method.GetGenericArguments().Length}" : "")}({Parameters(method)}) {Name(method.ReturnType)}";
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible)))
            yield return $"{type.FullName} {property.Name} {Name(property.PropertyType)}";
        foreach (var field in type.GetFields(Declared).Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
            yield return $"{type.FullName} {field.Name} {(type.IsEnum ? $"{Convert.ToInt32(field.GetRawConstantValue(), null)}" : Name(field.FieldType))}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    /// <summary>Not an accessor, and not what every object has.</summary>
    private static bool IsOwn(MethodInfo method) =>
        (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
        && method.GetBaseDefinition().DeclaringType != typeof(object)
        && method.GetBaseDefinition().DeclaringType != typeof(ValueType);

    private static string Parameters(MethodBase method) =>
        string.Join(",", method.GetParameters().Select(parameter => (parameter.ParameterType.IsByRef ? "&" : "") + Name(parameter.ParameterType)));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(",", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
