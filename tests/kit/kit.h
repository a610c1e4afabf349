/* kit.h: what all test kernels stand on: printing, the console, the end. */
#ifndef KIT_H
#define KIT_H

#include <trapline/types.h>

/* print.c: %s %u %d %x. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
int strcmp(const char *a, const char *b);

/* pc.c, or the kernel's own where its console is not a PC's. */

/** Write to the console. */
void console_write(const char *text, u32 len);
/** The end. */
void power_off(bool well) __attribute__((noreturn));

/** Make COM1 ready, as not every loader leaves it: 115200 baud, 8N1, with FIFO. pc.c only. */
void console_init(void);

#endif
