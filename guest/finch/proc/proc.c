/* proc.c: the process table: fork, exit and wait. */
#include "proc/proc.h"
#include "fs/fs.h"
#include "lib/lib.h"

struct proc procs[NR_PROCS];
struct proc *current;
static u32 next_pid = 1;

struct proc *proc_find(u32 pid)
{
	for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
		if (p->state != UNUSED && p->pid == pid)
			return p;
	}
	return NULL;
}

/* A slot with a kernel stack on which switch_to will find its way to the application. */
static struct proc *proc_alloc(void)
{
	struct proc *p = procs;
	u32 *sp;

	while (p < procs + NR_PROCS && p->state != UNUSED)
		p++;
	if (p == procs + NR_PROCS)
		return NULL;
	*p = (struct proc){.kstack = page_alloc()};
	if (!p->kstack)
		return NULL;
	sp = (u32 *)proc_frame(p);
	*--sp = (u32)enter_application; /* switch_to returns to it ... */
	sp -= 4;			/* ... after popping EBP EBX ESI EDI */
	p->ksp = (u32)sp;
	p->pid = next_pid++;
	return p;
}

static void proc_release(struct proc *p)
{
	page_free(p->kstack);
	p->kstack = NULL;
	p->state = UNUSED;
}

void proc_start_init(const struct boot *boot)
{
	struct proc *p = proc_alloc();
	struct args a;
	s32 err;

	if (!p || args_init(&a))
		panic("no memory for init");
	current = p;
	p->parent = p;
	p->state = RUNNABLE;
	files_init(p);
	/* init's arguments are the words of the kernel's command line. */
	err = args_add(&a, "init", 4);
	for (const char *s = boot->cmdline; *s && !err;) {
		u32 n = 0;

		while (s[n] && s[n] != ' ')
			n++;
		if (n)
			err = args_add(&a, s, n);
		s += n + (s[n] == ' ');
	}
	if (err)
		panic("command line too long");
	err = proc_exec("init", &a);
	if (err)
		panic("cannot run init: error %d", err);
	set_kernel_stack((u32)(p->kstack + KSTACK_SIZE));
	switch_to(&(u32){0}, p->ksp); /* the boot stack is left for good */
	panic("unreachable");
}

s32 proc_fork(void)
{
	struct proc *p = proc_alloc();

	if (!p)
		return -EAGAIN;
	if (space_copy(&p->space, &current->space)) {
		proc_release(p);
		return -ENOMEM;
	}
	*proc_frame(p) = *proc_frame(current);
	proc_frame(p)->eax = 0;
	memcpy(p->name, current->name, sizeof(p->name));
	memcpy(p->handlers, current->handlers, sizeof(p->handlers));
	p->restorer = current->restorer;
	files_copy(p, current);
	p->parent = current;
	p->state = RUNNABLE;
	return (s32)p->pid;
}

void proc_exit(u32 status)
{
	if (current->pid == 1) {
		printk("finch: exit code=%u\n", status);
		machine_off(status);
	}
	files_close(current);
	/* The kernel's directory knows every kernel address, this stack's among them. */
	space_enter(&(struct space){.dir = NULL});
	space_free(&current->space);
	for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
		if (p->state != UNUSED && p->parent == current) {
			p->parent = &procs[0]; /* orphans go to init */
			wakeup(&procs[0]);
		}
	}
	current->status = status;
	current->state = ZOMBIE;
	wakeup(current->parent);
	schedule();
	panic("a zombie runs");
}

s32 proc_wait(s32 pid, u32 *status, u32 options)
{
	for (;;) {
		bool any = false;

		for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
			u32 found = p->pid;

			if (p->state == UNUSED || p->parent != current || p == current)
				continue;
			if (pid != -1 && found != (u32)pid)
				continue;
			any = true;
			if (p->state != ZOMBIE)
				continue;
			*status = p->status;
			proc_release(p);
			return (s32)found;
		}
		if (!any)
			return -ECHILD;
		if (options & WNOHANG)
			return 0;
		if (signal_pending())
			return -EINTR;
		sleep_on(current, 0);
	}
}
