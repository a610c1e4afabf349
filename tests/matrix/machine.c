/* machine.c: paging, interrupt controllers and timer; setting all back before each cell. */
#include "machine.h"

#include <trapline/spoken.h>

#define COM1	   0x3F8
#define UART_FIFO  16
#define PIC1	   0x20
#define PIC2	   0xA0
#define PIT_DATA   0x40
#define PIT_MODE   0x43
#define EXIT_PORT  0xF4
#define PTE_USER   (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define NR_TABLES  (MAPPED >> 22)
#define HIGH_SLOT  768 /* the same memory once more, at 0xC0000000 */
#define CR0_NORMAL (CR0_PE | CR0_ET | CR0_NE | CR0_WP | CR0_PG)
#define DR7_NONE   0x400u

u8 cell_stack[STACK_BYTES] PAGE_ALIGNED, trap_stack[STACK_BYTES] PAGE_ALIGNED,
    trap_stack2[STACK_BYTES] PAGE_ALIGNED;
u32 mem[MEM_SIZE / 4] __attribute__((aligned(64)));
u32 page_directory[NR_PTES] PAGE_ALIGNED, page_tables[NR_TABLES * NR_PTES] PAGE_ALIGNED;
/* For cells: the entry that maps PAGE_ALIAS. */
u32 *const alias_pte = &page_tables[PAGE_ALIAS / PAGE_SIZE];

const char *const machine_names[MACHINE_WORDS] = {
    "cr0",  "cr2", "cr3", "cr4", "gdtr", "gdtr.limit", "idtr", "idtr.limit",
    "ldtr", "tr",  "dr0", "dr1", "dr2",	 "dr3",	       "dr6",  "dr7",
};

static bool timer_used = true;

struct __attribute__((packed)) table_pointer {
	u16 limit;
	u32 base;
};

void console_write(const char *text, u32 len)
{
	static u32 sum = SPOKEN_START; /* of the line, for tltrace spoken */

	/* As much at a time as its FIFO holds: in a domain each instruction here is a trap. */
	while (len) {
		u32 n = len < UART_FIFO ? len : UART_FIFO;

		for (u32 k = 0; k < n; k++)
			sum = spoken_byte(sum, text[k]);
		while (!(inb(COM1 + 5) & 0x20))
			;
		len -= n;
		asm volatile("rep outsb" : "+S"(text), "+c"(n) : "d"(COM1), "D"(sum));
		if (text[-1] == '\n') /* prints end with it */
			sum = SPOKEN_START;
	}
}

void power_off(bool well)
{
	outb(EXIT_PORT, well ? 0 : 1);
	for (;;)
		asm volatile("hlt");
}

static void set_page(u32 va, u32 flags)
{
	page_tables[va / PAGE_SIZE] = va | flags;
}

static void paging_init(void)
{
	for (u32 k = 0; k < NR_TABLES * NR_PTES; k++)
		page_tables[k] = k * PAGE_SIZE | PTE_USER;
	for (u32 k = 0; k < NR_TABLES; k++) {
		page_directory[k] = (u32)&page_tables[k * NR_PTES] | PTE_USER;
		page_directory[HIGH_SLOT + k] = page_directory[k];
	}
	set_page(PAGE_NONE, 0);
	set_page(PAGE_READ_ONLY, PTE_USER & ~PTE_RW);
	set_page(PAGE_SUPERVISOR, PTE_USER & ~PTE_US);
}

static void pic_reset(void)
{
	/* ICW1 to ICW4; then everything masked. */
	outb(PIC1, 0x11);
	outb(PIC1 + 1, VEC_IRQ0);
	outb(PIC1 + 1, 4);
	outb(PIC1 + 1, 1);
	outb(PIC2, 0x11);
	outb(PIC2 + 1, VEC_IRQ0 + 8);
	outb(PIC2 + 1, 2);
	outb(PIC2 + 1, 1);
	outb(PIC1 + 1, 0xFF);
	outb(PIC2 + 1, 0xFF);
}

void timer_stop(void)
{
	outb(PIC1 + 1, 0xFF);
	outb(PIC1, 0x20); /* end of interrupt */
}

/* In mode 0, IRQ0 comes once, after `ticks`. It is all that is not masked then. */
static void one_shot(u32 ticks)
{
	timer_used = true;
	outb(PIC1 + 1, 0xFE);
	outb(PIT_MODE, 0x30);
	outb(PIT_DATA, ticks);
	outb(PIT_DATA, ticks >> 8);
}

