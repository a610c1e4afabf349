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

static u32 bios_long(u32 at)
{
	u32 val;

	asm volatile("movl (%1), %0" : "=r"(val) : "r"(at));
	return val;
}

static void boot_information(const struct multiboot_info *mb)
{
	/* (Of the memory above, the BIOS keeps a little for itself.) */
	print("platform: multiboot: flags=%x mem_lower=%x boot_device=%x loader=%s modules=%u",
	      mb->flags, mb->mem_lower, mb->boot_device, (const char *)mb->loader, mb->mods_count);
	for (u32 i = 0; i < mb->mods_count; i++) {
		const struct multiboot_module *m = (const void *)(mb->mods_addr + i * sizeof(*m));

		print(" %s: %u bytes, at %x of its page", (const char *)m->string,
		      m->end - m->start, m->start % PAGE_SIZE);
	}
	print("\nplatform: vectors: %x %x %x\nplatform: bios data:", bios_long(0), bios_long(4),
	      bios_long(0xFF * 4));
	for (u32 at = 0x400; at < 0x500; at += 4)
		if (at != 0x46C && bios_long(at)) /* the clock's ticks */
			print(" %x=%x", at, bios_long(at));
	print("\n");
}

/* As the BIOS leaves them. (Of the PICs the masks are not compared.) */
static void devices(void)
{
	print("platform: devices: uart");
	for (u32 reg = 1; reg < 8; reg++)
		print(" %x", inb(COM1 + reg));
	outb(0x43, 0xE2);
	print(" timer modes %x", inb(0x40) & 0x0F);
	outb(0x43, 0xE8);
	print(" %x port 61 %x port 92 %x", inb(0x42) & 0x0F, inb(0x61) & 0xEF, inb(0x92));
	print(" elcr %x %x", inb(0x4D0), inb(0x4D1));
	outb(0x4D0, 0xFF);
	outb(0x4D1, 0xFF);
	print(" %x %x", inb(0x4D0), inb(0x4D1));
	outb(0x4D0, 0);
	outb(0x4D1, 0x0C);
	print("\n");
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

/* Those of the family that no feature stands for; what is written there is lost. */
static void msrs(void)
{
	static const u16 which[] = {0x17,  0x2A,  0x33,	 0x79,	0x88,  0x89,  0x8A,  0x8B,
				    0xC1,  0xC2,  0x116, 0x118, 0x119, 0x11A, 0x11B, 0x11E,
				    0x186, 0x187, 0x1D9, 0x1DB, 0x1DC, 0x1DD, 0x1DE, 0x1E0};

	print("platform: msrs:");
	for (u32 i = 0; i < ARRAY_SIZE(which); i++) {
		tell_msr(which[i]);
		asm volatile("wrmsr" : : "a"(0x41), "d"(0), "c"(which[i]));
		tell_msr(which[i]);
	}
	print("\n");
}

/* More than the receiver holds, in loopback. (A byte takes its time on the bare machine's line.) */
static void receive(u8 fcr, u32 bytes, u8 then)
{
	char got[40];
	u32 n = 0;
	u8 status;

	outb(COM1 + 4, 0x18);
	outb(COM1 + 2, fcr);
	for (u32 i = 0; i < bytes; i++) {
		outb(COM1, 'a' + i);
		for (u32 wait = 0; wait < 20000; wait++)
			asm volatile("");
	}
	outb(COM1 + 2, then);
	status = inb(COM1 + 5);
	while (n < sizeof(got) - 1 && inb(COM1 + 5) & 1)
		got[n++] = inb(COM1);
	got[n] = '\0';
	outb(COM1 + 4, 0x08);
	print("platform: uart, fifo control %x: %u bytes, then %x: status %x, %s\n", fcr, bytes,
	      then, status, got);
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
	devices();
	boot_information(mb);
	cpuid_promises();
	msrs();
	uart();
	receive(0, 1, 0);
	receive(0, 5, 0);
	receive(7, 16, 1);
	receive(7, 20, 1);
	receive(7, 3, 0); /* turning it on or off empties it */
	receive(0, 1, 1);
	receive(7, 3, 3);
}
