# Bash completion of longwire. tests/install_test.py checks the options against the program's --help.

_longwire_words() {
  case $1 in
    analyze) echo '--output --force --append --filter --threads --memory-limit --overlap --verify-checksums --bodies --websocket-payload --token-key --keep-secrets --keylog --rsa-key --ca-file --ca-path --as-of --no-sandbox --quiet --help' ;;
    capture) echo '--interface --output --force --append --filter --duration --packets --rotate --keep --write --buffer --snaplen --promiscuous --threads --memory-limit --overlap --verify-checksums --bodies --websocket-payload --token-key --keep-secrets --keylog --rsa-key --ca-file --ca-path --as-of --user --no-sandbox --quiet --help' ;;
    query) echo '--format --list --show --no-sandbox --help' ;;
    report) echo '--format --no-sandbox --help' ;;
    interfaces) echo '--format --help' ;;
    *) echo 'analyze capture query report interfaces --help --version' ;;
  esac
}

_longwire() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=
  ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}
  COMPREPLY=()
  case $command:$before in
    *:--overlap) mapfile -t COMPREPLY < <(compgen -W 'first last' -- "$word") ;;
    query:--format | interfaces:--format) mapfile -t COMPREPLY < <(compgen -W 'table csv json ndjson markdown' -- "$word") ;;
    report:--format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word") ;;
    *:--bodies | *:--ca-path) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    capture:-i | capture:--interface) mapfile -t COMPREPLY < <(compgen -W "any $(command ls /sys/class/net 2>/dev/null)" -- "$word") ;;
    capture:--user) mapfile -t COMPREPLY < <(compgen -u -- "$word") ;;
    *:--duration | *:--packets | *:--rotate | *:--keep | *:--buffer | *:--snaplen) ;;
    *:--threads | *:--memory-limit | *:--filter | *:-f | *:--token-key | *:--as-of) ;;
    :* | *:--help) mapfile -t COMPREPLY < <(compgen -W "$(_longwire_words '')" -- "$word"; compgen -f -- "$word") ;;
    *)
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_longwire_words "$command")" -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
      fi
      ;;
  esac
}

complete -o filenames -F _longwire longwire
