#!/usr/bin/env bash
# platform.sh: a kernel that prints the start of day, its platform, LDTs of any size, translations and code
# that change, and what ring 3 sees in the kernel's text (tests/same): in a domain each line is the bare
# machine's, however the domain is run.
. "$(dirname "$0")/../lib.sh"

initrd=README.md
lines() { # NAME OPTION...: what the guest has printed
	timeout 310 tools/run GUEST_ELF=build/tests/same.elf INITRD="$initrd" TRACE=off LIMIT=300 "${@:2}" >"$tmp/$1.said" 2>&1
	tr -d '\r' <"$tmp/$1.said" | grep -aE '^(platform|segments|stale|code|same): ' >"$tmp/$1"
}
lines bare MMU=none
ok "the_bare_machine_comes_to_the_end" grep -q '^same: the end' "$tmp/bare"
for tables in traced outofsync; do
	for isolation in paging segments; do
		way=patch-$tables-$isolation
		lines "$way" MMU=shadow TABLES=$tables ISOLATION=$isolation
		ok "a_domain_prints_the_same_$way" diff "$tmp/bare" "$tmp/$way"
		# Without patches, ring 3 reads the real registers: docs/design.md.
		way=breakpoint-$tables-$isolation
		lines "$way" MMU=shadow SENSITIVE=breakpoint TABLES=$tables ISOLATION=$isolation
		ok "a_domain_prints_the_same_$way" diff <(grep -v '^code: ring 3' "$tmp/bare") \
			<(grep -v '^code: ring 3' "$tmp/$way")
	done
done

# An initrd of no bytes is one.
: >"$tmp/empty"
initrd=$tmp/empty
lines bare-empty MMU=none
lines empty MMU=shadow
ok "an_empty_initrd_is_told_as_on_the_bare_machine" diff "$tmp/bare-empty" "$tmp/empty"
ok "an_empty_initrd_is_a_module" grep -q "modules=1 $tmp/empty: 0 bytes" "$tmp/empty"
done_testing
