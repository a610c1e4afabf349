#!/usr/bin/env bash
# pictures.sh: the pictures of README and handouts are those of runs of today (labs/pictures --check); one that says something else is noticed.
. "$(dirname "$0")/../lib.sh"
ok the_pictures_are_those_of_today labs/pictures --check
each() { [ "$(git ls-files '*.svg' 2>/dev/null | grep -v '^trace/' | sort)" = "$(sed -n 's|^draw \([^ ]*\.svg\) .*|\1|p; s|^\tdraw \([^ ]*\)\$how.svg .*|\1mmu_update.svg\n\1emulated.svg\n\1unhook.svg|p' labs/pictures | sort)" ]; }
[ ! -e .git ] || ok all_that_are_kept_are_looked_at each
noticed() { # WORDS OTHERS: with these instead
	sed "s|$1|$2|" docs/compare.svg >"$tmp/other.svg" && ! cmp -s docs/compare.svg "$tmp/other.svg" && ! tools/same_picture docs/compare.svg "$tmp/other.svg"
}
ok other_words_are_noticed noticed 'TRAP #GP: iret' 'TRAP #GP: popf'
ok another_way_is_noticed noticed '\(class="arrow trap"><path class="line" d="M\)[0-9.]*' '\1999.00'
ok another_cost_is_noticed noticed '>\([0-9]\),\([0-9]*\) insns<' '>9,\2 insns<'
ok a_step_less_is_noticed noticed '<text.*jmp vIDT.*</text>' ''
ok one_that_is_not_there_is_noticed bash -c '! tools/same_picture "$1/none.svg" docs/compare.svg' - "$tmp"
done_testing
