/* main.c: the guest that prints what it sees of its machine, from beginning to end. */
#include "same.h"

void same_main(const struct multiboot_info *mb) __attribute__((noreturn));

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
	long_tables();
	beyond();
	beyond_everywhere();
	code();
	print("same: the end\n");
	power_off(true);
}
