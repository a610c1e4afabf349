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

#define LOG_SIZE 16384u
static char log[LOG_SIZE];     /* what was last sent to the console */
static u32 log_end, log_start; /* counts of bytes */

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
	log[log_end++ % LOG_SIZE] = c;
	if (log_end - log_start > LOG_SIZE)
		log_start = log_end - LOG_SIZE;
}

u32 console_log_read(u32 *at, char *buf, u32 n)
{
	u32 got = 0;

	for (; got < n && *at < log_end - log_start; ++*at)
		buf[got++] = log[(log_start + *at) % LOG_SIZE];
	return got;
}

void console_log_clear(void)
{
	log_start = log_end;
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
