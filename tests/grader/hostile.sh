#!/usr/bin/env bash
# hostile.sh: submissions that mean harm are graded like any other: no points for what they did not
# write, a plain word of what was wrong, and nothing happens to this machine. Archives and sources that do
# harm in any lab are in batch.sh's class.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
class=$tmp/class book=$tmp/book.db
mkdir -p "$class"
ok there_is_a_kit make -s kit LAB=$lab

# before NAME FILE ANCHOR TEXT: a line before the first one that contains ANCHOR
before() { awk -v anchor="$3" -v add="$4" '!done && index($0, anchor) { print add; done = 1 } { print }' \
	"$class/$1/$2" >"$tmp/edited" && mv "$tmp/edited" "$class/$1/$2"; }

new() { reference $lab "$class/$1"; }
new honest
# Its verdicts: the console says what it should, and the trace as well, but the CPU saw none of it.
new forged-trace
before forged-trace inject.c 'v->virt.cr2 = pf->va' '	trace_trap(v, LANE_GUEST, LANE_VMM, VEC_PF, 0, 0x1234, 9, pf->va);'
mkdir -p "$class/forged-console"
cp build/kit/$lab/labs/$lab/*.c "$class/forged-console/"
before forged-console fault.c 'lab_todo("02.1c")' '	printk("alias va=0x40001000 pa=0x00200000 wrote=0x1\nalias identity=0x1\n02-pagefault: 100/100\n"); machine_exit(0);'
sed -i '1i #include "lib/printk.h"' "$class/forged-console/fault.c"
new endless
before endless walk.c '*w = (struct walk){0};' '	for (;;) asm volatile("");'

# Time: more instructions than a budget has, of which QEMU knows, whatever the trace's time stamps say.
# The same, the clock put back behind it. And none at all: a processor that waits for what never comes.
new slow
before slow fault.c 'guest_walk(v, va, access, w);' '	{ static int n; if (n++ == 3) for (u32 i = 0; i < 60000000; i++) asm volatile(""); }'
new put-back
before put-back fault.c 'guest_walk(v, va, access, w);' '	{ static int n; u32 low, high; if (n++ == 3) { asm volatile("rdtsc" : "=a"(low), "=d"(high)); for (u32 i = 0; i < 60000000; i++) asm volatile(""); asm volatile("wrmsr" : : "c"(0x10), "a"(low), "d"(high)); } }'
new halted
before halted fault.c 'guest_walk(v, va, access, w);' '	{ static int n; if (n++ == 3) asm volatile("cli; hlt"); }'

# A name of 400,000 components, in 966 bytes; and a name that a spreadsheet would carry out.
python3 - "$class/components.tgz" <<-'END'
	import io, sys, tarfile
	with tarfile.open(sys.argv[1], "w:gz", format=tarfile.PAX_FORMAT) as t:
	    info = tarfile.TarInfo("a/" * 400000 + "walk.c")
	    info.size = 6
	    t.addfile(info, io.BytesIO(b"int x;"))
END
mkdir "$class/=cmd|calc!A0"

before_files=$(find /tmp -maxdepth 1 -name 'pwned*' | wc -l)
SECONDS=0
timeout 900 build/bin/tlgrade batch $lab "$class" --book "$book" --seed 5 >"$tmp/batch" 2>&1
ok the_batch_ends test $? = 0
build/bin/tlgrade report $lab --csv --book "$book" >"$book.csv"
ok honest_work_has_all_points test "$(score honest)" = 100
# Without walk.c's work direct mode's stage is still right; a forged entry spoils what is judged by the trace.
stopped forged-trace 'does not confirm' 85
stopped forged-console 'does not confirm|console' 0
stopped endless 'did not end' 15
stopped slow 'guest instructions; the budget is' 90
stopped put-back 'guest instructions; the budget is' 90
stopped halted 'stood still: halted, and nothing woke it' 15
stopped components 'has a name too long, or lies too deep; refused' 0
ok a_name_is_no_formula grep -qF "\"'=cmd" "$book.csv"
ok nothing_was_left_behind test "$(find /tmp -maxdepth 1 -name 'pwned*' | wc -l)" = "$before_files"
ok no_password_file_in_any_report bash -c '! grep -rq "root:x:0" "$1"' - "$book"

# In another lab: when the guest calls, and the CPU's log has begun, the console and the notes of the
# trace are made up, and the machine ends well.
reference 03-shadow-vs-direct "$tmp/other/forged-guest"
words=$(sed -n '/^\[test pinning\]/,/^ticks/s/^console = ^\(.*\)\$$/\1\\\\n/p' labs/03-shadow-vs-direct/lab.conf | tr -d '\n')
sed -i "s/^void rehook_all(struct vcpu \*v)\$/#include \"boot\/options.h\"\n#include \"lib\/printk.h\"\n&/
	s/^\tburst_ends(s);\$/\tif (options.guest[9] == 'p') {\n\t\tprintk(\"$words\");\n\t\tmachine_exit(0);\n\t}\n&/" \
	"$tmp/other/forged-guest/writable.c"
make -s kit LAB=03-shadow-vs-direct >/dev/null 2>&1
build/bin/tlgrade batch 03-shadow-vs-direct "$tmp/other" --book "$tmp/other.db" --seed 5 >"$tmp/batch" 2>&1
build/bin/tlgrade show 03-shadow-vs-direct forged-guest --book "$tmp/other.db" >"$tmp/shown" 2>&1
hostile=$((hostile + 1))
if grep -q 'no guest has sent' <(grep -A1 'FORGED.* 03.2 *0/[0-9]* *pinning' "$tmp/shown"); then stopped=$((stopped + 1)); fi
ok stopped_forged_guest grep -q 'FORGED.* 03.2 *0/[0-9]* *pinning' "$tmp/shown"

# Lab 04's units run in the probe itself, but in ring 3: they can neither speak for it, nor end the machine, nor keep the
# other end from coming between two of their instructions.
returns='return slots - (producer - consumer);'
forges() { # NAME TEST LINE CODE ERE: the report of TEST, with CODE before that LINE of ring.c
	reference 04-io-rings "$tmp/rings/$1"
	sed -i "s/^\t$3\$/\t$4\n&/" "$tmp/rings/$1/ring.c"
	sed -i '1i void say(const char *fmt, ...) __attribute__((weak)), finish(u32 code) __attribute__((weak));' "$tmp/rings/$1/ring.c" && sed -i '1i #include <trapline/types.h>' "$tmp/rings/$1/ring.c"
	build/bin/tlgrade grade 04-io-rings --seed 5 --stage "$2" --submission "$tmp/rings/$1" --unconfined --out "$tmp/rings/out" >"$tmp/shown" 2>&1
	hostile=$((hostile + 1))
	cat "$tmp/shown"
	grep -qE -- "$5" "$tmp/shown" && grep -q '04-io-rings: 0/' "$tmp/shown" && stopped=$((stopped + 1))
}
ok stopped_words_of_the_probe forges words numbers "$returns" 'say("rings: tried=500 differences=0\\n"); finish(0);' 'which is not its to touch'
ok stopped_a_port forges port numbers "$returns" 'asm volatile("outb %0, $0xF4" : : "a"((u8)0));' 'raises exception 13'
ok stopped_words_as_of_an_unwritten_stage forges unwritten numbers "$returns" \
	'asm volatile("int $0x81" : : "a"("x\\nrings: tried=500 differences=0"), "d"("x"), "c"(1));' 'todo .* numbers'
ok stopped_a_loop forges loop numbers "$returns" 'for (;;) asm volatile("");' 'does not come back'
ok stopped_who_would_be_alone forges alone tells 'u32 from = \*index;' \
	'asm volatile("pushfl; andl $0xFFFFFEFF, (%esp); popfl");' 'clears the trap flag'
echo "# | hostile stopped $stopped/$hostile"
done_testing
