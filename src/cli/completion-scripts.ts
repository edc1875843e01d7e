/**
 * What a shell needs to complete our words: each script asks `statusctl __complete`, which answers one candidate per
 * line, a tab, and what it is; the line `:files` leaves it to the shell. So a script never grows old.
 */

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

export const completionScript = (shell: Shell): string => SCRIPTS[shell];

/** How to load it for good, for each shell. */
export const INSTALLATION: Readonly<Record<Shell, string>> = {
  bash: "statusctl completion bash > ~/.local/share/bash-completion/completions/statusctl",
  zsh: "statusctl completion zsh > ~/.zfunc/_statusctl   # with fpath+=~/.zfunc before compinit",
  fish: "statusctl completion fish > ~/.config/fish/completions/statusctl.fish",
  powershell: "statusctl completion powershell >> $PROFILE",
};

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for statusctl
_statusctl() {
  local current line
  local -a words
  COMPREPLY=()
  current="\${COMP_WORDS[COMP_CWORD]}"
  words=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      COMPREPLY+=($(compgen -f -- "$current"))
      compopt -o filenames 2>/dev/null
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(statusctl __complete "\${words[@]}" "$current" 2>/dev/null)
}
complete -F _statusctl statusctl
`,
  zsh: `#compdef statusctl
_statusctl() {
  local line
  local -a described
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      _files
    else
      described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(statusctl __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#described} )) && _describe 'statusctl' described
}
if [[ "\${funcstack[1]}" == "_statusctl" ]]; then _statusctl "$@"; else compdef _statusctl statusctl; fi
`,
  fish: `# fish completion for statusctl
function __statusctl_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (statusctl __complete $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c statusctl -f -a '(__statusctl_complete)'
`,
  powershell: `# PowerShell completion for statusctl
Register-ArgumentCompleter -Native -CommandName statusctl -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '""' }
  statusctl __complete @words 2>$null | ForEach-Object {
    if ($_ -ne ':files') {
      $parts = $_ -split "\`t", 2
      $tip = if ($parts.Count -gt 1 -and $parts[1]) { $parts[1] } else { $parts[0] }
      [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', $tip)
    }
  }
}
`,
};
