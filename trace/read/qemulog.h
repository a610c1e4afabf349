/*
 * qemulog.h: reading the emulator's own log: one record for every exception or interrupt that
 * QEMU's
 * `-d int` wrote, or for every entry into ring 0 of which Bochs' debugger told (`show int`).
 */
#ifndef TLTRACE_QEMULOG_H
#define TLTRACE_QEMULOG_H

#include "read/err.h"
#include "trapline/types.h"

#include <stdio.h>

/** One entry as the CPU took it. */
struct cpu_entry {
	u64 line; /* of the log */
	u8 vec, cpl;
	bool soft;	       /* by int, int3, into: @eip is the instruction's own address */
	bool hardware;	       /* a device interrupt */
	u32 err, eip, cs, cr2; /* cr2: for vector 14 */
	bool has_regs;	       /* the log shows these, too */
	u32 eax, ebx, edx, esi, edi;
	bool bare;	/* by Bochs, which tells only @soft and the time */
	u64 time;	/* of a bare entry: in instructions, as the time-stamp counter */
	char text[160]; /* the line itself, cut */
};

struct qemulog {
	FILE *f;
	u8 *buf;
	size_t at, have, last; /* last: length of the line that was read */
	u64 line;
	bool servicing; /* the line before announced a device interrupt */
	bool triple_fault;
};

/** Open the log @path. 0, or -1. */
int qemulog_open(struct qemulog *q, const char *path, struct err *err);
/** Read the next entry: 1, 0 at the end, or -1 for a line that should be one and is not. */
int qemulog_next(struct qemulog *q, struct cpu_entry *out, struct err *err);
void qemulog_close(struct qemulog *q);

/** Parse one line of @len bytes. 1: an entry; 0: some other line; -1: a damaged entry. */
int qemulog_parse(const char *line, size_t len, struct cpu_entry *out);

#endif
