# Completion of contactctl for bash. The candidates come from contactctl itself, one per line; what
# they and the words hold is never evaluated. Load it from ~/.bashrc, or put it into
# ~/.local/share/bash-completion/completions/contactctl

_contactctl() {
    # bash cuts words at = : and @ too: put together what has no space in between.
    local rest=${COMP_LINE:0:COMP_POINT} current='' i
    local -a words=()
    for ((i = 0; i < COMP_CWORD; i++)); do
        rest=${rest#*"${COMP_WORDS[i]}"}
        current+=${COMP_WORDS[i]}
        if [[ $rest == [[:space:]]* ]]; then
            words+=("$current")
            current=''
        fi
    done
    current+=${rest#"${rest%%[![:space:]]*}"}

    COMPREPLY=()
    local found kind length text
    found=$(_CONTACTCTL_COMPLETE=bash _CONTACTCTL_WORD=$current \
        command contactctl "${words[@]:1}" 2>/dev/null) || return 0
    {
        read -r kind length
        case $length in '' | *[!0-9]*) return 0 ;; esac
        # What of the whole word stands before the candidate, and how much of it readline keeps.
        local before=${current:0:${#current}-length} kept=$((${#current} - ${#2}))
        while IFS=$'\t' read -r text _; do
            text=$before$text
            COMPREPLY+=("${text:kept}")
        done
    } <<<"$found"

    if [[ $kind == files && ${#2} -eq length ]]; then
        compopt -o default 2>/dev/null # readline finds the names, and quotes them
    elif [[ $kind == files ]]; then
        local path=${current:${#before}} quoted
        while IFS= read -r text; do
            [[ -e $text ]] || continue # half of a name with a line break in it
            [[ -d $text ]] && text+=/
            printf -v quoted %q "$text"
            # Inside quotes that were typed, no name may stand which itself needs quoting.
            [[ $current == *[\"\']* && $quoted != "$text" ]] && continue
            text=$before$quoted
            COMPREPLY+=("${text:kept}")
        done < <(compgen -f -- "${path//[\\\"\']/}")
    fi
    case ${COMPREPLY[0]-} in *[=/]) compopt -o nospace 2>/dev/null ;; esac
    return 0
}

complete -F _contactctl contactctl
