/* trace_witness.c: the CPU's log confirms true traces and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "trace_synth.h"
#include "read/witness.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The state dump that follows each entry, in QEMU 7.2's words. */
#define DUMP                                                                                       \
	"EAX=80010039 EBX=00103800 ECX=00000100 EDX=00010511\n"                                    \
	"EIP=00100128 EFL=00000002 [-------] CPL=1 II=0 A20=1 SMM=0 HLT=0\n"                       \
	"CS =0031 00000000 ffffffff 00cfba00 DPL=1 CS32 [-R-]\n"                                   \
	"CCS=00000000 CCD=00100128 CCO=EFLAGS\n"

#define FIRMWARE                                                                                   \
	"SMM: enter\nEAX=00000000 EBX=00000000\nSMM: after RSM\n"                                  \
	"     0: v=03 e=0000 i=1 cpl=0 IP=0008:001000c8 pc=001000c8 SP=0010:00104868 "             \
	"env->regs[R_EAX]=80010011\n" DUMP
#define IRQ                                                                                        \
	"Servicing hardware INT=0x20\n"                                                            \
	"     1: v=20 e=0000 i=0 cpl=0 IP=0008:fc001000 pc=fc001000 SP=0010:00104868 "             \
	"env->regs[R_EAX]=800100fe\n" DUMP
#define FAULT                                                                                      \
	"check_exception old: 0xffffffff new 0xe\n"                                                \
	"     2: v=0e e=0006 i=0 cpl=3 IP=e02b:08048123 pc=08048123 SP=e033:00105868 "             \
	"CR2=40001000\n" DUMP
#define HYPERCALL                                                                                  \
	"     3: v=82 e=0000 i=1 cpl=1 IP=e019:c0101250 pc=c0101250 SP=e021:00105868 "             \
	"env->regs[R_EAX]=00000001\n" DUMP
#define SYSCALL                                                                                    \
	"     4: v=80 e=0000 i=1 cpl=3 IP=e02b:08048140 pc=08048140 SP=e033:00105868 "             \
	"env->regs[R_EAX]=00000004\n" DUMP

static struct witness w;
static struct sb report;
static struct err err;

static int compare(const struct trace *t, const char *text, bool allow_dropped)
{
	char path[] = "/tmp/trace_witness-XXXXXX";
	int fd = mkstemp(path), rc;
	struct qemulog log;

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	assert_int_equal(qemulog_open(&log, path, &err), 0);
	unlink(path);
	sb_free(&report);
	rc = witness_compare(t, &log, allow_dropped, &w, &report, &err);
	qemulog_close(&log);
	return rc;
}

/* A direct-mode run: an interrupt of the idle loop, one fault, one hypercall. */
static void build(struct trace *t, unsigned lose, u64 gate)
{
	struct synth s;

	synth_begin(&s, 2);
	synth_noise(&s, 0);
	if (gate)
		synth_event(&s, 1, EV_fast_gate, LANE_vmm, LANE_vmm, gate, (u64)0xE019,
			    (u64)0xC0101400);
	synth_xen_walk(&s, 1, SYNTH_VA);
	if (lose)
		synth_lose(&s, lose);
	synth_event(&s, 1, EV_domain_end, LANE_vmm, LANE_vmm, (u64)0, (u64)0, (u64)0);
	assert_int_equal(synth_open(&s, t, &err), 0);
	synth_free(&s);
}

static int compare_fresh(const char *text)
{
	struct trace t;
	int rc;

	build(&t, 0, 0);
	rc = compare(&t, text, false);
	trace_close(&t);
	return rc;
}

static void a_true_trace_is_confirmed(void **state)
{
	(void)state;
	assert_int_equal(compare_fresh(FIRMWARE IRQ FAULT HYPERCALL), 0);
	assert_int_equal(w.confirmed, 3);
	assert_int_equal(w.traps, 1);
	assert_int_equal(w.irqs, 1);
	assert_int_equal(w.hypercalls, 1);
	assert_int_equal(w.before, 1);
	assert_int_equal(w.missing + w.forged, 0);
}

static void the_vmms_own_entries_after_the_end_are_no_ones_business(void **state)
{
	(void)state;
	assert_int_equal(compare_fresh(IRQ FAULT HYPERCALL IRQ), 0);
	assert_int_equal(w.after, 1);
}

