/*
 * hypercall.h (pv): asking the hypervisor: int $0x82, number in EAX, arguments in EBX ECX EDX ESI.
 *
 * It may destroy the argument registers, so each is an output too.
 */
#ifndef FINCH_HYPERCALL_H
#define FINCH_HYPERCALL_H

#include "arch.h"
#include "abi.h"

static inline s32 hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	s32 result;

	asm volatile("int %[vector]"
		     : "=a"(result), "+b"(a), "+c"(b), "+d"(c), "+S"(d)
		     : "0"(nr), [vector] "i"(XEN_HYPERCALL_VECTOR)
		     : "memory");
	return result;
}

static inline s32 hyper_mmu_update(const struct mmu_update *u, u32 count)
{
	return hypercall(__HYPERVISOR_mmu_update, (u32)u, count, 0, DOMID_SELF);
}

static inline s32 hyper_mmuext(u32 cmd, u32 arg)
{
	struct mmuext_op op = {.cmd = cmd, .arg1 = arg};

	return hypercall(__HYPERVISOR_mmuext_op, (u32)&op, 1, 0, DOMID_SELF);
}

static inline s32 hyper_update_va_mapping(const void *va, u32 entry, u32 flags)
{
	return hypercall(__HYPERVISOR_update_va_mapping, (u32)va, entry, 0, flags);
}

/* version.h; false until machine.c has asked, since the older forms are known to all. */
extern bool has_new_calls;

/* In the older form the argument is the value itself. */
static inline s32 hyper_sched(u32 cmd, const void *arg, u32 compat_arg)
{
	if (has_new_calls)
		return hypercall(__HYPERVISOR_sched_op, cmd, (u32)arg, 0, 0);
	return hypercall(__HYPERVISOR_sched_op_compat, cmd, compat_arg, 0, 0);
}

/* Likewise, where the command goes into the structure: send, close, unmask. */
static inline s32 hyper_event_port(u32 cmd, u32 port)
{
	struct {
		u32 cmd, port;
	} op = {cmd, port};

	if (has_new_calls)
		return hypercall(__HYPERVISOR_event_channel_op, cmd, (u32)&op.port, 0, 0);
	return hypercall(__HYPERVISOR_event_channel_op_compat, (u32)&op, 0, 0, 0);
}

/* @return the port or an error */
static inline s32 hyper_bind_virq(u32 virq)
{
	struct {
		u32 cmd;
		struct evtchn_bind_virq bind;
	} op = {EVTCHNOP_bind_virq, {.virq = virq}};
	s32 err;

	if (has_new_calls)
		err = hypercall(__HYPERVISOR_event_channel_op, op.cmd, (u32)&op.bind, 0, 0);
	else
		err = hypercall(__HYPERVISOR_event_channel_op_compat, (u32)&op, 0, 0, 0);
	return err ? err : (s32)op.bind.port;
}

#endif
