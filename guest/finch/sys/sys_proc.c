/* sys_proc.c: system calls about processes, signals and time. */
#include "sys/sys.h"
#include "lib/lib.h"

s32 sys_exit(u32 code, UNUSED_ARG b, UNUSED_ARG c)
{
	proc_exit(code & 0xFF);
}

s32 sys_fork(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return proc_fork();
}

s32 sys_waitpid(u32 pid, u32 status_va, u32 options)
{
	u32 status = 0;
	s32 found;

	if (status_va && !user_range(&current->space, status_va, sizeof(u32), PROT_WRITE))
		return -EFAULT;
	found = proc_wait((s32)pid, &status, options);
	if (found > 0 && status_va)
		*(u32 *)status_va = status;
	return found;
}

s32 sys_exec(u32 path_va, u32 argv_va, UNUSED_ARG c)
{
	char path[32], arg[256];
	struct args a;
	s32 n = fetch_string(path_va, path, sizeof(path));

	if (n < 0)
		return n;
	n = args_init(&a);
	for (u32 i = 0; n >= 0; i++) {
		const u32 *p = (const u32 *)argv_va + i;

		if (!user_range(&current->space, (u32)p, sizeof(u32), PROT_READ))
			n = -EFAULT;
		else if (!*p)
			return proc_exec(path, &a);
		else
			n = fetch_string(*p, arg, sizeof(arg));
		if (n >= 0)
			n = args_add(&a, arg, (u32)n);
	}
	if (a.page)
		page_free(a.page);
	return n;
}

s32 sys_getpid(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return (s32)current->pid;
}

s32 sys_getppid(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return (s32)current->parent->pid;
}

s32 sys_kill(u32 pid, u32 sig, UNUSED_ARG c)
{
	struct proc *p = proc_find(pid);

	if (sig >= NSIG)
		return -EINVAL;
	if (!p || p->state == ZOMBIE)
		return -ESRCH;
	if (sig)
		signal_send(p, sig);
	return 0;
}

s32 sys_signal(u32 sig, u32 handler, u32 restorer)
{
	u32 old;

	if (!sig || sig >= NSIG || sig == SIGKILL || handler >= KERNEL_BASE)
		return -EINVAL;
	old = current->handlers[sig];
	current->handlers[sig] = handler;
	if (restorer)
		current->restorer = restorer;
	return (s32)old;
}

s32 sys_sigreturn(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return signal_return();
}

s32 sys_yield(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	schedule();
	return 0;
}

s32 sys_sleep(u32 ticks, UNUSED_ARG b, UNUSED_ARG c)
{
	u32 until = ticks_now() + ticks;

	until += !until; /* 0 would mean no limit */
	while ((s32)(until - ticks_now()) > 0) {
		if (signal_pending())
			return -EINTR;
		sleep_on(NULL, until);
	}
	return 0;
}

s32 sys_ticks(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return (s32)ticks_now();
}

s32 sys_psinfo(u32 index, u32 info_va, UNUSED_ARG c)
{
	struct psinfo info = {0};
	struct proc *p = &procs[index];

	if (index >= NR_PROCS)
		return -EINVAL;
	if (p->state == UNUSED)
		return 0;
	if (!user_range(&current->space, info_va, sizeof(info), PROT_WRITE))
		return -EFAULT;
	info.pid = p->pid;
	info.ppid = p->parent->pid;
	info.ticks = p->ticks;
	info.pages = space_pages(&p->space);
	info.state = p->state == RUNNABLE ? 'R' : p->state == SLEEPING ? 'S' : 'Z';
	strlcpy(info.name, p->name, sizeof(info.name));
	memcpy((void *)info_va, &info, sizeof(info));
	return 1;
}
