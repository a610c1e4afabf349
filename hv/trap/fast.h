/* fast.h: short ways in and out for direct-mode guests. */
#ifndef HV_FAST_H
#define HV_FAST_H

/* The gate's entries, beside trap_entry(), which does what these cannot. */
void hypercall_traced(void) __attribute__((noreturn));
void hypercall_untraced(void) __attribute__((noreturn));
void fault_traced(void) __attribute__((noreturn));
void fault_untraced(void) __attribute__((noreturn));
void protection_traced(void) __attribute__((noreturn));
void protection_untraced(void) __attribute__((noreturn));
void shadow_entry(void) __attribute__((noreturn));

#endif
