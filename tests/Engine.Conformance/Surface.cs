using System.Reflection;
using System.Runtime.CompilerServices;

namespace VideoGen.Engine.Conformance;

/// <summary>Engine/OrleansSurface.txt, and how a line in it is written.</summary>
internal static class Surface
{
    public static IReadOnlyList<string> Official() => File.ReadAllLines(Path.Combine(Folder(), "..", "..", "Engine", "OrleansSurface.txt"));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    /// <summary>With what every object has, where the type has its own, and with the constructor that every value has.</summary>
    public static IEnumerable<string> AllLines(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var own = type.GetMethods(Declared).Where(method => !method.IsSpecialName).Select(method => Line(type, method));
        return [.. Lines(type), .. own, .. type.IsValueType ? [$"{type.FullName} .ctor()"] : Array.Empty<string>()];
    }

    public static IEnumerable<string> Lines(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        yield return type.FullName!;
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
            yield return $"{type.FullName} .ctor({Parameters(constructor)})";
        foreach (var method in type.GetMethods(Declared).Where(method => IsVisible(method) && IsOwn(method)))
            yield return Line(type, method);
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible)))
            yield return $"{type.FullName} {property.Name} {Name(property.PropertyType)}";
        foreach (var field in type.GetFields(Declared).Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
            yield return $"{type.FullName} {field.Name} {(type.IsEnum ? $"{Convert.ToInt32(field.GetRawConstantValue(), null)}" : Name(field.FieldType))}";
    }

    private static string Line(Type type, MethodInfo method) =>
        $"{type.FullName} {method.Name}{(method.IsGenericMethod ? $"`{method.GetGenericArguments().Length}" : "")}({Parameters(method)}) {Name(method.ReturnType)}";

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
