/*
 * tracedev.c (pv): what programs of Domain 0 want recorded besides: dev/xen/trace.
 *
 * A file that has been opened and written to, a word of classes (evt_mask of Xen's tbuf_op), has
 * these recorded until it is closed. Several are together; what was recorded before stays, and is
 * alone again when the last has gone, also of one that was killed.
 */
#include <trapline/xen/domctl.h>
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"

static u32 files_of[32]; /* that want the class */
static u32 before;	 /* recorded without any of them */

static u32 tbuf_op(u32 cmd, u32 classes)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_tbuf_op,
				.interface_version = XEN_SYSCTL_INTERFACE_VERSION,
				.u.tbuf_op = {.cmd = cmd, .evt_mask = classes}};

	if (hypercall(__HYPERVISOR_sysctl, (u32)&op, 0, 0, 0))
		panic("tbuf_op is refused");
	return op.u.tbuf_op.evt_mask;
}

static u32 wanted(void)
{
	u32 classes = 0;

	for (u32 i = 0; i < 32; i++)
		classes |= files_of[i] ? 1u << i : 0;
	return classes;
}

/* The file wants these from now on, and not what it wanted. */
static void want(struct file *f, u32 classes)
{
	u32 all;

	if (classes == f->pos)
		return;
	if (!wanted())
		before = tbuf_op(XEN_SYSCTL_TBUFOP_get_info, 0);
	for (u32 i = 0; i < 32; i++) {
		files_of[i] += classes >> i & 1;
		files_of[i] -= f->pos >> i & 1;
	}
	f->pos = classes;
	all = before | wanted();
	tbuf_op(XEN_SYSCTL_TBUFOP_set_evt_mask, all ? all : ~0u);
	tbuf_op(all ? XEN_SYSCTL_TBUFOP_enable : XEN_SYSCTL_TBUFOP_disable, 0);
}

static s32 trace_read(struct file *f, u8 *buf, u32 n)
{
	(void)f, (void)buf, (void)n;
	return -EINVAL;
}

static s32 trace_write(struct file *f, const u8 *buf, u32 n)
{
	u32 classes;

	if (n != sizeof(classes))
		return -EINVAL;
	memcpy(&classes, buf, sizeof(classes));
	want(f, classes);
	return sizeof(classes);
}

static void trace_close(struct file *f)
{
	want(f, 0);
}

const struct device trace_device = {.read = trace_read, .write = trace_write, .close = trace_close};
