#!/usr/bin/env bash
# lecture.sh: what docs/lecturers.md prints works: each of its commands, in their order, in a tree of its own.
# (Its tests are run as tests, campaigns by hand; and `make` has built already.)
. "$(dirname "$0")/../lib.sh"
tree=$tmp/tree
mkdir -p "$tree/build/tests"
for file in *; do [ "$file" = build ] || ln -s "$PWD/$file" "$tree/$file"; done
for file in bin guest hv.elf; do ln -s "$PWD/build/$file" "$tree/build/$file"; done
# commands PAGE: those of its indented lines, one each, without what is said of them
commands() {
	sed -n -e ':more' -e '/^    .*\\$/{N;s/\\\n *//;b more' -e '}' -e 's/^    \([a-z][a-z]*\/.*\|make .*\)/\1/p' "$1" | sed -E -e 's/ +# .*//' -e '/^tests\/|^make pictures-campaign|--check$/d' \
		-e 's/^make (demo|room)/tools\/\1/; s/SEED=//' -e "$(command -v plantuml >/dev/null || echo 's/ && plantuml.*//')" -e "$(command -v neato >/dev/null || echo 's/ && neato.*//')"
}
runs() { (cd "$tree" && timeout 600 bash -c "$1" </dev/null); }
commands docs/lecturers.md >"$tmp/commands"
ok there_are_commands test "$(wc -l <"$tmp/commands")" -gt 20
while read -r command; do
	name=$(tr -cs 'A-Za-z0-9=.\n' '_' <<<"$command" | cut -c1-90)
	# That a run went another way is what it is to draw.
	case $command in
	*--diverge*) ok "$name" eval 'runs "$command"; [ $? = 1 ]' ;;
	*) ok "$name" runs "$command" ;;
	esac
done <"$tmp/commands"
done_testing