static void an_entry_that_the_trace_hides_is_missing(void **state)
{
	(void)state;
	assert_int_equal(compare_fresh(IRQ FAULT SYSCALL HYPERCALL), 1);
	assert_int_equal(w.missing, 1);
	assert_int_equal(w.forged, 0);
	assert_non_null(strstr(report.s, "v=80"));
	assert_non_null(strstr(report.s, "hypercall"));
	assert_int_equal(compare_fresh(IRQ FAULT HYPERCALL FAULT), 1);
	assert_int_equal(w.missing, 1);
}

static void an_entry_that_never_happened_is_forged(void **state)
{
	(void)state;
	assert_int_equal(compare_fresh(IRQ HYPERCALL), 1);
	assert_int_equal(w.forged, 1);
	assert_int_equal(w.missing, 0);
	assert_int_equal(compare_fresh(IRQ FAULT), 1);
	assert_int_equal(w.forged, 1);
}

/* Change one number of the CPU's story at a time. */
static void every_field_is_held_against_the_log(void **state)
{
	static const char *const changes[][2] = {
	    {"v=0e e=0006", "v=0d e=0006"},	      {"e=0006", "e=0004"},
	    {"cpl=3 IP=e02b", "cpl=1 IP=e02b"},	      {"IP=e02b:08048123", "IP=e023:08048123"},
	    {"IP=e02b:08048123", "IP=e02b:08048124"}, {"CR2=40001000", "CR2=40002000"},
	    {"IP=e019:c0101250", "IP=e019:c0101252"}, {"v=82 e=0000 i=1", "v=82 e=0000 i=0"},
	    {"Servicing hardware INT=0x20\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		const char *log = IRQ FAULT HYPERCALL, *at = strstr(log, changes[i][0]);
		struct sb b = {0};

		assert_non_null(at);
		sb_put(&b, log, (size_t)(at - log));
		sb_add(&b, "%s%s", changes[i][1], at + strlen(changes[i][0]));
		/* The very first entry, if wrong, looks like one of the boot's. */
		assert_int_equal(compare_fresh(b.s), 1);
		sb_free(&b);
	}
}

static void fast_gates_are_counted_apart(void **state)
{
	struct trace t;

	(void)state;
	build(&t, 0, 0x80);
	assert_int_equal(compare(&t, IRQ FAULT HYPERCALL SYSCALL, false), 0);
	assert_int_equal(w.fast, 1);
	assert_int_equal(w.confirmed, 3);
	/* A page fault is no fast gate's, whatever the trace declares. */
	assert_int_equal(compare(&t, IRQ FAULT FAULT HYPERCALL, false), 1);
	assert_null(strstr(report.s, "as the trace says"));
	trace_close(&t);
}

/* It is not confirmed, but no lie either: the trace has told of that gate. */
static void a_gate_that_may_not_be_is_named(void **state)
{
	struct trace t;

	(void)state;
	build(&t, 0, 14);
	assert_int_equal(compare(&t, IRQ FAULT FAULT HYPERCALL, false), 1);
	assert_int_equal(w.forged, 0);
	assert_non_null(
	    strstr(report.s, "vector 14 has a gate of the CPU's own, as the trace says"));
	trace_close(&t);
}

static void a_loss_ends_the_comparison(void **state)
{
	struct trace t;

	(void)state;
	build(&t, 4, 0);
	assert_int_equal(compare(&t, IRQ FAULT HYPERCALL SYSCALL FAULT, false), 1);
	assert_int_equal(w.confirmed, 3);
	assert_non_null(strstr(report.s, "--allow-dropped"));
	assert_int_equal(compare(&t, IRQ FAULT HYPERCALL SYSCALL FAULT, true), 0);
	trace_close(&t);
}

static void a_trace_without_crossings_confirms_nothing(void **state)
{
	struct synth s;
	struct trace t;

	(void)state;
	synth_begin(&s, 2);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	assert_int_equal(compare(&t, FAULT, false), -1);
	assert_non_null(strstr(err.text, "trace=all"));
	trace_close(&t);
	synth_free(&s);
}

/* The same run as Bochs would tell it. `late`: how long after the entry the trace's event came;
 * `leave`, `twice`: an entry, from 1, that the log lacks, or has twice. */
static int compare_bare(unsigned late, unsigned leave, unsigned twice, bool all_soft)
{
	struct sb log = {0};
	struct trace t;
	unsigned n = 0;
	int rc;

	build(&t, 0, 0);
	sb_add(&log, "00000000001: softint f000:ff53 (0x000fff53)\n"
		     "00000000002: softint e019:c0104f43 (0xc0104f43)\n"
		     "00000000003: iret e008:fc51b85d (0xfc51b85d)\n");
	for (size_t i = 0; i < t.count; i++) {
		const struct event *e = &t.events[i];
		bool soft = all_soft || event_is(e, EV_hypercall);

		if (!event_is_entry(e))
			continue;
		n++;
		for (unsigned k = 0; n != leave && k < 1 + (n == twice); k++)
			sb_add(&log, "%011llu: %s e008:ffc00202 (0xffc00202)\n",
			       (unsigned long long)e->ts - late,
			       soft ? "softint" : "exception (not softint)");
	}
	assert_int_equal(n, 3);
	rc = compare(&t, log.s, false);
	sb_free(&log);
	trace_close(&t);
	return rc;
}

static void bochs_confirms_when_and_by_what(void **state)
{
	(void)state;
	assert_int_equal(compare_bare(90, 0, 0, false), 0);
	assert_int_equal(w.confirmed, 3);
	assert_int_equal(w.hypercalls, 1);
	assert_int_equal(w.before, 0);
	for (unsigned n = 1; n <= 3; n++) {
		assert_int_equal(compare_bare(90, n, 0, false), 1);
		assert_int_equal(w.forged, 1);
	}
	assert_int_equal(compare_bare(90, 0, 2, false), 1);
	assert_int_equal(w.missing, 1);
	assert_int_equal(compare_bare(3000, 0, 0, false), 1);
	assert_int_equal(compare_bare((unsigned)-1, 0, 0, false), 1);
	assert_int_equal(compare_bare(90, 0, 0, true), 1);
}

static void damaged_logs_are_told_apart_from_cut_ones(void **state)
{
	(void)state;
	assert_int_equal(compare_fresh(IRQ FAULT HYPERCALL "     9: v=0e e=00"), 0);
	assert_int_equal(compare_fresh(IRQ "     9: v=0e e=00\n" FAULT), -1);
	assert_non_null(strstr(err.text, "damaged"));
}

static void any_line_can_be_parsed_without_harm(void **state)
{
	static const char line[] = "     2: v=0e e=0006 i=0 cpl=3 IP=e02b:08048123 pc=08048123 "
				   "SP=e033:00105868 CR2=40001000";
	struct cpu_entry x;

	(void)state;
	assert_int_equal(qemulog_parse(line, strlen(line), &x), 1);
	for (size_t n = 0; n < sizeof(line); n++) {
		char *exact = xcalloc(n, 1); /* so that reading beyond it is noticed */

		memcpy(exact, line, n);
		qemulog_parse(exact, n, &x);
		for (size_t k = 0; k < n; k++) {
			exact[k] ^= 0x15;
			qemulog_parse(exact, n, &x);
			exact[k] ^= 0x15;
		}
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_true_trace_is_confirmed),
	    cmocka_unit_test(the_vmms_own_entries_after_the_end_are_no_ones_business),
	    cmocka_unit_test(an_entry_that_the_trace_hides_is_missing),
	    cmocka_unit_test(an_entry_that_never_happened_is_forged),
	    cmocka_unit_test(every_field_is_held_against_the_log),
	    cmocka_unit_test(fast_gates_are_counted_apart),
	    cmocka_unit_test(a_gate_that_may_not_be_is_named),
	    cmocka_unit_test(a_loss_ends_the_comparison),
	    cmocka_unit_test(a_trace_without_crossings_confirms_nothing),
	    cmocka_unit_test(bochs_confirms_when_and_by_what),
	    cmocka_unit_test(damaged_logs_are_told_apart_from_cut_ones),
	    cmocka_unit_test(any_line_can_be_parsed_without_harm),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	sb_free(&report);
	return rc;
}
