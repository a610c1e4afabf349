/* lib.h: printing, dying, and random numbers that are the same in every run. */
#ifndef FINCH_LIB_H
#define FINCH_LIB_H

#include "string.h"

/** Print to the console: %s %c %d %u %x %08x and %%. Every message is one write to the port. */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** A bug in the kernel: say so and end the machine with exit code 1. */
void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/** The value of a decimal number; stops at the first other character. */
u32 parse_number(const char *s);
/** The value of `name=` on the command line, or NULL. It ends at a space or at the end. */
const char *option(const char *cmdline, const char *name);

void rng_seed(u32 seed);
/** A number from 0 to n - 1. */
u32 rng_below(u32 n);

#endif
