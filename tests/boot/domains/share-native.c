/* share-native.c: share.h on a PC. Its time is the time-stamp counter, which counts 1 GHz in QEMU.
 */
#include "share.h"

asm(".section .multiboot, \"a\"\n"
    "	.balign 4\n"
    "	.long 0x1BADB002, 3, -(0x1BADB002 + 3)\n"
    "	.text\n"
    "	.globl _start\n"
    "_start: cld\n"
    "	movl $stack_top, %esp\n"
    "	pushl 16(%ebx)\n" /* multiboot_info.cmdline */
    "	call main\n"
    "tick:	pushl %eax\n"
    "	movb $0x20, %al\n"
    "	outb %al, $0x20\n"
    "	popl %eax\n"
    "	iret\n"
    "	.bss\n"
    "	.space 8192\n"
    "stack_top:\n"
    "	.text\n");
extern u8 tick[];

static u64 gdt[3], idt[33];

static void outb(u16 port, u8 val)
{
	asm volatile("outb %0, %1" : : "a"(val), "Nd"(port));
}

u64 now(void)
{
	u64 tsc;

	asm volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

static void wait(void)
{
	asm volatile("sti\n\thlt\n\tcli" : : : "memory");
}

/* The timer ticks every millisecond. */
void sleep_until(u64 ns)
{
	outb(0x21, 0xFE);
	while (now() < ns)
		wait();
	outb(0x21, 0xFF);
}

void sleep_for_ever(void)
{
	for (;;)
		wait();
}

void yield(void)
{
}

void print(const char *s)
{
	while (*s)
		outb(0x3F8, *s++);
}

void timers(u64 until)
{
	(void)until;
}

void end(void)
{
	for (;;)
		asm volatile("outl %0, $0xF4" : : "a"(0));
}

static void load_tables(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {sizeof(gdt) - 1, (u32)gdt},
				  idtr = {sizeof(idt) - 1, (u32)idt};

	gdt[1] = 0x00CF9A000000FFFF;
	gdt[2] = 0x00CF92000000FFFF;
	idt[32] =
	    ((u32)tick & 0xFFFF) | 8u << 16 | (u64)0x8E00 << 32 | (u64)((u32)tick >> 16) << 48;
	asm volatile("lgdt %0\n\tlidt %1\n\tljmp $8, $1f\n"
		     "1:\tmovl %2, %%ds\n\tmovl %2, %%es\n\tmovl %2, %%ss"
		     :
		     : "m"(gdtr), "m"(idtr), "r"(16)
		     : "memory");
}

static void start_timer(void)
{
	outb(0x20, 0x11);
	outb(0x21, 32);
	outb(0x21, 4);
	outb(0x21, 1);
	outb(0x21, 0xFF);
	outb(0x43, 0x34);
	outb(0x40, 1193 & 0xFF);
	outb(0x40, 1193 >> 8);
}

void main(const char *cmdline);
void main(const char *cmdline)
{
	load_tables();
	start_timer();
	live(cmdline);
}
