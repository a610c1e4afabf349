/*
 * spoken.h: what a guest says, in one number (FNV-1a, 32 bits).
 *
 * A direct-mode guest passes it in ESI, beside console_io's own arguments. The hypervisor looks
 * past it; but the emulator's log has the registers of each entry, and so tltrace can tell which
 * lines of a console a guest has sent, whatever the hypervisor printed. A native guest whose
 * characters are not in a register, since it sends them by `rep outsb`, has the sum of the line in
 * EDI at the last of these.
 */
#ifndef TRAPLINE_SPOKEN_H
#define TRAPLINE_SPOKEN_H

#include <trapline/types.h>

#define SPOKEN_START 2166136261u

static inline u32 spoken_byte(u32 sum, char c)
{
	return (sum ^ (u8)c) * 16777619u;
}

static inline u32 spoken(const char *text, u32 len)
{
	u32 sum = SPOKEN_START;

	while (len--)
		sum = spoken_byte(sum, *text++);
	return sum;
}

#endif
