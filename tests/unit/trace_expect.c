/* trace_expect.c: the order language means what EXPECT.md says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "expect/expect.h"
#include "read/file.h"
#include "trace_synth.h"

#include <string.h>

static struct trace esx, xen, torn;
static struct sb report;

/* Run @text; the result is 0, 1, or -1 for text that does not parse. */
static int check_with(const struct trace *t, const char *text, const char *fault,
		      const struct expect_vars *preset)
{
	struct expect x;
	struct err err = {""};
	int rc;

	sb_free(&report);
	rc = expect_parse(&x, "test.expect", text, strlen(text), &err);
	if (rc == 0) {
		rc = expect_run(&x, t, preset, fault, false, &report, NULL, &err);
		expect_free(&x);
	}
	if (rc < 0)
		sb_add(&report, "%s", err.text);
	return rc;
}

static int check(const struct trace *t, const char *text)
{
	struct expect_vars none = {0};

	return check_with(t, text, NULL, &none);
}

static void says(const char *what)
{
	if (!report.s || !strstr(report.s, what))
		fail_msg("expected '%s' in: %s", what, report.s ? report.s : "(nothing)");
}

static void plain_lines_are_strict_about_crossings(void **state)
{
	(void)state;
	assert_int_equal(check(&esx, "episode va=$V\ntrap vec=14\ninject\ntrap vec=13\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ntrap vec=14\ntrap vec=13\n"), 1);
	says("test.expect:3: does not hold\n    trap vec=13\n");
	says("it is 'inject', expected 'trap'");
	says("$V=0x40001000");
	assert_int_equal(check(&esx, "episode va=$V\ntrap vec=14\nany trap vec=13\n"), 0);
}

static void notes_may_match_before_the_next_crossing(void **state)
{
	(void)state;
	assert_int_equal(check(&esx, "episode va=$V\ntrap\nwalk verdict=not_present\ninject\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ntrap\nemulate\n"), 1);
	assert_int_equal(check(&esx, "episode va=$V\ntrap\nwalk verdict=protection\n"), 1);
	says("verdict is not_present, expected == protection");
}

static void the_nearest_event_is_about_the_right_address(void **state)
{
	(void)state;
	/* A later walk has the verdict and the PDE; the one of this address is what went wrong. */
	assert_int_equal(
	    check(&esx, "episode va=$V\nany walk va=$V verdict=traced_write pde=0x236067\n"), 1);
	says("the nearest is event ");
	says(": verdict is not_present, expected == traced_write");
}

static void what_comes_too_early_is_named(void **state)
{
	(void)state;
	assert_int_equal(
	    check(&esx, "episode va=$V\nany inject\nany walk va=$V verdict=not_present\n"), 1);
	says(" does, but is too early: before event ");
}

static void then_means_the_very_next_event(void **state)
{
	(void)state;
	assert_int_equal(check(&esx, "episode va=$V\ntrap\nthen walk\nthen inject\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ntrap\nthen insn\nthen walk\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ntrap\nthen inject\n"), 1);
	says("the very next event");
}

static void variables_bind_once(void **state)
{
	(void)state;
	assert_int_equal(check(&esx, "episode va=$V\ntrap va=$V\ninject cr2=$V eip=$H\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ntrap va=$V eip=$E\ninject eip=$E\n"), 1);
	says("$E=0x8048123");
	/* A line that fails binds nothing: the pattern is tried on walk first. */
	assert_int_equal(check(&esx, "any emulate value=$X op=iret\ncount resume eip=$X == 1\n"),
			 0);
	assert_int_equal(check(&esx, "never trap va=$U\n"), 1);
	says("$U has no value yet");
	assert_int_equal(check(&esx, "let V = 0x40001000\nepisode va=$V\nspte va=$V\n"), 1);
}

static void masks_apply_to_both_sides(void **state)
{
	(void)state;
	assert_int_equal(check(&esx, "let V = 0x40001abc\nany trap va&0xfffff000=$V from=app\n"),
			 0);
	assert_int_equal(check(&esx, "let V = 0x40001abc\nany trap va=$V from=app\n"), 1);
	assert_int_equal(check(&esx, "any trap err&4=4 vec=PF\n"), 0);
}

