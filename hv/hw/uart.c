/* uart.c: the real serial ports (16550), polled for output. */
#include "hw/uart.h"
#include "cpu/x86.h"

#define COM1 0x3F8
#define COM2 0x2F8
enum { THR = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };
#define LSR_DR	 0x01
#define LSR_THRE 0x20
#define LSR_TEMT 0x40

static bool com2_in_use;

static void init(u16 port)
{
	outb(port + LCR, 0x80); /* divisor latch: 115200 */
	outb(port + THR, 1);
	outb(port + IER, 0);
	outb(port + LCR, 0x03); /* 8n1: before it, some UARTs send fewer data bits */
	outb(port + FCR, 0x07);
	outb(port + MCR, 0x0B); /* DTR, RTS, OUT2: interrupts reach the PIC */
}

static void put(u16 port, u8 byte)
{
	while (!(inb(port + LSR) & LSR_THRE))
		;
	outb(port + THR, byte);
}

void uart_init(void)
{
	init(COM1);
}

void uart2_init(void)
{
	init(COM2);
	com2_in_use = true;
}

void uart_putc(char c)
{
	if (c == '\n')
		put(COM1, '\r');
	put(COM1, c);
}

void uart2_putc(u8 byte)
{
	put(COM2, byte);
}

int uart_getc(void)
{
	return inb(COM1 + LSR) & LSR_DR ? inb(COM1) : -1;
}

void uart_enable_rx_irq(void)
{
	outb(COM1 + IER, 0x01);
}

void uart_drain(void)
{
	while (!(inb(COM1 + LSR) & LSR_TEMT))
		;
	while (com2_in_use && !(inb(COM2 + LSR) & LSR_TEMT))
		;
}
