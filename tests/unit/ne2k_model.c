/*
 * ne2k_model.c: an NE2000 card: a DP8390D as its data sheet describes it (National Semiconductor,
 * July 1995), with 16 KB at 0x4000. What a driver must not do fails the test.
 */
#include "ne2k_model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "dev/io.h"

struct card model;

enum { STP = 1, STA = 2, TXP = 4, RST = 0x80, RDC = 0x40, OVW = 0x10, TXE = 8, PTX = 2, PRX = 1 };

void model_reset(void)
{
	model.isr |= RST;
	model.cr = STP | 0x20;
	model.stopped = true;
	model.sending = model.overflowed = false;
	model.stopped_for = 2000;
}

bool model_line(void)
{
	return model.isr & model.imr;
}

void model_sends(bool well)
{
	u32 from = model.tpsr * 256u;

	if (!model.sending)
		return;
	assert_in_range(from, 0x4000, 0x8000 - model.tbcr);
	assert_in_range(model.tbcr, 60, 1514);
	model.sending = false;
	model.cr &= (u8)~TXP;
	model.isr |= well ? PTX : TXE;
	model_has_sent(model.ram + from, model.tbcr, well);
}

/* Pages up to the one that the driver has yet to read are free. */
static u32 room(void)
{
	u32 all = model.pstop - model.pstart;

	return (model.bnry + all - model.curr) % all;
}

bool model_receive(const u8 *frame, u32 len)
{
	u32 pages = (len + 4 + 255) / 256, at = model.curr * 256u;
	u8 next;

	if (model.stopped || model.overflowed || model.rcr & 0x20 || model.tcr & 0x06)
		return false;
	if (pages > room()) {
		model.isr |= OVW;
		model.overflowed = true;
		return false;
	}
	next = (u8)(model.curr + pages);
	if (next >= model.pstop)
		next = (u8)(next - (model.pstop - model.pstart));
	model.ram[at] = 1;
	model.ram[at + 1] = next;
	model.ram[at + 2] = (u8)(len + 4);
	model.ram[at + 3] = (u8)((len + 4) >> 8);
	at += 4;
	for (u32 i = 0; i < len; i++) {
		model.ram[at++] = frame[i];
		if (at == model.pstop * 256u)
			at = model.pstart * 256u;
	}
	model.curr = next;
	model.isr |= PRX;
	return true;
}

static void stop(void)
{
	if (!model.stopped)
		model.stopped_for = 0;
	model.stopped = true;
	model.isr |= RST;
}

static void start(void)
{
	/* After an overflow: stopped for 1.6 ms, remote DMA's count cleared, in loopback. */
	if (model.overflowed && model.stopped) {
		assert_true(model.stopped_for >= 1600);
		assert_int_equal(model.rbcr, 0);
		assert_int_equal(model.tcr & 0x06, 0x02);
		model.overflowed = false;
	}
	model.stopped = false;
	model.isr &= (u8)~RST;
}

static void command(u8 v)
{
	assert_true(!(v & STP) != !(v & STA));
	if (v & STP)
		stop();
	else
		start();
	model.cr = v | (model.cr & TXP); /* that bit is the card's to clear */
	if (v & TXP) {
		assert_true(!model.sending && !model.stopped && !(model.tcr & 0x06));
		model.sending = true;
	}
	assert_int_equal(model.dma, DMA_NONE); /* the last was taken to its end */
	if (v & 0x20)
		return;
	assert_true(v & 0x18 && model.rbcr && !(model.rbcr & 1));
	model.dma = v & 0x08 ? DMA_READ : DMA_WRITE;
}

static void half(u16 *word, bool upper, u8 v)
{
	*word = upper ? (u16)((*word & 0xFF) | v << 8) : (u16)((*word & 0xFF00) | v);
}

static void write_page0(u32 reg, u8 v)
{
	switch (reg) {
	case 1:
		model.pstart = v;
		break;
	case 2:
		model.pstop = v;
		break;
	case 3:
		assert_true(v >= model.pstart && v < model.pstop);
		model.bnry = v;
		break;
	case 4:
		assert_false(model.sending);
		model.tpsr = v;
		break;
	case 5:
	case 6:
		half(&model.tbcr, reg == 6, v);
		break;
	case 7:
		model.isr &= (u8) ~(v & ~RST);
		break;
	case 8:
	case 9:
		half(&model.rsar, reg == 9, v);
		break;
	case 10:
	case 11:
		half(&model.rbcr, reg == 11, v);
		break;
	case 12:
		model.rcr = v;
		break;
	case 13:
		model.tcr = v;
		break;
	case 14:
		assert_int_equal(v, 0x49);
		break; /* words, the PC's order of bytes, FIFO */
	case 15:
		model.imr = v;
		break;
	default:
		fail();
	}
}

void outb(u16 port, u8 v)
{
	u32 reg = port - 0x300u;

	world_goes_on();
	if (!model.there)
		return;
	if (!reg) {
		command(v);
	} else if (reg == 0x1F) {
		return;
	} else if (!(model.cr & 0xC0)) {
		write_page0(reg, v);
	} else if (reg <= 6) {
		model.par[reg - 1] = v;
	} else if (reg == 7) {
		assert_true(model.stopped);
		model.curr = v;
	}
}

u8 inb(u16 port)
{
	u32 reg = port - 0x300u;

	world_goes_on();
	if (!model.there)
		return 0xFF;
	/* What it was sending when it was stopped is through by now, or never will be. */
	if (++model.stopped_for == 1600 && model.stopped && model.sending) {
		model.sending = false;
		model.cr &= (u8)~TXP;
	}
	if (reg == 0x1F)
		model_reset();
	if (!reg)
		return model.cr;
	if (reg == 7)
		return model.cr & 0x40 ? model.curr : model.isr;
	return 0;
}

static u8 *dma_word(u16 port, int direction)
{
	u8 *word = model.ram + model.rsar;

	assert_true(port == 0x310 && (int)model.dma == direction && !(model.rsar & 1));
	model.rsar = (u16)(model.rsar + 2);
	if (model.rsar == model.pstop * 256u)
		model.rsar = (u16)(model.pstart * 256u);
	model.rbcr = (u16)(model.rbcr - 2);
	if (!model.rbcr) {
		model.dma = DMA_NONE;
		model.isr |= RDC;
	}
	return word;
}

void insw(u16 port, void *to, u32 words)
{
	u8 *b = to;

	for (u32 i = 0; i < words; i++, b += 2) {
		u32 at = model.rsar;

		memcpy(b, dma_word(port, DMA_READ), 2);
		if (at < 12) /* its address, each byte twice */
			memset(b, model.prom[at / 2], 2);
		else
			assert_in_range(at, 0x4000, 0x7FFE);
	}
}

void outsw(u16 port, const void *from, u32 words)
{
	const u8 *b = from;

	for (u32 i = 0; i < words; i++, b += 2) {
		assert_in_range(model.rsar, 0x4000, model.pstart * 256 - 2);
		memcpy(dma_word(port, DMA_WRITE), b, 2);
	}
}
