/* sys.h: the system calls, by number in syscall.c. Arguments as the application gave them. */
#ifndef FINCH_SYS_H
#define FINCH_SYS_H

#include "proc/proc.h"

/** Serve the system call in the current process's frame. */
void syscall(struct trapframe *tf);
/** Copy a string in from the application. @return its length, or -EFAULT, -E2BIG */
s32 fetch_string(u32 va, char *to, u32 size);

#define DECLARE(name) s32 sys_##name(u32 a, u32 b, u32 c)
DECLARE(exit);
DECLARE(fork);
DECLARE(read);
DECLARE(write);
DECLARE(open);
DECLARE(close);
DECLARE(creat);
DECLARE(unlink);
DECLARE(lseek);
DECLARE(mount);
DECLARE(umount);
DECLARE(sync);
DECLARE(mkfs);
DECLARE(room);
DECLARE(waitpid);
DECLARE(exec);
DECLARE(getpid);
DECLARE(getppid);
DECLARE(kill);
DECLARE(pipe);
DECLARE(brk);
DECLARE(signal);
DECLARE(dup2);
DECLARE(mmap);
DECLARE(munmap);
DECLARE(sigreturn);
DECLARE(mprotect);
DECLARE(yield);
DECLARE(sleep);
DECLARE(ticks);
DECLARE(psinfo);
DECLARE(list);
DECLARE(meminfo);
DECLARE(swapon);
DECLARE(sysinfo);
DECLARE(hypercall);
DECLARE(foreign);
DECLARE(map_foreign);
DECLARE(listen);
DECLARE(poll);
#undef DECLARE

/* A system call that does not use an argument says so by this. */
#define UNUSED_ARG __attribute__((unused)) u32

#endif
