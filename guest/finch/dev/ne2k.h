/* ne2k.h: an NE2000 network card on the ISA bus. */
#ifndef FINCH_NE2K_H
#define FINCH_NE2K_H

/** Look for the card at its usual place; if it is there, it becomes the device ne0. */
void ne2k_find(void);
/** The card's interrupt (line 10) has come. */
void ne2k_interrupt(void);

#endif
