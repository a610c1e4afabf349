/* grant.h: what grant_table_op does with pages themselves (hand_over.c): `op` is the structure of
 * the command, and gets its status. */
#ifndef HV_HCALL_GRANT_H
#define HV_HCALL_GRANT_H

#include "dom/domain.h"

void grant_transfer(struct vcpu *v, void *op);
void grant_copy(struct vcpu *v, void *op);

#endif
