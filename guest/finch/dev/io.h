/* io.h: the ports of devices. */
#ifndef FINCH_IO_H
#define FINCH_IO_H

#include <trapline/types.h>

static inline u8 inb(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void outb(u16 port, u8 v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

/** Many words of 16 bits, one after the other. */
static inline void insw(u16 port, void *to, u32 words)
{
	asm volatile("rep insw" : "+D"(to), "+c"(words) : "d"(port) : "memory");
}

static inline void outsw(u16 port, const void *from, u32 words)
{
	asm volatile("rep outsw" : "+S"(from), "+c"(words) : "d"(port) : "memory");
}

#endif
