/* pirq.h: interrupts of Domain 0's devices, which reach it as events. */
#ifndef HV_PIRQ_H
#define HV_PIRQ_H

#include "comm/evtchn.h"

/** Connect an interrupt line to a port. @return 0, -EPERM (not its device), -EEXIST, -ENOSPC */
int evtchn_bind_pirq(struct domain *d, struct evtchn_bind_pirq *b);
/** Its port is closed: the line is off again. */
void pirq_unbind(u32 pirq);
/** The device asks for attention. The line is off from now on, until the domain has looked. */
void pirq_interrupt(u32 pirq);
/** It has: all lines of its that are off are on again, but for those whose event it has masked. */
void pirq_unmask(struct domain *d);

#endif
