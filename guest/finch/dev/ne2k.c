/*
 * ne2k.c: an NE2000 network card: a DP8390 (National Semiconductor's data sheet of 1995 and its
 * application notes) with 16 KB of memory of its own, which are reached through one port, a word
 * at a time ("remote DMA").
 *
 * In that memory, in pages of 256 bytes: two places for frames to be sent, of which one can be
 * filled while the other is on its way, and a ring into which the card puts what it receives.
 */
#include "dev/ne2k.h"
#include "dev/io.h"
#include "lib/lib.h"
#include "net/netdev.h"
#include "arch.h"

#define BASE  0x300
#define CR    (BASE + 0x00)
#define DATA  (BASE + 0x10)
#define RESET (BASE + 0x1F)
/* Page 0 of its registers, */
#define PSTART (BASE + 0x01) /* the ring's pages */
#define PSTOP  (BASE + 0x02)
#define BNRY   (BASE + 0x03) /* what the card may not overwrite: one before the next to be read */
#define TPSR   (BASE + 0x04) /* what is to be sent: page and length */
#define TBCR   (BASE + 0x05)
#define ISR    (BASE + 0x07)
#define RSAR   (BASE + 0x08) /* remote DMA: address and length */
#define RBCR   (BASE + 0x0A)
#define RCR    (BASE + 0x0C)
#define TCR    (BASE + 0x0D)
#define DCR    (BASE + 0x0E)
#define IMR    (BASE + 0x0F)
/* and page 1. */
#define PAR  (BASE + 0x01)
#define CURR (BASE + 0x07) /* the page into which it puts the next */
#define MAR  (BASE + 0x08)

#define CR_STOP	 0x01
#define CR_START 0x02
#define CR_SEND	 0x04
#define CR_READ	 0x08
#define CR_WRITE 0x10
#define CR_NODMA 0x20
#define CR_PAGE1 0x40

#define ISR_RECEIVED 0x01
#define ISR_SENT     0x02
#define ISR_BAD	     0x04 /* received */
#define ISR_NOT_SENT 0x08
#define ISR_OVERFLOW 0x10
#define ISR_DMA_DONE 0x40
#define ISR_RESET    0x80
#define ISR_WANTED   (ISR_RECEIVED | ISR_SENT | ISR_BAD | ISR_NOT_SENT | ISR_OVERFLOW)

#define DCR_WORDS     0x49 /* a word at a time, no loopback, FIFO of 8 bytes */
#define RCR_BROADCAST 0x04
#define RCR_ALL	      0x10 /* whomever it is for */
#define RCR_MONITOR   0x20 /* receive nothing */
#define TCR_LOOPBACK  0x02

#define SEND_PAGES  6 /* for the longest frame */
#define SEND_FIRST  0x40
#define RING_FIRST  (SEND_FIRST + 2 * SEND_PAGES)
#define RING_END    0x80
#define POLLS	    100000
#define STOPPED_FOR 1600 /* looks at a port, at 1 us each: a frame's time on the wire */

static struct {
	struct netdev dev;
	u8 next;     /* page of the ring that is read next */
	u32 filled;  /* places with a frame that is not sent yet: 0 to 2 */
	u32 sending; /* which of them is on its way, if any is filled */
	bool held;   /* nothing is sent now: it is being started anew */
	u32 len[2];
} card;

/* What comes before a frame in the ring. */
struct ring_head {
	u8 status, next;
	u16 len; /* with this head */
};
#define RING_OK 0x01

static void remote(u32 at, u32 bytes, u8 cmd)
{
	outb(RBCR, (u8)bytes);
	outb(RBCR + 1, (u8)(bytes >> 8));
	outb(RSAR, (u8)at);
	outb(RSAR + 1, (u8)(at >> 8));
	outb(CR, CR_START | cmd);
}

static void remote_end(void)
{
	for (u32 i = 0; i < POLLS && !(inb(ISR) & ISR_DMA_DONE); i++)
		;
	outb(ISR, ISR_DMA_DONE);
	outb(CR, CR_START | CR_NODMA);
}

static void start_sending(void)
{
	outb(TPSR, (u8)(SEND_FIRST + card.sending * SEND_PAGES));
	outb(TBCR, (u8)card.len[card.sending]);
	outb(TBCR + 1, (u8)(card.len[card.sending] >> 8));
	outb(CR, CR_START | CR_SEND | CR_NODMA);
}

static s32 ne2k_send(struct netdev *dev, const void *frame, u32 len)
{
	static u8 padded[NET_FRAME]; /* an even number of bytes, at least ETH_MIN */
	u32 place = (card.sending + card.filled) % 2, n = len < ETH_MIN ? ETH_MIN : len;

	(void)dev;
	if (card.filled == 2)
		return -EAGAIN;
	memcpy(padded, frame, len);
	memset(padded + len, 0, n - len);
	remote((SEND_FIRST + place * SEND_PAGES) << 8, (n + 1) & ~1u, CR_WRITE);
	outsw(DATA, padded, (n + 1) / 2);
	remote_end();
	card.len[place] = n;
	if (!card.filled++ && !card.held)
		start_sending();
	return 0;
}

static void sent(void)
{
	if (!card.filled)
		return;
	card.sending ^= 1;
	if (--card.filled)
		start_sending();
	netdev_ready(&card.dev);
}

