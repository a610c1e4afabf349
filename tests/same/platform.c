/* platform.c: what the boot loader and the machine hand over. */
#include "same.h"

#define COM1	 0x3F8
#define PIC	 0x20
#define UART_IRQ 4

static void registers(void)
{
	static const char *const names[] = {"eax", "eflags", "cs", "ds",  "es",
					    "ss",  "fs",     "gs", "cr0", "cr4"};

	first[1] &= ~(EFL_PF | EFL_ZF | EFL_SF | EFL_CF | EFL_AF | EFL_OF); /* whatever they are */
	print("platform: registers:");
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		print(" %s=%x", names[i], first[i]);
	print("\n");
}

static u16 bios_word(u32 at)
{
	u16 word;

	asm volatile("movw (%1), %0" : "=r"(word) : "r"(at));
	return word;
}

static void boot_information(const struct multiboot_info *mb)
{
	/* (Of the memory above, the BIOS keeps a little for itself.) */
	print("platform: multiboot: mem_lower=%x cmdline=%s modules=%u\n", mb->mem_lower,
	      mb->flags & MBI_CMDLINE ? "yes" : "no", mb->flags & MBI_MODS ? mb->mods_count : 0);
	print("platform: bios data: ebda=%x memory=%x\n", bios_word(0x40E), bios_word(0x413));
}

static void tell_msr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	print(" %x=%x:%x", msr, high, msr == 0x10 ? 0 : low);
}

/* Each feature that has registers, with these. */
static void cpuid_promises(void)
{
	static const struct {
		u8 bit;
		const char *name;
		u16 msrs[3];
	} features[] = {{4, "tsc", {0x10}},
			{7, "mce", {0x179, 0x17A}},
			{11, "sep", {0x174, 0x175, 0x176}},
			{12, "mtrr", {0xFE, 0x2FF, 0x200}},
			{14, "mca", {0x179, 0x400}},
			{16, "pat", {0x277}}};
	u32 eax = 1, ebx, ecx, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	print("platform: cpuid: eax=%x edx=%x", eax, edx);
	for (u32 i = 0; i < ARRAY_SIZE(features); i++)
		if (edx >> features[i].bit & 1) {
			print(" %s:", features[i].name);
			for (u32 k = 0; k < 3 && features[i].msrs[k]; k++)
				tell_msr(features[i].msrs[k]);
		}
	print("\n");
}

/* Is the UART's interrupt requested at the PIC (which lets none through)? */
static u32 requested(u32 ier, u32 mcr)
{
	outb(COM1 + 4, mcr);
	outb(COM1 + 1, 0);
	(void)inb(COM1 + 2);
	outb(COM1 + 1, ier);
	outb(PIC, 0x0A); /* read the request register */
	return inb(PIC) >> UART_IRQ & 1;
}

static void uart(void)
{
	print("platform: uart:");
	for (u32 mcr = 0; mcr < 0x20; mcr += 4) {
		u32 before = inb(COM1 + 4), with, without;

		while (!(inb(COM1 + 5) & 0x40))
			;
		with = requested(2, mcr);
		without = requested(0, mcr);
		outb(COM1 + 4, before & ~0x10);
		print(" %x=%u%u", mcr, with, without);
	}
	print("\n");
}

void platform(const struct multiboot_info *mb)
{
	registers();
	boot_information(mb);
	cpuid_promises();
	uart();
}
