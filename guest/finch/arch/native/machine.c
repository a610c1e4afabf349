/* machine.c (native): interrupts, idling, and the end. */
#include "arch.h"
#include "abi.h"
#include "dev/ata.h"
#include "dev/ne2k.h"
#include "dev/vbd.h"

#define IRQ_TIMER    0
#define IRQ_COM1     4
#define UART_IER     0x3F9
#define IER_RECEIVED 1

#define EXIT_PORT     0xF4   /* QEMU's isa-debug-exit */
#define SHUTDOWN_PORT 0x8900 /* Bochs's */

void arch_init(void)
{
	descriptors_init();
	pic_init();
	pit_init();
	outb(UART_IER, IER_RECEIVED);
	irq_enable(IRQ_TIMER);
	irq_enable(IRQ_COM1);
}

void arch_interrupt(u32 vec)
{
	u32 irq = vec - TRAP_INTERRUPT;

	/* IRQ 7 and 15 are never asked for, so they are spurious, and get no end of interrupt. But
	 * 15 was to the first controller an ordinary one, from the second. */
	if (irq == 15)
		pic_end(2);
	/* This line is a level: ended before the card is content, it would come once more. */
	if (irq == IRQ_NE2K)
		ne2k_interrupt();
	if (irq != IRQ_TIMER && irq != IRQ_COM1 && irq != IRQ_ATA && irq != IRQ_NE2K)
		return;
	pic_end(irq);
	if (irq == IRQ_TIMER)
		timer_tick();
	else if (irq == IRQ_COM1)
		uart_interrupt();
	else if (irq == IRQ_ATA)
		ata_interrupt();
}

/* There is none without a hypervisor that we know of. */
struct disk *vbd_disk(void)
{
	return NULL;
}

void arch_space_goes(const pte_t *dir)
{
	(void)dir;
}

bool ports_open(void)
{
	return true;
}

void arch_idle(void)
{
	/* sti takes effect after the next instruction: no interrupt is lost before hlt. */
	asm volatile("sti\n\thlt\n\tcli" : : : "memory");
}

/* There is no hypervisor here that would know us. */
s32 arch_hypercall(const struct hyper_call *c)
{
	(void)c;
	return -ENOSYS;
}

s32 arch_foreign(const struct foreign_copy *c)
{
	(void)c;
	return -ENOSYS;
}

s32 arch_map_foreign(vaddr_t va, u32 domid, u32 frame)
{
	(void)va, (void)domid, (void)frame;
	return -ENOSYS;
}

bool arch_pages_stay(void)
{
	return false;
}

const struct device *arch_device(const char *name)
{
	(void)name;
	return NULL;
}

void machine_off(u32 code)
{
	uart_drain(); /* the end is at once, and the last line still in the FIFO */
	outb(EXIT_PORT, (u8)code);
	for (const char *s = "Shutdown"; *s; s++)
		outb(SHUTDOWN_PORT, (u8)*s);
	for (;;)
		asm volatile("cli\n\thlt");
}
