# Completion of contactctl for fish. The candidates come from contactctl itself, one per line; what
# they and the words hold is never evaluated. Put it into ~/.config/fish/completions/contactctl.fish

# Ask contactctl; fail where fish should complete file names itself.
function __contactctl_ask
    set -l words (commandline -opc)
    while set -q words[1]; and not string match -q '*contactctl' -- $words[1]
        set -e words[1] # a variable set for this call alone
    end
    # The word without its quotes, the last of which may still be missing.
    set -l typed (commandline -ct)
    set -l current (
        string unescape -- "$typed"
        or string unescape -- "$typed\""
        or string unescape -- "$typed'"
        or echo -- "$typed"
    )
    set -l lines (_CONTACTCTL_COMPLETE=fish _CONTACTCTL_WORD="$current" command contactctl $words[2..-1] 2>/dev/null)
    set -l head (string match -r '^(words|files) ([0-9]+)$' -- "$lines[1]")
    set -l length (string length -- "$current")
    set -l kept ''
    set -q head[3]; and set kept (string sub -l (math $length - $head[3]) -- "$current")

    set -g __contactctl_found
    if test "$head[2]" != files
        for line in $lines[2..-1]
            set -a __contactctl_found $kept$line
        end
    else if string match -q '*@' -- $kept
        set -l start (math (string length -- "$kept") + 1)
        for name in (string sub -s $start -- "$current")*
            test -d $name; and set name $name/
            set -a __contactctl_found $kept$name
        end
    else
        return 1
    end
    return 0
end

complete -c contactctl -n __contactctl_ask -f -k -a '$__contactctl_found'
