/* printk.h: what the hypervisor says on the console. */
#ifndef HV_PRINTK_H
#define HV_PRINTK_H

#include <trapline/types.h>

/** Print to the console: %d %u %x %08x (width and 0 flag) %s %c %%; no 64-bit numbers. */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** Say what is wrong with the hypervisor itself, and stop the machine. */
void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/** Stop the machine, when the console has been drained; `code` 0 means that all went well. */
void machine_exit(u32 code) __attribute__((noreturn));
/** What machine_exit() is to do first. */
void at_machine_exit(void (*duty)(void));

#endif
