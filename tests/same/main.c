/* main.c: the guest that prints what it sees of its machine, from beginning to end. */
#include "same.h"

#define COM1 0x3F8

void same_main(const struct multiboot_info *mb) __attribute__((noreturn));

void console_write(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		while (!(inb(COM1 + 5) & 0x20))
			;
		outb(COM1, text[i]);
	}
}

void power_off(bool well)
{
	while (!(inb(COM1 + 5) & 0x40))
		;
	outb(0xF4, !well);
	for (;;)
		asm volatile("cli\n\thlt");
}

void same_main(const struct multiboot_info *mb)
{
	platform(mb);
	beyond_unpaged();
	outb(0x21, 0xFF);
	outb(0xA1, 0xFF);
	tables_init();
	paging_init();
	segments();
	stale();
	beyond();
	beyond_everywhere();
	code();
	print("same: the end\n");
	power_off(true);
}
