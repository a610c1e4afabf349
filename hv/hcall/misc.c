/*[H81] misc.c: who we are, the console, the assists, and several calls in one. */
#include "comm/pirq.h"
#include "hw/passthrough.h"
#include "dom/console.h"
#include "hcall/hcall.h"
#include "lib/string.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

#define XEN_VERSION_3_0	 (3u << 16 | 0)
#define CONSOLE_CHUNK	 128 /* bytes copied at a time */
#define CONSOLE_PER_CALL 4096
#define MULTICALL_CYCLES 400000u /* after which others have their turn: as WORK_BOUND */

static s32 answer(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
{
	return copy_to_guest(v, dst, src, len);
}

static s32 version_answer(struct vcpu *v, struct hcall_args *a)
{
	static const char extra[16] = ".0-trapline";
	static const char capabilities[1024] = "xen-3.0-x86_32 ";
	u32 features[2]; /* in: index; out: 32 feature bits */
	u32 virt_start = HYPERVISOR_VIRT_START;

	switch (a->a1) {
	case XENVER_extraversion:
		return answer(v, a->a2, extra, sizeof(extra));
	case XENVER_capabilities:
		return answer(v, a->a2, capabilities, sizeof(capabilities));
	case XENVER_platform_parameters:
		return answer(v, a->a2, &virt_start, sizeof(virt_start));
	case XENVER_get_features:
		if (copy_from_guest(v, features, a->a2, sizeof(features[0])))
			return -EFAULT;
		if (features[0] > 0)
			return -EINVAL;
		features[1] = 0; /* no feature that changes how a guest must behave */
		return answer(v, a->a2, features, sizeof(features));
	case XENVER_pagesize:
		return PAGE_SIZE;
	}
	return -ENOSYS;
}

/** xen_version(cmd, arg): we answer as the Xen whose interface we have. */
s32 hc_xen_version(struct vcpu *v, struct hcall_args *a)
{
	/* Apart from the others, since this is the call that everybody measures. */
	return a->a1 == XENVER_version ? (s32)XEN_VERSION_3_0 : version_answer(v, a);
}

/**
 * console_io(cmd, count, buffer): write `count` bytes, or read at most that many.
 * @return 0 after a write, the number of bytes read, -EFAULT or -ENOSYS
 */
s32 hc_console_io(struct vcpu *v, struct hcall_args *a)
{
	char buf[CONSOLE_CHUNK];
	u32 n, total = 0;

	if (a->a1 == CONSOLEIO_read) {
		n = a->a2 < sizeof(buf) ? a->a2 : sizeof(buf);
		/* Nothing that was typed may get lost: first see that there is a place for it. */
		memset(buf, 0, sizeof(buf));
		if (copy_to_guest(v, a->a3, buf, n))
			return -EFAULT;
		n = console_read(v->domain, buf, n);
		return copy_to_guest(v, a->a3, buf, n) ? -EFAULT : (s32)n;
	}
	if (a->a1 != CONSOLEIO_write)
		return -ENOSYS;
	while (a->a2) {
		if (total >= CONSOLE_PER_CALL)
			return HCALL_AGAIN;
		n = a->a2 < sizeof(buf) ? a->a2 : sizeof(buf);
		if (copy_from_guest(v, buf, a->a3, n))
			return -EFAULT;
		console_write(v->domain, buf, n);
		a->a2 -= n;
		a->a3 += n;
		total += n;
	}
	return 0;
}

/** vm_assist(cmd, type): ask for, or do without, a service that changes what a trap means.
 * @return 0, -EINVAL (no such type) or -ENOSYS */
s32 hc_vm_assist(struct vcpu *v, struct hcall_args *a)
{
	struct domain *d = v->domain;
	u32 bit;

	switch (a->a2) {
	case VMASST_TYPE_writable_pagetables:
		bit = ASSIST_WRITABLE;
		break;
	case VMASST_TYPE_unhook_pagetables:
		bit = ASSIST_UNHOOK;
		break;
	case VMASST_TYPE_emulate_pagetables:
		bit = ASSIST_EMULATE;
		break;
	default:
		return -EINVAL;
	}
	if (a->a1 > VMASST_CMD_disable)
		return -ENOSYS;
	rehook_all(v);
	if (a->a1 == VMASST_CMD_enable)
		d->vm_assist |= bit;
	else
		d->vm_assist &= ~bit;
	return 0;
}

/* One call of a multicall, whose entry is at `va`. @return 0, -EFAULT or HCALL_AGAIN */
static inline s32 one_call(struct vcpu *v, vaddr_t va)
{
	struct multicall_entry call;
	struct hcall_args args;
	u32 rest[5];
	s32 ret;

	if (copy_from_guest(v, &call, va, sizeof(call)))
		return -EFAULT;
	args.a1 = call.args[0];
	args.a2 = call.args[1];
	args.a3 = call.args[2];
	args.a4 = call.args[3];
	args.a5 = call.args[4];
	ret = hypercall_nr(v, call.op, &args);
	if (ret != HCALL_AGAIN)
		return copy_to_guest(v, va + offsetof(struct multicall_entry, result), &ret,
				     sizeof(ret));
	/* This one is not done: it will go on from its changed arguments. */
	rest[0] = args.a1;
	rest[1] = args.a2;
	rest[2] = args.a3;
	rest[3] = args.a4;
	rest[4] = args.a5;
	va += offsetof(struct multicall_entry, args);
	return copy_to_guest(v, va, rest, sizeof(rest)) ? -EFAULT : HCALL_AGAIN;
}

/**
 * multicall(struct multicall_entry *call, u32 nr): several calls for one entry into the hypervisor.
 * Each one's result goes into its entry; a failing one does not stop the others.
 * @return 0, -EFAULT, or -EINVAL (a multicall within one)
 */
s32 hc_multicall(struct vcpu *v, struct hcall_args *a)
{
	struct direct_state *s = v->domain->direct;
	u32 start = (u32)rdtsc();
	s32 err = 0;

	if (s->in_multicall)
		return -EINVAL;
	work_begin(s);
	s->in_multicall = true;
	while (a->a2 && !err && !v->domain->dying) {
		/* What one call costs is not always counted; the time is. */
		if (s->work >= WORK_BOUND || (u32)rdtsc() - start >= MULTICALL_CYCLES ||
		    v->stopped) {
			err = HCALL_AGAIN;
			break;
		}
		s->work++;
		err = one_call(v, a->a1);
		if (err)
			break;
		a->a1 += sizeof(struct multicall_entry);
		a->a2--;
	}
	s->in_multicall = false;
	return err;
}

/* After an interrupt the line is off until the domain has looked at its device. */
static s32 irq_status(struct vcpu *v, vaddr_t va)
{
	struct physdev_irq_status_query q;

	if (copy_from_guest(v, &q, va, sizeof(q)))
		return -EFAULT;
	if (!v->domain->privileged || !passthrough_irq(q.irq))
		return -EINVAL;
	q.flags = 1;
	return copy_to_guest(v, va, &q, sizeof(q)) ? -EFAULT : 0;
}

/**
 * physdev_op(cmd, arg): a kernel asks for the right to use ports, as the EFLAGS.IOPL and the TSS of
 * a bare machine would give it (privileged.c); and says that it has looked at its devices.
 * @return 0, -EFAULT, or -EINVAL for what is about hardware that it has not
 */
s32 hc_physdev_op(struct vcpu *v, struct hcall_args *a)
{
	struct physdev_set_iobitmap map;
	u32 iopl;

	switch (a->a1) {
	case PHYSDEVOP_irq_unmask_notify:
		pirq_unmask(v->domain);
		return 0;
	case PHYSDEVOP_irq_status_query:
		return irq_status(v, a->a2);
	case PHYSDEVOP_set_iopl:
		if (copy_from_guest(v, &iopl, a->a2, sizeof(iopl)))
			return -EFAULT;
		if (iopl > 3)
			return -EINVAL;
		v->virt.iopl = iopl;
		return 0;
	case PHYSDEVOP_set_iobitmap:
		if (copy_from_guest(v, &map, a->a2, sizeof(map)))
			return -EFAULT;
		if (map.nr_ports > 65536)
			return -EINVAL;
		v->port_map = map.bitmap;
		v->nr_ports = map.nr_ports;
		return 0;
	}
	return -EINVAL;
}

/** physdev_op_compat(struct { u32 cmd; union args; } *): Xen 3.0.0's form. */
s32 hc_physdev_op_compat(struct vcpu *v, struct hcall_args *a)
{
	return hcall_compat(v, a, hc_physdev_op);
}

/** tl_note(what, front, requests, responses): what an end of a ring does, for the trace. */
s32 hc_tl_note(struct vcpu *v, struct hcall_args *a)
{
	u32 front = a->a2 == DOMID_SELF ? v->domain->id : a->a2;

	if (a->a1 > RING_done || front >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	trace_ring(v, LANE_VMM, LANE_VMM, front, a->a1, a->a3, a->a4);
	return 0;
}