static void names_are_values(void **state)
{
	(void)state;
	assert_int_equal(check(&xen, "any hypercall nr=mmu_update\nmmu_update result=0\n"), 0);
	assert_int_equal(check(&esx, "any emulate op=mov_from_cr2\nany trap vec=PF\n"), 0);
	assert_int_equal(check(&xen, "any mmu_update result>-1\nany native to=app\n"), 0);
	assert_int_equal(check(&esx, "any emulate op=mov_from_cr9\n"), -1);
	says("test.expect:1: no number and no name");
}

static void amounts_count_the_whole_scope(void **state)
{
	(void)state;
	assert_int_equal(check(&esx, "episode va=$V\nany resume to=app\ncount entry == 4\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ncount trap from=guest == 3\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ncount entry <= 3\n"), 1);
	says("there are 4, expected <= 3");
	assert_int_equal(check(&esx, "count entry == 7\n"), 0);
	assert_int_equal(check(&esx, "never hypercall\n"), 0);
	assert_int_equal(check(&xen, "episode va=$V\nnever hypercall\n"), 1);
	says("> ");
	assert_int_equal(check(&esx, "episode va=$V\ncost <= 1332\ncost > 1331\n"), 0);
	assert_int_equal(check(&esx, "episode va=$V\ncost < 1332\n"), 1);
	says("the VMM took 1332 instructions");
}

static void end_and_maybe(void **state)
{
	(void)state;
	assert_int_equal(check(&xen, "episode va=$V\nany native\nend\n"), 0);
	assert_int_equal(check(&xen, "episode va=$V\nany hypercall\nend\n"), 1);
	assert_int_equal(
	    check(&xen, "episode va=$V\ntrap\nmaybe resume\nmaybe inject\nhypercall\n"), 0);
}

static void episodes_are_chosen(void **state)
{
	struct expect_vars preset = {0};

	(void)state;
	assert_int_equal(check(&torn, "episode first trap vec=14 from=app va=$V\n"
				      "episode 2\ntrap va=0x40002000\n"
				      "episode all\nmachine mmu=shadow\n"),
			 0);
	assert_int_equal(check(&torn, "episode va=0x40009000\n"), 1);
	says("no episode begins like this");
	assert_true(expect_set_var(&preset, "V", 0x40002000));
	assert_int_equal(
	    check_with(&torn, "let V = 1\nepisode va=$V\ntrap va=0x40002000\n", NULL, &preset), 0);
	assert_int_equal(check_with(&torn, "trap va=0x40002000\n", "2", &preset), 0);
	assert_int_equal(check_with(&torn, "trap\n", "99", &preset), -1);
	says("tltrace faults");
}

static void a_loss_is_not_passed_over(void **state)
{
	(void)state;
	assert_int_equal(check(&torn, "never hypercall\n"), 1);
	says("events were lost");
	assert_int_equal(check(&torn, "episode 1\nnever hypercall\n"), 0);
}

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
	    {"", "nothing is expected"},
	    {"# only a comment\n", "nothing is expected"},
	    {"trap\n\nfoo\n", "test.expect:3: no such event or keyword: 'foo'"},
	    {"trap colour=3\n", "test.expect:1: no such field in this event: 'colour'"},
	    {"trap vec\n", "expected FIELD=VALUE"},
	    {"trap vec=\n", "expected FIELD=VALUE"},
	    {"trap vec=$\n", "no variable name"},
	    {"trap vec&q=3\n", "no number as mask"},
	    {"trap vec=0xFFFFFFFFFFFFFFFFFF\n", "no number and no name"},
	    {"insn bytes=3\n", "no such field"},
	    {"count trap\n", "must end in"},
	    {"count trap == x\n", "must end in"},
	    {"let x 3\n", "expected: let"},
	    {"then\n", "expected an event"},
	    {"cost == 3 4\n", "expected: cost"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(check(&esx, bad[i].text), -1);
		says(bad[i].says);
	}
}

