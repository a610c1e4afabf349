/* uart.h: the real serial ports: COM1 is the console, COM2 carries the trace where asked. */
#ifndef HV_UART_H
#define HV_UART_H

#include <trapline/types.h>

void uart_init(void);
void uart_putc(char c); /* to the console; a newline becomes CR LF */
/** What was sent to the console lately: copy at most n bytes from *at on (0: the oldest), and move
 * that on. @return how many */
u32 console_log_read(u32 *at, char *buf, u32 n);
void console_log_clear(void);
/** One byte that arrived on the console, or -1. */
int uart_getc(void);
/** Let COM1 raise IRQ 4 when a byte arrives. */
void uart_enable_rx_irq(void);
void uart2_init(void);
void uart2_putc(u8 byte);
/** Wait until both have sent all they have. */
void uart_drain(void);

#endif
