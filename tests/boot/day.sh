#!/usr/bin/env bash
# day.sh: the start of day of a kernel made for Xen: where the hypercall page is, and what a domain that
# is not the first one shares with domain 0.
. "$(dirname "$0")/../lib.sh"
day() { # DOMID WORD
	tools/run MMU=direct GUEST_ELF=build/tests/day.elf TRACE=off LIMIT=60 EXTRA="domid=$1" OUT="$tmp/day" &&
		grep -q "^$2 *$" "$tmp/day.console"
}
ok "a_hypercall_page_without_virt_base_counts_from_the_lowest_address" day 0 alone
ok "another_domain_shares_store_and_console_pages_with_domain_0" day 7 shared
done_testing
