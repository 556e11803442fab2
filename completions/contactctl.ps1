# Completion of contactctl for PowerShell. The candidates come from contactctl itself, one per line;
# what they and the words hold is never evaluated. Load it from the file that $PROFILE names.

Register-ArgumentCompleter -Native -CommandName contactctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Values do not matter, only flags and commands do: old versions of PowerShell cut and drop
    # arguments with quotes and spaces, so those characters are replaced.
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text -replace '[^A-Za-z0-9_=:@.+-]', '_' })
    $current = "$wordToComplete"
    $env:_CONTACTCTL_COMPLETE = 'powershell'
    $env:_CONTACTCTL_WORD = $current
    try {
        $program = Get-Command contactctl -CommandType Application -ErrorAction Stop |
            Select-Object -First 1
        $lines = @(& $program @words 2>$null)
    } catch {
        return
    } finally {
        Remove-Item Env:_CONTACTCTL_COMPLETE, Env:_CONTACTCTL_WORD -ErrorAction SilentlyContinue
    }
    # No answer of ours for files: PowerShell completes paths itself then.
    if ($lines.Count -lt 2 -or $lines[0] -notmatch '^words ([0-9]+)$') { return }
    $kept = $current.Substring(0, $current.Length - [int]$Matches[1])
    foreach ($line in $lines[1..($lines.Count - 1)]) {
        $text, $help = $line -split "`t", 2
        if (-not $help) { $help = $text }
        $word = "$kept$text"
        if ($word.StartsWith('@')) { $word = "'$word'" } # bare, it would name a variable
        [System.Management.Automation.CompletionResult]::new(
            $word, $text, 'ParameterValue', $help)
    }
}
