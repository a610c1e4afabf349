/*[H55] cmos.c: the real-time clock, which starts where the emulator's is told to, and memory sizes.
 */
#include "dev/devices.h"

enum {
	SECOND = 0,
	MINUTE = 2,
	HOUR = 4,
	WEEKDAY = 6,
	DAY = 7,
	MONTH = 8,
	YEAR = 9,
	STATUS_A = 10,
	STATUS_B = 11,
	STATUS_C = 12,
	STATUS_D = 13,
	CENTURY = 0x32
};

static const u8 month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct date {
	u32 year, month, day; /* from 1 */
};

/* Which day it is `days` after 2003-10-19. */
static struct date date_after(u32 days)
{
	struct date d = {2003, 10, 19};

	while (days--) {
		bool leap = d.month == 2 && d.year % 4 == 0; /* until 2100 */

		if (++d.day <= month_days[d.month - 1] + (u32)leap)
			continue;
		d.day = 1;
		if (++d.month <= 12)
			continue;
		d.month = 1;
		d.year++;
	}
	return d;
}

static u8 bcd(u32 n)
{
	return n / 10 << 4 | n % 10;
}

/* How much memory there is, in the units of old: base in KB, from 1 MB in KB, from 16 MB in 64 KB.
 */
static u8 memory_size(u8 index, u32 pages)
{
	u32 kb = pages * 4, extended = kb - 1024 < 0xFFFF ? kb - 1024 : 0xFFFF;
	u32 high = kb > 16384 ? (kb - 16384) / 64 : 0;

	switch (index) {
	case 0x15:
		return 640 & 0xFF;
	case 0x16:
		return 640 >> 8;
	case 0x17:
	case 0x30:
		return extended;
	case 0x18:
	case 0x31:
		return extended >> 8;
	case 0x34:
		return high;
	case 0x35:
		return high >> 8;
	default:
		return 0;
	}
}

u8 vcmos_in(const struct vcmos *c, u32 seconds, u32 pages)
{
	u32 days = seconds / 86400;

	switch (c->index) {
	case SECOND:
		return bcd(seconds % 60);
	case MINUTE:
		return bcd(seconds / 60 % 60);
	case HOUR:
		return bcd(seconds / 3600 % 24);
	case WEEKDAY: /* the first day was a Sunday */
		return days % 7 + 1;
	case DAY:
		return bcd(date_after(days).day);
	case MONTH:
		return bcd(date_after(days).month);
	case YEAR:
		return bcd(date_after(days).year % 100);
	case CENTURY:
		return bcd(date_after(days).year / 100);
	case STATUS_A:
		return 0x26; /* 32768 Hz, not being updated */
	case STATUS_B:
		return 0x02; /* 24 hours, BCD */
	case STATUS_D:
		return 0x80; /* the battery is good */
	default:
		return memory_size(c->index, pages);
	}
}
