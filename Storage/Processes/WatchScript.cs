namespace VideoGen.Storage.Processes;

/// <summary>
/// The watcher: a POSIX shell that is the parent of one child process and holds the reading end of a pipe from the host.
/// The pipe closes when the host closes it, exits, crashes or is killed; then the child is stopped.
/// A parent-death signal would be shorter, but it fires when the <em>thread</em> that forked ends, and .NET ends threads at will.
/// </summary>
internal static class WatchScript
{
    /// <summary>
    /// Arguments: the signals to try in turn before the kill, the seconds each may take, two folders to remove at the
    /// end (or nothing), and the command with its arguments. Values arrive as arguments only, never as script text.
    /// </summary>
    internal const string Text = """
        signals=$1 patience=$2 remove=$3 also=$4
        shift 4
        # A stop sent to everything at once (a service supervisor does that) must not end the watcher before its child.
        trap : TERM INT HUP
        exec 3<&0 </dev/null
        exec "$@" 3<&- &
        child=$!
        (
          trap '' TERM INT HUP
          read -r never <&3
          # From here a stop ends the pause below, not this part.
          trap : TERM INT HUP
          for signal in $signals; do
            kill -s "$signal" "$child"
            tenths=$((patience * 10))
            while [ "$tenths" -gt 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done
          done
          # 0 is this whole process group: the child, what it started, and the watcher itself.
          if [ -n "$remove" ]; then kill -s KILL "$child"; else kill -s KILL 0; fi
        ) >/dev/null 2>&1 &
        watch=$!
        exec 3<&- >/dev/null 2>&1
        # A trapped signal ends `wait` early; the child is still there then (as a zombie at the least).
        while :; do
          wait "$child"; status=$?
          kill -s 0 "$child" || break
        done
        kill -s KILL "$watch"
        [ -z "$remove" ] || rm -rf -- "$remove" ${also:+"$also"}
        # Whatever the child left running in its group goes too.
        trap '' TERM
        kill -s TERM 0
        exit "$status"
        """;
}
