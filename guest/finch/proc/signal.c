/*
 * signal.c: signals: pending bits, and a frame on the application's stack for a handler.
 *
 * The handler is entered as an ordinary function f(signal, address); when it returns, it finds
 * the address of the C library's restorer, which calls sigreturn with ESP at the saved registers.
 */
#include "proc/proc.h"
#include "lib/lib.h"

/* What the handler's stack holds, from its ESP up. */
struct signal_frame {
	u32 return_to; /* the restorer */
	u32 signal, address;
	struct trapframe saved;
};

#define EFLAGS_USER  0xCD5u /* the arithmetic flags and DF: what an application may choose */
#define EFLAGS_FIXED 0x202u

void signal_send(struct proc *p, u32 sig)
{
	if (p->handlers[sig] == SIG_IGN && sig != SIGKILL)
		return;
	p->pending |= 1u << sig;
	if (p->state == SLEEPING)
		p->state = RUNNABLE;
}

static void enter_handler(u32 sig, u32 address)
{
	struct trapframe *tf = proc_frame(current);
	struct signal_frame *f = (struct signal_frame *)((tf->esp - sizeof(*f)) & ~15u);

	if (!user_range(&current->space, (u32)f, sizeof(*f), PROT_WRITE)) {
		printk("%s[%u]: killed: no stack for a signal handler\n", current->name,
		       current->pid);
		proc_exit(STATUS_SIGNAL + sig);
	}
	f->saved = *tf;
	f->saved.unused_esp = current->handlers[sig]; /* pushal saves an ESP that nobody reads */
	f->signal = sig;
	f->address = address;
	f->return_to = current->restorer;
	tf->esp = (u32)f;
	tf->eip = current->handlers[sig];
	tf->eflags = EFLAGS_FIXED;
	current->handlers[sig] = SIG_DFL; /* until sigreturn: a fault in the handler kills */
}

s32 signal_return(void)
{
	struct trapframe *tf = proc_frame(current);
	struct signal_frame *f = (struct signal_frame *)(tf->esp - sizeof(u32));
	u32 handler;

	if (!user_range(&current->space, (u32)f, sizeof(*f), PROT_READ) || f->signal >= NSIG)
		return -EFAULT;
	/* iret to an EIP past the segment's limit would fault in the kernel. */
	if (f->saved.eip >= KERNEL_BASE || f->saved.unused_esp >= KERNEL_BASE)
		return -EFAULT;
	handler = f->saved.unused_esp;
	current->handlers[f->signal] = handler;
	f->saved.cs = tf->cs;
	f->saved.ss = tf->ss;
	f->saved.eflags = (f->saved.eflags & EFLAGS_USER) | EFLAGS_FIXED;
	*tf = f->saved;
	return (s32)tf->eax;
}

void signal_deliver(void)
{
	while (current->pending) {
		u32 sig = (u32)__builtin_ctz(current->pending);

		current->pending &= ~(1u << sig);
		if (current->handlers[sig] == SIG_IGN && sig != SIGKILL)
			continue;
		if (current->handlers[sig] == SIG_DFL || sig == SIGKILL)
			proc_exit(STATUS_SIGNAL + sig);
		enter_handler(sig, 0);
	}
}

void signal_fault(u32 sig, const char *what, const struct trapframe *tf)
{
	bool page_fault = tf->vec == TRAP_PAGE_FAULT;

	if (from_user(tf) && current->handlers[sig] > SIG_IGN) {
		enter_handler(sig, page_fault ? tf->cr2 : 0);
		return;
	}
	if (page_fault)
		printk("%s[%u]: killed: %s at 0x%08x eip 0x%08x\n", current->name, current->pid,
		       what, tf->cr2, tf->eip);
	else
		printk("%s[%u]: killed: %s at eip 0x%08x\n", current->name, current->pid, what,
		       tf->eip);
	proc_exit(STATUS_SIGNAL + sig);
}
