/*[H54] uart.c: a 16550A serial port (National PC16550D data sheet) whose line is never busy. */
#include "dev/devices.h"
#include "lib/string.h"

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };
#define IER_RX	     0x01
#define IER_THRE     0x02
#define IER_LINE     0x04
#define IIR_NONE     0x01
#define IIR_THRE     0x02
#define IIR_RX	     0x04
#define IIR_LINE     0x06
#define IIR_FIFO     0xC0
#define FCR_ENABLE   0x01
#define FCR_CLEAR_RX 0x02
#define LCR_DLAB     0x80
#define MCR_DTR	     0x01
#define MCR_RTS	     0x02
#define MCR_OUT1     0x04
#define MCR_OUT2     0x08 /* on a PC, lets interrupts out; in QEMU's they come out anyway */
#define MCR_LOOP     0x10
#define LSR_DR	     0x01
#define LSR_OE	     0x02
#define LSR_EMPTY    0x60 /* both transmitter bits: always */
#define MSR_READY    0xB0 /* CTS, DSR, DCD */

void vuart_reset(struct vuart *u)
{
	memset(u, 0, sizeof(*u));
	u->dll = 12; /* 9600 baud */
	u->mcr = MCR_OUT2;
}

/* What the interrupt line is raised for, the most urgent first. */
static u8 reason(const struct vuart *u)
{
	if (u->ier & IER_LINE && u->overrun)
		return IIR_LINE;
	if (u->ier & IER_RX && u->head != u->tail)
		return IIR_RX;
	if (u->ier & IER_THRE && u->thr_interrupt)
		return IIR_THRE;
	return IIR_NONE;
}

bool vuart_line(const struct vuart *u)
{
	return reason(u) != IIR_NONE;
}

static bool has_room(const struct vuart *u)
{
	return u->head - u->tail < (u->fcr & FCR_ENABLE ? UART_FIFO : 1);
}

/* What finds no room is lost, or without the FIFO what was there before. */
static void shift_in(struct vuart *u, u8 byte)
{
	if (has_room(u)) {
		u->fifo[u->head++ % UART_FIFO] = byte;
		return;
	}
	u->overrun = true;
	if (!(u->fcr & FCR_ENABLE))
		u->fifo[u->tail % UART_FIFO] = byte;
}

void vuart_listen(struct vuart *u)
{
	/* In loopback the line is cut off. */
	while (!(u->mcr & MCR_LOOP) && u->ahead_head != u->ahead_tail && has_room(u))
		shift_in(u, u->ahead[u->ahead_tail++ % UART_AHEAD]);
}

void vuart_receive(struct vuart *u, u8 byte)
{
	if (u->ahead_head - u->ahead_tail == UART_AHEAD)
		u->overrun = true;
	else
		u->ahead[u->ahead_head++ % UART_AHEAD] = byte;
	vuart_listen(u);
}

static u8 modem_status(const struct vuart *u)
{
	if (!(u->mcr & MCR_LOOP))
		return MSR_READY;
	/* In loopback the four outputs are the four inputs. */
	return (u->mcr & MCR_RTS ? 0x10 : 0) | (u->mcr & MCR_DTR ? 0x20 : 0) |
	       (u->mcr & MCR_OUT1 ? 0x40 : 0) | (u->mcr & MCR_OUT2 ? 0x80 : 0);
}

static u8 line_status(struct vuart *u)
{
	u8 val = LSR_EMPTY | (u->head != u->tail ? LSR_DR : 0) | (u->overrun ? LSR_OE : 0);

	u->overrun = false;
	return val;
}

static u8 interrupt_identification(struct vuart *u)
{
	u8 why = reason(u);

	if (why == IIR_THRE)
		u->thr_interrupt = false; /* asking answers it */
	return why | (u->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

u8 vuart_in(struct vuart *u, u32 reg)
{
	bool divisor = u->lcr & LCR_DLAB;

	switch (reg) {
	case RBR_THR:
		if (divisor)
			return u->dll;
		return u->head != u->tail ? u->fifo[u->tail++ % UART_FIFO] : 0;
	case IER:
		return divisor ? u->dlm : u->ier;
	case IIR_FCR:
		return interrupt_identification(u);
	case LCR:
		return u->lcr;
	case MCR:
		return u->mcr;
	case LSR:
		return line_status(u);
	case MSR:
		return modem_status(u);
	default:
		return u->scr;
	}
}

static bool transmit(struct vuart *u, u8 val)
{
	u->thr_interrupt = true; /* sent at once */
	if (!(u->mcr & MCR_LOOP))
		return true;
	shift_in(u, val);
	return false;
}

bool vuart_out(struct vuart *u, u32 reg, u8 val)
{
	bool divisor = u->lcr & LCR_DLAB;

	switch (reg) {
	case RBR_THR:
		if (!divisor)
			return transmit(u, val);
		u->dll = val;
		break;
	case IER:
		if (divisor) {
			u->dlm = val;
			break;
		}
		/* Whoever asks to be told of an empty transmitter is told so at once. */
		if (val & ~u->ier & IER_THRE)
			u->thr_interrupt = true;
		u->ier = val & 0x0F;
		break;
	case IIR_FCR:
		if (val & FCR_CLEAR_RX || (val ^ u->fcr) & FCR_ENABLE)
			u->tail = u->head;
		u->fcr = val;
		break;
	case LCR:
		u->lcr = val;
		break;
	case MCR:
		u->mcr = val & 0x1F;
		break;
	case SCR:
		u->scr = val;
		break;
	}
	return false;
}