void timer_start(void)
{
	one_shot(5000);
}

void timer_pending(void)
{
	one_shot(100);
	do
		outb(PIC1, 0x0A); /* the next read is of the request register */
	while (!(inb(PIC1) & 1));
}

void machine_init(void)
{
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 0x80);
	outb(COM1, 1);
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 3);
	outb(COM1 + 2, 7); /* FIFOs */
	paging_init();
	tables_init();
	debug_registers_reset();
}

static void load_tables(void)
{
	struct table_pointer p = {sizeof(gdt) - 1, (u32)gdt};

	asm volatile("lgdt %0" : : "m"(p));
	asm volatile("ljmp %0, $1f\n1:" : : "i"(SEL_KCODE));
	asm volatile("movl %0, %%ds\n\tmovl %0, %%es\n\tmovl %0, %%ss\n\t"
		     "movl %0, %%fs\n\tmovl %0, %%gs"
		     :
		     : "r"(SEL_KDATA));
	p = (struct table_pointer){sizeof(idt) - 1, (u32)idt};
	asm volatile("lidt %0" : : "m"(p));
	asm volatile("lldt %w0" : : "r"(SEL_LDT));
	asm volatile("ltr %w0" : : "r"(SEL_TSS));
}

void debug_registers_reset(void)
{
	asm volatile("movl %0, %%dr7" : : "r"(DR7_NONE));
	asm volatile("movl %0, %%dr0\n\tmovl %0, %%dr1\n\tmovl %0, %%dr2\n\t"
		     "movl %0, %%dr3\n\tmovl %0, %%dr6"
		     :
		     : "r"(0));
}

/* What the last cell has left as it was need not be written: in a domain each write is a trap. */
static void control_registers_reset(void)
{
	const struct machine_state *s = &state_after;

	if (s->cr3 != (u32)page_directory || *alias_pte != (PAGE_ALIAS | PTE_USER)) {
		*alias_pte = PAGE_ALIAS | PTE_USER;
		write_cr3((u32)page_directory);
	}
	if (s->cr0 != CR0_NORMAL)
		write_cr0(CR0_NORMAL);
	if (s->cr4)
		write_cr4(0);
	if (s->cr2)
		asm volatile("movl %0, %%cr2" : : "r"(0));
}

static void interrupts_reset(void)
{
	if (!timer_used && inb(PIC1 + 1) == 0xFF && inb(PIC2 + 1) == 0xFF)
		return;
	outb(PIT_MODE, 0x30); /* stopped until it is given a count */
	pic_reset();
	timer_used = false;
}

void machine_reset(void)
{
	tables_reset();
	control_registers_reset();
	load_tables();
	interrupts_reset();
	for (u32 k = 0; k < MEM_SIZE / 4; k++)
		mem[k] = MEM_PATTERN;
	memset(cell_stack, 0xCE, sizeof(cell_stack));
	*(u32 *)PAGE_ALIAS = 0x0A11A500;
	*(u16 *)PAD = *(u16 *)PAD_INT16 = 0x0B0F; /* ud2 */
}

void machine_capture(struct machine_state *s)
{
	struct table_pointer p;

	s->cr0 = read_cr0();
	s->cr2 = read_cr2();
	s->cr3 = read_cr3();
	s->cr4 = read_cr4();
	asm volatile("sgdt %0" : "=m"(p));
	s->gdtr_base = p.base;
	s->gdtr_limit = p.limit;
	asm volatile("sidt %0" : "=m"(p));
	s->idtr_base = p.base;
	s->idtr_limit = p.limit;
	asm volatile("sldt %0" : "=r"(s->ldtr));
	asm volatile("str %0" : "=r"(s->tr));
	asm volatile("movl %%dr0, %0" : "=r"(s->dr0));
	asm volatile("movl %%dr1, %0" : "=r"(s->dr1));
	asm volatile("movl %%dr2, %0" : "=r"(s->dr2));
	asm volatile("movl %%dr3, %0" : "=r"(s->dr3));
	asm volatile("movl %%dr6, %0" : "=r"(s->dr6));
	asm volatile("movl %%dr7, %0" : "=r"(s->dr7));
}