static void damaged_files_never_crash(void **state)
{
	static const char good[] = "let VA = 0x40001000\nepisode last trap va=$VA from=app\n"
				   "any walk verdict!=protection\ncount entry >= 2\ncost < 9999\n"
				   "never irq vec&0xF0=0x20\nmaybe then\nend # done\n";
	struct expect_vars none = {0};
	u32 seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char copy[sizeof(good)];
		struct expect x;
		struct err err;
		size_t n = sizeof(good) - 1;

		memcpy(copy, good, sizeof(good));
		for (int k = 0; k < 1 + round % 4; k++) {
			seed = seed * 1664525 + 1013904223;
			copy[(seed >> 8) % n] =
			    round % 3 ? (char)(seed >> 24) : good[(seed >> 20) % n];
		}
		if (expect_parse(&x, "x", copy, round % 5 ? n : seed % n, &err))
			continue;
		sb_free(&report);
		expect_run(&x, &esx, &none, NULL, true, &report, NULL, &err);
		expect_free(&x);
	}
}

/* The files that the project ships must say what the walkthroughs are, and notice when they are
 * not: drop or change any one crossing and they fail. */
static void shipped(const char *file, const struct trace *t, u32 fault)
{
	struct expect_vars none = {0};
	struct blob text;
	struct expect x;
	struct err err;

	if (file_read(file, 1 << 20, &text, &err))
		fail_msg("%s", err.text);
	assert_int_equal(expect_parse(&x, file, (char *)text.data, text.size, &err), 0);
	sb_free(&report);
	if (expect_run(&x, t, &none, NULL, false, &report, NULL, &err))
		fail_msg("%s", report.s);
	for (size_t i = 0; i < t->count; i++) {
		struct event *e = &t->events[i];

		if (e->fault != fault || !event_crosses(e))
			continue;
		e->fault = 0;
		assert_int_equal(expect_run(&x, t, &none, NULL, false, &report, NULL, &err), 1);
		e->fault = fault;
	}
	expect_free(&x);
	free(text.data);
}

static void shipped_expectations_state_the_walkthroughs(void **state)
{
	(void)state;
	shipped("tests/expect/esx-pagefault.expect", &esx, 1);
	shipped("tests/expect/xen-pagefault.expect", &xen, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_lines_are_strict_about_crossings),
	    cmocka_unit_test(notes_may_match_before_the_next_crossing),
	    cmocka_unit_test(the_nearest_event_is_about_the_right_address),
	    cmocka_unit_test(what_comes_too_early_is_named),
	    cmocka_unit_test(then_means_the_very_next_event),
	    cmocka_unit_test(variables_bind_once),
	    cmocka_unit_test(masks_apply_to_both_sides),
	    cmocka_unit_test(names_are_values),
	    cmocka_unit_test(amounts_count_the_whole_scope),
	    cmocka_unit_test(end_and_maybe),
	    cmocka_unit_test(episodes_are_chosen),
	    cmocka_unit_test(a_loss_is_not_passed_over),
	    cmocka_unit_test(mistakes_are_named_with_their_line),
	    cmocka_unit_test(damaged_files_never_crash),
	    cmocka_unit_test(shipped_expectations_state_the_walkthroughs),
	};
	struct synth s;
	struct err err;
	int rc;

	synth_begin(&s, 1);
	synth_noise(&s, 3);
	synth_esx_walk(&s, 1, SYNTH_VA);
	rc = synth_open(&s, &esx, &err);
	synth_free(&s);
	synth_begin(&s, 2);
	synth_noise(&s, 1);
	synth_xen_walk(&s, 1, SYNTH_VA);
	rc |= synth_open(&s, &xen, &err);
	synth_free(&s);
	synth_begin(&s, 1);
	synth_esx_walk(&s, 1, SYNTH_VA);
	synth_esx_walk(&s, 2, SYNTH_VA + 0x1000);
	synth_lose(&s, 9);
	synth_noise(&s, 1);
	rc |= synth_open(&s, &torn, &err);
	synth_free(&s);
	if (rc)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	sb_free(&report);
	trace_close(&esx);
	trace_close(&xen);
	trace_close(&torn);
	return rc;
}
