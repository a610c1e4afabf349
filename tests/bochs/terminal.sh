#!/usr/bin/env bash
# terminal.sh: `make bochs` at a terminal: what is typed reaches the guest's shell, and Ctrl-C ends it.
. "$(dirname "$0")/../lib.sh"
export TMPDIR=$tmp/work
mkdir "$TMPDIR"

# `script` makes the terminal; what is written to the pipe is typed there. (bash has what runs in the
# background ignore Ctrl-C; `timeout` undoes that.)
mkfifo "$tmp/keys"
exec 3<>"$tmp/keys"
timeout 300 script -qfec "tools/run EMU=bochs MMU=direct SCENARIO=shell LIMIT=200" \
	"$tmp/screen" <"$tmp/keys" >/dev/null 2>&1 3>&- &
terminal=$!
# shows PATTERN: wait until the screen does; Bochs has its own limit.
shows() {
	while ! grep -qE -- "$1" <(tr -d '\r' <"$tmp/screen"); do
		kill -0 $terminal 2>/dev/null || { cat "$tmp/screen"; return 1; }
		sleep 0.2
	done
}
ok the_shell_prompts shows '^\$ '
echo 'echo typed words | cat' >&3
ok what_is_typed_is_run shows '^typed words'
# The screen shows no more once all has ended, so look while it runs.
ok the_limits_are_enforced_here grep -q 'isolation=segments' "$tmp/screen"
printf '\003' >&3
ok ctrl_c_ends_it until_true 60 eval '! kill -0 $terminal'
wait $terminal
ok with_status_0 test $? = 0
ok nothing_stays_behind test -z "$(ls -A "$TMPDIR")"
done_testing
