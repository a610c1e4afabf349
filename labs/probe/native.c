/* native.c: the shadow-mode probe: start, descriptors, paging. */
#include "native.h"

#define CR0_ON		0x80010011u /* PG, WP, ET, PE */
#define CR4_PSE		0x10u
#define PAGE_OF_ITS_OWN __attribute__((aligned(4096)))

u32 pd[1024] PAGE_OF_ITS_OWN, pt_low[1024] PAGE_OF_ITS_OWN, pt_test[1024] PAGE_OF_ITS_OWN,
    pt_spare[1024] PAGE_OF_ITS_OWN;
u32 idt[512] PAGE_OF_ITS_OWN;
u32 probe_gdt[1024] PAGE_OF_ITS_OWN, probe_tss[26];
u32 trap_vec, trap_err, trap_eip, trap_cs, trap_eflags, trap_esp, trap_ss, trap_eax, trap_return,
    trap_return_esp, trap_top;
extern u8 trap_0[], trap_1[], trap_3[], trap_6[], trap_8[], trap_10[], trap_11[], trap_12[],
    trap_13[], trap_14[], trap_128[];
void probe_start(const u32 *info);

void put(char c)
{
	outb(0x3F8, (u8)c);
}

void finish(u32 code)
{
	outb(0xF4, (u8)code);
	for (;;)
		asm volatile("hlt");
}

static void gate(u32 vec, const u8 *to, u32 dpl)
{
	idt[2 * vec] = 0x08 << 16 | ((u32)to & 0xFFFF);
	idt[2 * vec + 1] = ((u32)to & 0xFFFF0000) | 0x8E00 | dpl << 13;
}

void descriptors_init(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {0x7F, (u32)probe_gdt}, idtr = {2047, (u32)idt};
	u32 t = (u32)probe_tss;

	for (u32 i = 1; i <= 4; i++) { /* code 0, data 0, code 3, data 3 */
		probe_gdt[2 * i] = 0xFFFF;
		probe_gdt[2 * i + 1] = 0xCF9300 | (i & 1 ? 0x800 : 0) | (i > 2 ? 0x6000 : 0);
	}
	probe_gdt[10] = t << 16 | (sizeof(probe_tss) - 1);
	probe_gdt[11] = (t & 0xFF000000) | (t >> 16 & 0xFF) | 0x8900;
	probe_tss[1] = (u32)stack_top - 8192;
	probe_tss[2] = 0x10;
	gate(0, trap_0, 0);
	gate(1, trap_1, 0);
	gate(3, trap_3, 3);
	gate(6, trap_6, 0);
	gate(8, trap_8, 0);
	gate(10, trap_10, 0);
	gate(11, trap_11, 0);
	gate(12, trap_12, 0);
	gate(13, trap_13, 0);
	gate(14, trap_14, 0);
	gate(128, trap_128, 3);
	asm volatile("lgdt %0\n\t"
		     "ljmp $0x08, $1f\n"
		     "1:\n\t"
		     "movl %1, %%ss\n\t"
		     "movl %2, %%ds\n\t"
		     "movl %2, %%es\n\t"
		     "lidt %3\n\t"
		     "ltr %w4"
		     :
		     : "m"(gdtr), "r"(0x10), "r"(0x23), "m"(idtr), "r"(0x28)
		     : "memory");
}

void paging_on(void)
{
	for (u32 i = 0; i < 1024; i++)
		pt_low[i] = i * PAGE | P | RW | US | A | D;
	pd[0] = (u32)pt_low | P | RW | US | A;
	pd[TEST_BASE >> 22] |= (u32)pt_test | P | RW | US;
	asm volatile("movl %0, %%cr4\n\t"
		     "movl %1, %%cr3\n\t"
		     "movl %2, %%cr0"
		     :
		     : "r"(CR4_PSE), "r"(pd), "r"(CR0_ON)
		     : "memory");
}

void probe_start(const u32 *info)
{
	if (info[0] & 4)
		probe_options((const char *)info[4]);
	outb(0x21, 0xFF);
	outb(0xA1, 0xFF);
	lab01_native();
	lab02();
	lab03_native();
	if (scenario_is("own") && own)
		own();
	say("probe: no such scenario\n");
	finish(2);
}

void pic_init(u8 vec, u8 masked)
{
	outb(0x20, 0x11); /* edge triggered, with a slave, ICW4 */
	outb(0x21, vec);
	outb(0x21, 0x04);
	outb(0x21, 0x01);
	outb(0x21, masked);
}

void pic_off(void)
{
	outb(0x21, 0xFF);
	outb(0x20, 0x20);
}

bool timer_pending(void)
{
	u8 requests;

	outb(0x20, 0x0A); /* the next read is of the request register */
	asm volatile("inb $0x20, %0" : "=a"(requests));
	return requests & 1;
}

void timer_waits(void)
{
	outb(0x21, 0xFE);
	outb(0x43, 0x30); /* once */
	outb(0x40, 10);
	outb(0x40, 0);
	while (!timer_pending())
		;
}
