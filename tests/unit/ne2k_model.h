/* ne2k_model.h: an NE2000 card as its data sheet has it, strict about how it is used. */
#ifndef NE2K_MODEL_H
#define NE2K_MODEL_H

#include <trapline/types.h>

extern struct card {
	u8 ram[0x10000], prom[6];
	u8 cr, isr, imr, rcr, tcr, pstart, pstop, bnry, curr, tpsr, par[6];
	u16 tbcr, rsar, rbcr;
	enum { DMA_NONE, DMA_READ, DMA_WRITE } dma;
	bool there, stopped, sending, overflowed;
	u32 stopped_for; /* looks at its registers since it was stopped */
} model;

/** Called at each access: the card's world goes on meanwhile. */
void world_goes_on(void);
/** A frame that has left the card, or has not (an error on the wire). */
void model_has_sent(const u8 *frame, u32 len, bool well);

void model_reset(void);
/** A frame comes. @return whether it lies in the ring now */
bool model_receive(const u8 *frame, u32 len);
/** What is being sent is. */
void model_sends(bool well);
/** Does it ask for attention? */
bool model_line(void);

#endif
