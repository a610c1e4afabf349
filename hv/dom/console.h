/* console.h: the one console, shared by the hypervisor and the guest. */
#ifndef HV_CONSOLE_H
#define HV_CONSOLE_H

#include "dom/domain.h"

/** A guest writes `n` bytes. Control characters other than tab, CR, LF, BS, BEL and ESC show as
 * dots. */
void console_write(struct domain *d, const char *buf, u32 n);
/** A guest reads at most `n` bytes that were typed. @return how many. */
u32 console_read(struct domain *d, char *buf, u32 n);
/** A byte has come that the guest will read by console_read(). What is too much is dropped. */
void console_keep(struct domain *d, u8 byte);
/** From now on a managed domain's output is shown as it comes, and without marks: one at a time. */
void console_attach(struct domain *d);
/** No more, if it is this one's. */
void console_detach(const struct domain *d);
/** IRQ 4: take in what was typed, and tell the guest. */
void console_interrupt(void);

#endif
