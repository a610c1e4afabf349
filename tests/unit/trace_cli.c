/* trace_cli.c: tltrace as users type it: exit codes, refusals, and the page of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "read/file.h"
#include "read/timeline.h"
#include "trace_synth.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/trace_cli-XXXXXX";
static char tool[4096];
static struct sb out;

/* Run `tltrace ARGS`, where @ stands for the directory of traces. Returns the exit code. */
static int tltrace(const char *args)
{
	struct sb command = {0};
	char buf[4096];
	int status;
	size_t n;
	FILE *f;

	sb_add(&command, "'%s' ", tool);
	for (; *args; args++) {
		if (*args == '@')
			sb_add(&command, "%s", dir);
		else
			sb_put(&command, args, 1);
	}
	sb_add(&command, " 2>&1");
	sb_free(&out);
	sb_add(&out, "%s", "");
	f = popen(command.s, "r");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		sb_put(&out, buf, n);
	status = pclose(f);
	sb_free(&command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void says(const char *what)
{
	if (!strstr(out.s, what))
		fail_msg("expected '%s' in: %s", what, out.s);
}

static void every_command_explains_itself(void **state)
{
	static const char *const names[] = {"extract",	"info",	      "dump", "stats", "faults",
					    "check",	"witness",    "draw", "diff",  "loop",
					    "timeline", "events-doc", "play"};

	(void)state;
	assert_int_equal(tltrace("--help"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char args[64];

		assert_int_equal(tltrace("--help"), 0);
		says(names[i]);
		snprintf(args, sizeof(args), "%s --help", names[i]);
		assert_int_equal(tltrace(args), 0);
		says("usage: tltrace ");
		snprintf(args, sizeof(args), "%s --colour", names[i]);
		assert_int_equal(tltrace(args), 2);
		says("unknown option");
	}
	assert_int_equal(tltrace("frobnicate"), 2);
	assert_int_equal(tltrace(""), 2);
	assert_int_equal(tltrace("info"), 2);
	assert_int_equal(tltrace("info @/none.ctf"), 2);
	says("none.ctf: there is no such trace");
}

static void stats_end_with_the_number_of_entries(void **state)
{
	(void)state;
	assert_int_equal(tltrace("stats @/esx.ctf --fault va=0x40001000"), 0);
	says("\nVMM entries: 4 (traps 4, hypercalls 0)\n");
	assert_int_equal(tltrace("stats @/xen.ctf --fault 1"), 0);
	says("\nVMM entries: 2 (traps 1, hypercalls 1)\n");
	assert_int_equal(tltrace("stats @/xen.ctf --fault 77"), 2);
	says("tltrace faults");
	assert_int_equal(tltrace("faults @/esx.ctf"), 0);
	says("0x40001000");
	says("not_present");
	assert_int_equal(tltrace("dump --json @/esx.ctf"), 0);
	says("\"op\":\"mov_from_cr2\"");
	assert_int_equal(tltrace("stats --json @/esx.ctf"), 0);
	says("\"entries\":4");
}

static size_t lines(void)
{
	size_t n = 0;

	for (const char *c = out.s; *c; c++)
		n += *c == '\n';
	return n;
}

static void events_can_be_chosen(void **state)
{
	size_t all;

	(void)state;
	assert_int_equal(tltrace("dump @/esx.ctf"), 0);
	all = lines();
	assert_int_equal(tltrace("dump @/esx.ctf --domain 1"), 0);
	assert_int_equal(lines(), all - 1); /* but for the machine's */
	assert_int_equal(tltrace("dump @/esx.ctf --domain 2"), 2);
	says("there is no domain 2 in it");
	assert_int_equal(tltrace("dump @/esx.ctf --from 6 --to 5"), 2);
	says("--from comes after --to");
	assert_int_equal(tltrace("dump @/esx.ctf --from 5 --to 6 --to 7"), 2);
	says("--to is given twice: which?");
	assert_int_equal(tltrace("draw @/esx.ctf -o @/x.svg --output @/y.svg"), 2);
	says("-o is given twice: which?");
	assert_int_equal(tltrace("dump @/esx.ctf --event trap --event resume"), 0);
	assert_int_equal(tltrace("dump @/esx.ctf --from 5 --to 6"), 0);
	assert_int_equal(lines(), 2);
	says("     5 ");
	says("     6 ");
	assert_int_equal(tltrace("dump @/esx.ctf --event spte,p2m --event walk"), 0);
	assert_int_equal(lines(), 4);
	says("verdict=not_present");
	assert_int_equal(tltrace("dump @/esx.ctf --event ''"), 2);
	assert_int_equal(tltrace("dump @/esx.ctf --event spte,"), 2);
	assert_int_equal(tltrace("dump @/esx.ctf --event spte,wal"), 2);
	says("no event 'wal'; docs/events.md lists them");
	assert_int_equal(tltrace("dump @/esx.ctf --domain 65535"), 2);
	says("this is no domain: 65535");
	assert_int_equal(tltrace("dump @/esx.ctf --to x"), 2);
	says("this is no event number: x");
	assert_int_equal(tltrace("stats @/esx.ctf --domain 1"), 0);
	says("(traps 4, hypercalls 0)");
	assert_int_equal(tltrace("stats @/esx.ctf --domain 3"), 2);
	says("there is no domain 3 in it");
	assert_int_equal(tltrace("draw @/esx.ctf --domain 3 --all -o /tmp/x.svg"), 2);
	says("domain 3 does nothing there");
	assert_int_equal(tltrace("draw @/esx.ctf --domain 1 -o /tmp/x.svg"), 2);
	says("--fault D:N");
}

static void checks_and_differences_set_the_exit_code(void **state)
{
	(void)state;
	assert_int_equal(tltrace("check @/esx.ctf tests/expect/esx-pagefault.expect"), 0);
	assert_int_equal(tltrace("check @/xen.ctf tests/expect/xen-pagefault.expect"), 0);
	assert_int_equal(tltrace("check @/xen.ctf tests/expect/esx-pagefault.expect"), 1);
	says("tests/expect/esx-pagefault.expect:4: does not hold");
	assert_int_equal(tltrace("diff @/esx.ctf @/esx.ctf --times"), 0);
	assert_int_equal(tltrace("diff @/esx.ctf @/xen.ctf"), 1);
}

static void the_classes_of_a_divergence_survive_in_svg(void **state)
{
	struct sb path = {0};
	struct blob svg;
	struct err err;

	(void)state;
	assert_int_equal(tltrace("check @/xen.ctf tests/expect/esx-pagefault.expect "
				 "--diverge @/xen.diverged.svg"),
			 1);
	sb_add(&path, "%s/xen.diverged.svg", dir);
	assert_int_equal(file_read(path.s, 1 << 20, &svg, &err), 0);
	assert_non_null(memmem(svg.data, svg.size, "class=\"note expected\"", 21));
	assert_non_null(memmem(svg.data, svg.size, "class=\"note got\"", 16));
	free(svg.data);
	sb_free(&path);
	assert_int_equal(
	    tltrace("check @/xen.ctf tests/expect/esx-pagefault.expect --diverge @/xen.bmp"), 2);
	says(".svg");
}

static void a_loop_is_told_in_one_sentence(void **state)
{
	(void)state;
	assert_int_equal(tltrace("loop @/loop.ctf -o @/loop.dot"), 0);
	says("#PF (error 6) at 0x40001000, by the instruction at 0x08048123 of the application "
	     "repeats, 5 times; its shadow entry was written, 0x07654067, and it faults again; "
	     "the guest OS was told\n");
	says("      emulate op=iret eip=0xc0101300 value=0x08048123");
	assert_int_equal(tltrace("loop @/esx.ctf"), 1);
	says("no fault repeats at the end; the last entry of 4: #GP");
	assert_int_equal(tltrace("loop @/loop.ctf -o @/loop.bmp"), 2);
	assert_int_equal(tltrace("loop --log @/none -o @/loop.svg"), 2);
	says("only a trace can be drawn");
	assert_int_equal(tltrace("loop --log @/none"), 2);
	assert_int_equal(tltrace("loop"), 2);
}

/* What is too much is refused before it takes long. */
static void a_timeline_tells_who_had_the_processor(void **state)
{
	(void)state;
	assert_int_equal(tltrace("timeline @/two.ctf --json"), 0);
	says("\"domain\":1,\"ran_us\":430.0,\"share\":0.54430");
	says("\"weight\":0.333333");
	says("\"waited_us\":70.0,\"wakes\":0,");
	says("\"blocked\":0,\"yielded\":0,\"slice_over\":0,\"woken\":1,\"paused\":0,\"ended\":1}");
	says("\"domain\":2,\"ran_us\":360.0,");
	says("\"warp\":700,\"waited_us\":40.0,\"wakes\":2,\"mean_late_us\":20.0,\"latest_us\":30.0,"
	     "\"blocked\":1,\"yielded\":0,\"slice_over\":1,\"woken\":0,\"paused\":1,");
	assert_int_equal(tltrace("timeline @/two.ctf"), 0);
	says("1000 us, 7 hand-overs, idle 21.0 %");
	/* Of a window only what lies in it. */
	assert_int_equal(tltrace("timeline @/two.ctf --from 120 --to 220"), 0);
	says("100 us, 2 hand-overs, idle 0.0 %");
	says("     1           30");
	says("     2           70");
	assert_int_equal(tltrace("timeline @/two.ctf -o @/two.svg --title 'a<b'"), 0);
	assert_int_equal(tltrace("timeline @/two.ctf --from 2000"), 2);
	says("no time is left");
	assert_int_equal(tltrace("timeline @/two.ctf --from x"), 2);
	assert_int_equal(tltrace("timeline @/two.ctf -o @/two.png"), 2);
	says("SVG");
	assert_int_equal(tltrace("timeline @/esx.ctf"), 2);
	says("there was one domain");
}

static void draw_refuses_too_many_pages(void **state)
{
	(void)state;
	assert_int_equal(tltrace("draw @/long.ctf --all -o @/long.svg"), 2);
	says("choose a part with --from");
	assert_int_equal(tltrace("draw @/long.ctf --from 1 --to 40 -o @/long.dot"), 0);
}

static void draw_refuses_what_it_cannot_do(void **state)
{
	(void)state;
	assert_int_equal(tltrace("draw @/esx.ctf -o @/x.dot"), 0);
	assert_int_equal(tltrace("draw @/esx.ctf @/xen.ctf --align phase -o @/y.svg"), 0);
	assert_int_equal(tltrace("draw @/esx.ctf"), 2);
	says("-o FILE");
	assert_int_equal(tltrace("draw @/esx.ctf -o @/x.bmp"), 2);
	says(".svg");
	assert_int_equal(tltrace("draw @/esx.ctf --from 900 -o @/x.svg"), 2);
	assert_int_equal(tltrace("draw @/esx.ctf --size 5:4 -o @/x.svg"), 2);
	says("16:9, 4:3, a4 or fit");
	assert_int_equal(tltrace("draw @/esx.ctf --theme blue -o @/x.svg"), 2);
	says("light, dark or print");
	assert_int_equal(tltrace("draw @/esx.ctf --theme dark -o @/x.dot"), 2);
	assert_int_equal(tltrace("draw @/esx.ctf --font-scale 0 -o @/x.svg"), 2);
	assert_int_equal(tltrace("draw @/esx.ctf --font-scale 2x -o @/x.svg"), 2);
	assert_int_equal(tltrace("draw @/esx.ctf --font-scale nan -o @/x.svg"), 2);
	says("from 0.5 to 3");
	assert_int_equal(tltrace("draw @/esx.ctf @/xen.ctf --font-scale 3 --steps -o @/x.pdf"), 2);
	says("narrower than their letters");
	assert_int_equal(tltrace("draw @/esx.ctf @/xen.ctf --all -o @/x.svg"), 2);
	assert_int_equal(tltrace("info -o x @/esx.ctf"), 2);
}

static void play_writes_a_page_or_says_why_not(void **state)
{
	struct blob page;
	struct sb path = {0};
	struct err err;

	(void)state;
	assert_int_equal(tltrace("play @/esx.ctf @/xen.ctf -o @/walk.html"), 0);
	says("12 steps in 1 scene");
	sb_add(&path, "%s/walk.html", dir);
	if (file_read(path.s, 1 << 20, &page, &err))
		fail_msg("%s", err.text);
	assert_non_null(strstr((char *)page.data, "\"verdict\":\"not_present\""));
	free(page.data);
	/* No fault is at the same address: 1500 scenes of the one trace, one of the other. */
	assert_int_equal(tltrace("play @/long.ctf @/xen.ctf -o @/walk.html"), 0);
	says("1501 scenes");
	assert_int_equal(tltrace("play @/long.ctf --all -o @/walk.html"), 0);
	assert_int_equal(tltrace("play @/long.ctf --fault 9 -o @/walk.html"), 0);
	assert_int_equal(tltrace("play @/long.ctf --fault 7777 -o @/walk.html"), 2);
	says("tltrace faults");
	assert_int_equal(tltrace("play @/long.ctf --from 100 --to 200 --at 150 -o @/walk.html"), 0);
	assert_int_equal(tltrace("play @/long.ctf --from 100 --to 200 --at 250 -o @/x.html"), 2);
	says("--at 250 is not in --from and --to");
	/* A name that is no UTF-8. */
	assert_int_equal(tltrace("diff @/esx.ctf @/esx.ctf; cp -r @/esx.ctf @/\xff.ctf"), 0);
	assert_int_equal(tltrace("play @/\xff.ctf -o @/walk.html"), 0);
	says("11 steps in 1 scene");
	assert_int_equal(tltrace("play @/long.ctf --at 999999 -o @/x.html"), 2);
	assert_int_equal(tltrace("play @/esx.ctf --elf docs/events.md -o @/x.html"), 2);
	says("built with -g");
	assert_int_equal(tltrace("play @/esx.ctf"), 2);
	says("-o FILE.html");
	assert_int_equal(tltrace("play @/esx.ctf -o @/x.svg"), 2);
	says(".html");
	assert_int_equal(tltrace("play @/esx.ctf -o @/none/x.html"), 2);
	says("there is no folder");
	assert_int_equal(tltrace("play @/esx.ctf @/xen.ctf --all -o @/x.html"), 2);
	says("--at are for one trace");
	assert_int_equal(tltrace("play @/esx.ctf --domain 1 -o @/x.html"), 2);
	says("--domain goes with --all");
	assert_int_equal(tltrace("play @/esx.ctf --all --domain 5 -o @/x.html"), 2);
	says("domain 5 does nothing there");
	sb_free(&path);
}

static void docs_events_md_is_current(void **state)
{
	struct blob page;
	struct err err;

	(void)state;
	assert_int_equal(tltrace("events-doc"), 0);
	if (file_read("docs/events.md", 1 << 20, &page, &err))
		fail_msg("%s", err.text);
	if (page.size != out.len || memcmp(page.data, out.s, out.len))
		fail_msg("docs/events.md is stale; run `make events-doc` and commit it");
	free(page.data);
}

/* Domain 1 spins; domain 2 wakes, warps, sleeps, and wakes as the processor is idle. In us. */
static void synth_two_domains(struct synth *s)
{
#define SCHED(us, prev, next, why, warped)                                                         \
	synth_event(s, (us)*1000, EV_sched, LANE_vmm, LANE_vmm, (u64)(prev), (u64)(next),          \
		    (u64)LOST_##why, (u64)(warped))
	synth_begin(s, 2);
	s->domain = 2;
	synth_event(s, 0, EV_weight, LANE_vmm, LANE_vmm, (u64)5, (u64)700);
	SCHED(5, NO_DOMAIN, 1, idle, 0); /* 0 */
	synth_event(s, 100000, EV_wake, LANE_vmm, LANE_vmm, (u64)0);
	SCHED(30, 1, 2, woken, 1);	    /* 130 */
	SCHED(70, 2, 1, blocked, 0);	    /* 200 */
	SCHED(300, 1, NO_DOMAIN, ended, 0); /* 500 */
	synth_event(s, 200000, EV_wake, LANE_vmm, LANE_vmm, (u64)0);
	SCHED(10, NO_DOMAIN, 2, idle, 0); /* 710 */
	SCHED(90, 2, 2, slice_over, 0);	  /* 800 */
	SCHED(200, 2, NO_DOMAIN, paused, 0);
#undef SCHED
}

static int make_traces(void **state)
{
	struct sb path = {0};
	struct synth s;
	struct err err;
	int rc;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	sb_add(&path, "%s/esx.ctf", dir);
	synth_begin(&s, 1);
	synth_esx_walk(&s, 1, SYNTH_VA);
	rc = synth_write(&s, path.s, &err);
	synth_free(&s);
	path.len = 0;
	sb_add(&path, "%s/xen.ctf", dir);
	synth_begin(&s, 2);
	synth_xen_walk(&s, 1, SYNTH_VA);
	rc |= synth_write(&s, path.s, &err);
	synth_free(&s);
	path.len = 0;
	sb_add(&path, "%s/loop.ctf", dir);
	synth_begin(&s, 1);
	for (u32 i = 1; i <= 5; i++)
		synth_esx_walk(&s, i, SYNTH_VA);
	rc |= synth_write(&s, path.s, &err);
	synth_free(&s);
	path.len = 0;
	sb_add(&path, "%s/two.ctf", dir);
	synth_two_domains(&s);
	rc |= synth_write(&s, path.s, &err);
	synth_free(&s);
	/* Nothing in it can be folded. */
	path.len = 0;
	sb_add(&path, "%s/long.ctf", dir);
	synth_begin(&s, 2);
	for (u32 i = 1; i <= 1500; i++) {
		synth_xen_walk(&s, i, SYNTH_VA + i * 4096);
		synth_noise(&s, i % 2);
	}
	rc |= synth_write(&s, path.s, &err);
	synth_free(&s);
	sb_free(&path);
	return rc;
}

static int remove_traces(void **state)
{
	struct sb command = {0};
	int rc;

	(void)state;
	sb_add(&command, "rm -r %s", dir);
	rc = system(command.s);
	sb_free(&command);
	sb_free(&out);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_command_explains_itself),
	    cmocka_unit_test(stats_end_with_the_number_of_entries),
	    cmocka_unit_test(events_can_be_chosen),
	    cmocka_unit_test(checks_and_differences_set_the_exit_code),
	    cmocka_unit_test(the_classes_of_a_divergence_survive_in_svg),
	    cmocka_unit_test(a_loop_is_told_in_one_sentence),
	    cmocka_unit_test(a_timeline_tells_who_had_the_processor),
	    cmocka_unit_test(draw_refuses_too_many_pages),
	    cmocka_unit_test(draw_refuses_what_it_cannot_do),
	    cmocka_unit_test(play_writes_a_page_or_says_why_not),
	    cmocka_unit_test(docs_events_md_is_current),
	};
	char self[2048];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	/* The tool lies beside the tests: BUILD/tests/trace_cli and BUILD/bin/tltrace. */
	if (n <= 0)
		return 1;
	self[n] = 0;
	snprintf(tool, sizeof(tool), "%s/../bin/tltrace", dirname(self));
	return cmocka_run_group_tests(tests, make_traces, remove_traces);
}
