/* passthrough.c: the devices that are Domain 0's to drive. */
#include "hw/passthrough.h"

bool ata2_is_ours;

#define ATA2_IRQ 15

static const struct {
	u16 first, last;
	bool ata2;
} passthrough[] = {
    {0x1F0, 0x1F7, false}, {0x3F6, 0x3F6, false}, /* the first ATA channel: registers, control */
    {0x300, 0x31F, false},			  /* an NE2000 */
    {0x170, 0x177, true},  {0x376, 0x376, true},  /* the second ATA channel, unless it is ours */
};

bool passthrough_port(u32 port, u32 size)
{
	for (u32 i = 0; i < ARRAY_SIZE(passthrough); i++)
		if (port >= passthrough[i].first && port + size - 1 <= passthrough[i].last)
			return !(passthrough[i].ata2 && ata2_is_ours);
	return false;
}

bool passthrough_irq(u32 irq)
{
	return irq == 14 || (irq == ATA2_IRQ && !ata2_is_ours) || (irq >= 9 && irq <= 11);
}

u32 passthrough_in(u16 port, u32 size)
{
	u32 val = 0;

	if (size == 1)
		asm volatile("inb %w1, %b0" : "+a"(val) : "Nd"(port));
	else if (size == 2)
		asm volatile("inw %w1, %w0" : "+a"(val) : "Nd"(port));
	else
		asm volatile("inl %w1, %0" : "=a"(val) : "Nd"(port));
	return val;
}

void passthrough_out(u16 port, u32 size, u32 val)
{
	if (size == 1)
		asm volatile("outb %b0, %w1" : : "a"(val), "Nd"(port));
	else if (size == 2)
		asm volatile("outw %w0, %w1" : : "a"(val), "Nd"(port));
	else
		asm volatile("outl %0, %w1" : : "a"(val), "Nd"(port));
}

void passthrough_ins(u16 port, u32 size, void *to, u32 n)
{
	if (size == 1)
		asm volatile("rep insb" : "+D"(to), "+c"(n) : "d"(port) : "memory");
	else if (size == 2)
		asm volatile("rep insw" : "+D"(to), "+c"(n) : "d"(port) : "memory");
	else
		asm volatile("rep insl" : "+D"(to), "+c"(n) : "d"(port) : "memory");
}

void passthrough_outs(u16 port, u32 size, const void *from, u32 n)
{
	if (size == 1)
		asm volatile("rep outsb" : "+S"(from), "+c"(n) : "d"(port) : "memory");
	else if (size == 2)
		asm volatile("rep outsw" : "+S"(from), "+c"(n) : "d"(port) : "memory");
	else
		asm volatile("rep outsl" : "+S"(from), "+c"(n) : "d"(port) : "memory");
}
