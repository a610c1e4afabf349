/* uart.c (native): the 16550 at COM1 is the console. */
#include "arch.h"

#define COM1 0x3F8
#define DATA (COM1 + 0)
#define IER  (COM1 + 1)
#define FCR  (COM1 + 2)
#define LCR  (COM1 + 3)
#define MCR  (COM1 + 4)
#define LSR  (COM1 + 5)

#define LCR_8N1		 0x03
#define LCR_DLAB	 0x80
#define FCR_ENABLE_CLEAR 0x07
#define MCR_DTR_RTS_OUT2 0x0B /* OUT2 lets the interrupt through to the PIC */
#define LSR_DATA_READY	 0x01
#define LSR_THR_EMPTY	 0x20
#define LSR_ALL_SENT	 0x40
#define FIFO_SIZE	 16

void uart_init(void)
{
	outb(LCR, LCR_8N1); /* first: with DLAB left set, IER would be the divisor's high byte */
	outb(IER, 0);
	outb(LCR, LCR_8N1 | LCR_DLAB);
	outb(DATA, 1); /* 115200 baud */
	outb(IER, 0);
	outb(LCR, LCR_8N1);
	outb(FCR, FCR_ENABLE_CLEAR);
	outb(MCR, MCR_DTR_RTS_OUT2);
}

void console_write(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		/* An empty transmitter has room for a whole FIFO. */
		if (i % FIFO_SIZE == 0) {
			while (!(inb(LSR) & LSR_THR_EMPTY))
				;
		}
		outb(DATA, (u8)text[i]);
	}
}

void uart_drain(void)
{
	while (!(inb(LSR) & LSR_ALL_SENT))
		;
}

void uart_interrupt(void)
{
	while (inb(LSR) & LSR_DATA_READY)
		tty_input((char)inb(DATA));
}
