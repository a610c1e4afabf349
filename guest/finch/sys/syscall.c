/* syscall.c: from a number in EAX to a function. */
#include "sys/sys.h"

static s32 (*const calls[NR_SYSCALLS])(u32 a, u32 b, u32 c) = {
    [SYS_exit] = sys_exit,	   [SYS_fork] = sys_fork,
    [SYS_read] = sys_read,	   [SYS_write] = sys_write,
    [SYS_open] = sys_open,	   [SYS_close] = sys_close,
    [SYS_waitpid] = sys_waitpid,   [SYS_exec] = sys_exec,
    [SYS_getpid] = sys_getpid,	   [SYS_getppid] = sys_getppid,
    [SYS_kill] = sys_kill,	   [SYS_pipe] = sys_pipe,
    [SYS_brk] = sys_brk,	   [SYS_signal] = sys_signal,
    [SYS_dup2] = sys_dup2,	   [SYS_mmap] = sys_mmap,
    [SYS_munmap] = sys_munmap,	   [SYS_sigreturn] = sys_sigreturn,
    [SYS_mprotect] = sys_mprotect, [SYS_yield] = sys_yield,
    [SYS_sleep] = sys_sleep,	   [SYS_ticks] = sys_ticks,
    [SYS_psinfo] = sys_psinfo,	   [SYS_list] = sys_list,
    [SYS_meminfo] = sys_meminfo,   [SYS_hypercall] = sys_hypercall,
    [SYS_foreign] = sys_foreign,   [SYS_map_foreign] = sys_map_foreign,
    [SYS_listen] = sys_listen,	   [SYS_poll] = sys_poll,
    [SYS_creat] = sys_creat,	   [SYS_unlink] = sys_unlink,
    [SYS_lseek] = sys_lseek,	   [SYS_mount] = sys_mount,
    [SYS_umount] = sys_umount,	   [SYS_sync] = sys_sync,
    [SYS_swapon] = sys_swapon,	   [SYS_sysinfo] = sys_sysinfo,
    [SYS_mkfs] = sys_mkfs,	   [SYS_room] = sys_room,
};

void syscall(struct trapframe *tf)
{
	u32 nr = tf->eax;

	memory_make(FRAMES_KEPT);
	if (nr < NR_SYSCALLS && calls[nr])
		tf->eax = (u32)calls[nr](tf->ebx, tf->ecx, tf->edx);
	else
		tf->eax = (u32)-ENOSYS;
}

s32 fetch_string(u32 va, char *to, u32 size)
{
	for (u32 n = 0; n < size; n++) {
		/* Asked anew on each page only: a region never ends within one. */
		if ((!n || !((va + n) & (PAGE_SIZE - 1))) &&
		    !user_range(&current->space, va + n, 1, PROT_READ))
			return -EFAULT;
		to[n] = *(char *)(va + n);
		if (!to[n])
			return (s32)n;
	}
	return -E2BIG;
}
