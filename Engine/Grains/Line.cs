namespace VideoGen.Engine;

/// <summary>Something that stands in one <see cref="Line{T}"/> at a time.</summary>
internal interface ILined<T>
    where T : class
{
    /// <summary>Set by the line alone.</summary>
    T? Next { get; set; }
}

/// <summary>
/// First come, first served, in one field: those who wait hold each other. Most activations are at rest for minutes,
/// and there are very many of them, so an empty line costs no object.
/// </summary>
internal struct Line<T>
    where T : class, ILined<T>
{
    // The one after the last is the first.
    private T? _last;

    public readonly T? First => _last?.Next;

    public void Add(T added)
    {
        added.Next = _last is null ? added : _last.Next;
        _last?.Next = added;
        _last = added;
    }

    public void RemoveFirst()
    {
        if (_last is not null)
            RemoveAfter(_last);
    }

    /// <summary>Does nothing where it does not stand in this line.</summary>
    public void Remove(T removed)
    {
        if (_last is not { } before)
            return;
        do
        {
            if (before.Next == removed)
            {
                RemoveAfter(before);
                return;
            }

            before = before.Next!;
        }
        while (before != _last);
    }

    /// <summary>Everybody in the line, as it is now.</summary>
    public readonly List<T> ToList()
    {
        List<T> all = [];
        for (var one = First; one is not null; one = one == _last ? null : one.Next)
            all.Add(one);
        return all;
    }

    public List<T> TakeAll()
    {
        var all = ToList();
        all.ForEach(one => one.Next = null);
        _last = null;
        return all;
    }

    private void RemoveAfter(T before)
    {
        var removed = before.Next!;
        before.Next = removed.Next;
        if (removed == _last)
            _last = before == removed ? null : before;
        removed.Next = null;
    }
}
