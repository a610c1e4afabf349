#!/usr/bin/env bash
# many.sh: a little of `make bench-domains`: domains at once answer, share and leave nothing; so do those that come and go.
. "$(dirname "$0")/../lib.sh"
says() { # TEST LINE
	ok "$1" grep -qE "$2" "$tmp/said"
}
tools/bench_domains 10 30 1000 >"$tmp/said" 2>&1
ok ten_domains_at_once_and_thirty_one_by_one test $? = 0
says idle_ones_answer_on_their_channels '^10 of 10 idle domains have answered with the time$'
says and_so_do_busy_ones '^10 of 10 busy domains have answered with the time$'
says an_idle_one_takes_what_it_was_given '^an idle one: 4096 KB of memory, and [1-9][0-9] KB of the hypervisor'
says shares_are_kept '^shares of 1 : 2 : 3, of [0-9]+ us: at worst one is [0-9]{1,4} us from its share'
says nothing_of_them_stays '^the busy ones are destroyed: 0 frames leaked, 0 pages'
says nor_of_those_one_by_one '^one after the other: 0 frames leaked, 0 pages'
says what_a_direct_one_costs '^27 of mmu=direct: to its first instruction [0-9]{6,7}, destroyed [0-9]+ instructions$'
says what_a_shadow_one_costs '^3 of mmu=shadow: to its first instruction [0-9]{6,7}, destroyed [0-9]+ instructions$'
done_testing
