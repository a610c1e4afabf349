/* pc.h: what both small kernels for a PC begin with: start, tables, timer. Each has a main(). */
#ifndef PC_H
#define PC_H

#include <trapline/types.h>

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

void main(const char *cmdline);

static u64 gdt[5], idt[33];

static inline void outb(u16 port, u8 val)
{
	asm volatile("outb %0, %1" : : "a"(val), "Nd"(port));
}

static inline void set_gate(u32 vec, const u8 *handler)
{
	idt[vec] = ((u32)handler & 0xFFFF) | 8u << 16 | (u64)0x8E00 << 32 |
		   (u64)((u32)handler >> 16) << 48;
}

/** Code is 8, data 16; the rest of the GDT is the kernel's own. The timer's interrupt is 32. */
static inline void load_tables(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {sizeof(gdt) - 1, (u32)gdt},
				  idtr = {sizeof(idt) - 1, (u32)idt};

	gdt[1] = 0x00CF9A000000FFFF;
	gdt[2] = 0x00CF92000000FFFF;
	set_gate(32, tick);
	asm volatile("lgdt %0\n\tlidt %1\n\tljmp $8, $1f\n"
		     "1:\tmovl %2, %%ds\n\tmovl %2, %%es\n\tmovl %2, %%ss"
		     :
		     : "m"(gdtr), "m"(idtr), "r"(16)
		     : "memory");
}

/** @param mask of the first PIC; @param ticks of the 8254 to a period */
static inline void start_timer(u8 mask, u16 ticks)
{
	outb(0x20, 0x11);
	outb(0x21, 32);
	outb(0x21, 4);
	outb(0x21, 1);
	outb(0x21, mask);
	outb(0x43, 0x34);
	outb(0x40, ticks & 0xFF);
	outb(0x40, ticks >> 8);
}

#endif
