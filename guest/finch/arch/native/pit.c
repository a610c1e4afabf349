/* pit.c (native): the 8254 timer, channel 0: HZ interrupts a second. */
#include "arch.h"
#include "abi.h"

#define PIT_HZ	       1193182
#define CHANNEL0       0x40
#define COMMAND	       0x43
#define RATE_GENERATOR 0x34 /* channel 0, low byte then high byte, mode 2 */

void pit_init(void)
{
	u32 divisor = PIT_HZ / HZ;

	outb(COMMAND, RATE_GENERATOR);
	outb(CHANNEL0, (u8)divisor);
	outb(CHANNEL0, (u8)(divisor >> 8));
}
