/* probe.h: what the probes share: a kernel that does one thing, says key=value, and ends. */
#ifndef PROBE_H
#define PROBE_H

#include <stdarg.h>
#include <trapline/types.h>

#define PAGE 4096u

/** Formatted output: %s %x (0x and eight digits) %u. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void sayv(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
/** One character to the console: each probe's own. */
void put(char c);
/** End the machine. */
void finish(u32 code) __attribute__((noreturn));
/** The command line, from which scenario= and seed= are taken. */
void probe_options(const char *line);
/** Is it this scenario? */
bool scenario_is(const char *name);
/** The next number drawn from the seed, below `below`. */
u32 draw(u32 below);

/** A student's scenario: labs/NN-name/scenario.c. */
void own(void) __attribute__((weak));

#endif
