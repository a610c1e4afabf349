/* trace_babeltrace.c: babeltrace2 reads what we write, without a warning, and sees as many events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "trace_synth.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void babeltrace2_agrees(void **state)
{
	char dir[] = "/tmp/trace_babeltrace-XXXXXX", line[2048];
	size_t lines = 0, warnings = 0;
	struct sb ctf = {0}, command = {0};
	struct synth s;
	struct trace t;
	struct err err;
	bool walk = false;
	FILE *f;

	(void)state;
	if (system("babeltrace2 --version >/dev/null 2>&1"))
		skip();
	assert_non_null(mkdtemp(dir));
	sb_add(&ctf, "%s/t.ctf", dir);
	synth_begin(&s, 1);
	synth_noise(&s, 200);
	synth_esx_walk(&s, 1, SYNTH_VA);
	synth_xen_walk(&s, 2, SYNTH_VA);
	/* One of each event, with fields that are all ones. */
	for (size_t i = 0; i < schema_nevents; i++) {
		static const char bytes[16] = "0123456789abcde";
		u64 b = schema_events[i].id == EV_insn ? (u64)(uintptr_t)bytes : 1;

		synth_event(&s, 5, schema_events[i].id, LANE_vmm, LANE_vmm, (u64)1, (u64)1, b,
			    (u64)1, (u64)1, (u64)1, (u64)1, (u64)1);
	}
	assert_int_equal(synth_write(&s, ctf.s, &err), 0);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	sb_add(&command, "babeltrace2 %s 2>&1", ctf.s);
	f = popen(command.s, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		lines += line[0] == '[';
		warnings += line[0] != '[';
		walk |= strstr(line, "verdict = ( \"not_present\"") != NULL;
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(warnings, 0);
	assert_int_equal(lines, t.count);
	assert_true(walk);
	command.len = 0;
	sb_add(&command, "rm -r %s", dir);
	assert_int_equal(system(command.s), 0);
	sb_free(&command);
	sb_free(&ctf);
	trace_close(&t);
	synth_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(babeltrace2_agrees)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