static u8 current_page(void)
{
	u8 page;

	outb(CR, CR_START | CR_NODMA | CR_PAGE1);
	page = inb(CURR);
	outb(CR, CR_START | CR_NODMA);
	return page;
}

static void read_until(u8 page)
{
	card.next = page;
	outb(BNRY, page == RING_FIRST ? RING_END - 1 : page - 1);
}

static bool in_ring(u8 page)
{
	return page >= RING_FIRST && page < RING_END;
}

/* The frame at the next page. @return false: what is there is no frame */
static bool receive_one(void)
{
	static u16 frame[(NET_FRAME + 1) / 2];
	struct ring_head h;
	u32 len;

	remote((u32)card.next << 8, sizeof(h), CR_READ);
	insw(DATA, &h, sizeof(h) / 2);
	remote_end();
	len = h.len - (u32)sizeof(h);
	if (!in_ring(h.next) || h.len < sizeof(h) + ETH_MIN || !(h.status & RING_OK))
		return false;
	len = len < NET_FRAME ? len : NET_FRAME; /* the wire's checksum may follow */
	/* At the ring's end the card goes on at its beginning. */
	remote((u32)card.next << 8 | sizeof(h), (len + 1) & ~1u, CR_READ);
	insw(DATA, frame, (len + 1) / 2);
	remote_end();
	read_until(h.next);
	net_receive(&card.dev, frame, len);
	return true;
}

static void received(void)
{
	u8 end;

	while ((end = current_page()) != card.next) {
		if (!receive_one()) {
			/* What is where, nobody knows: begin anew behind it. */
			card.dev.counts.rx_dropped++;
			read_until(end);
		}
	}
}

/* The ring was full: the card must be stopped and started as its data sheet says. */
static void overflow(void)
{
	bool idle = !card.filled, busy = inb(CR) & CR_SEND, again;

	outb(CR, CR_STOP | CR_NODMA);
	for (u32 i = 0; i < STOPPED_FOR; i++)
		inb(CR);
	outb(RBCR, 0);
	outb(RBCR + 1, 0);
	again = busy && !(inb(ISR) & (ISR_SENT | ISR_NOT_SENT)); /* the frame was cut off */
	outb(TCR, TCR_LOOPBACK);
	outb(CR, CR_START | CR_NODMA);
	card.held = true;
	received();
	card.held = false;
	outb(ISR, ISR_OVERFLOW);
	outb(TCR, 0);
	if (again || (idle && card.filled))
		start_sending();
}

void ne2k_interrupt(void)
{
	u8 why;

	/* The line falls only when no reason is left, and a line that stays up calls no more. */
	while ((why = inb(ISR) & ISR_WANTED)) {
		outb(ISR, why & (u8)~ISR_OVERFLOW);
		if (why & (ISR_SENT | ISR_NOT_SENT))
			sent();
		if (why & ISR_OVERFLOW)
			overflow();
		else if (why & (ISR_RECEIVED | ISR_BAD))
			received();
	}
}

/* The first bytes of its memory are its address, each twice. */
static void read_address(void)
{
	u16 prom[MAC_SIZE];

	remote(0, sizeof(prom), CR_READ);
	insw(DATA, prom, MAC_SIZE);
	remote_end();
	for (u32 i = 0; i < MAC_SIZE; i++)
		card.dev.mac[i] = (u8)prom[i];
}

static bool reset(void)
{
	outb(RESET, inb(RESET));
	for (u32 i = 0; i < POLLS; i++) {
		if (inb(ISR) == 0xFF)
			return false; /* nobody drives the lines */
		if (inb(ISR) & ISR_RESET)
			return true;
	}
	return false;
}

static void set_up(void)
{
	outb(CR, CR_STOP | CR_NODMA);
	outb(DCR, DCR_WORDS);
	outb(RBCR, 0);
	outb(RBCR + 1, 0);
	outb(RCR, RCR_MONITOR);
	outb(TCR, TCR_LOOPBACK);
	outb(PSTART, RING_FIRST);
	outb(PSTOP, RING_END);
	read_address();
	outb(CR, CR_STOP | CR_NODMA);
	read_until(RING_FIRST + 1);
	outb(CR, CR_STOP | CR_NODMA | CR_PAGE1);
	for (u32 i = 0; i < MAC_SIZE; i++)
		outb((u16)(PAR + i), card.dev.mac[i]);
	for (u32 i = 0; i < 8; i++)
		outb((u16)(MAR + i), 0);
	outb(CURR, card.next);
	outb(CR, CR_STOP | CR_NODMA);
	outb(ISR, 0xFF);
	outb(IMR, ISR_WANTED);
	outb(TCR, 0);
	outb(RCR, RCR_BROADCAST);
	outb(CR, CR_START | CR_NODMA);
}

static void ne2k_listen(struct netdev *dev, bool to_all)
{
	(void)dev;
	outb(RCR, RCR_BROADCAST | (to_all ? RCR_ALL : 0));
}

void ne2k_find(void)
{
	if (!ports_open() || !reset())
		return;
	card.dev = (struct netdev){.name = "ne0", .send = ne2k_send, .listen = ne2k_listen};
	irq_enable(IRQ_NE2K);
	set_up();
	netdev_register(&card.dev);
}
