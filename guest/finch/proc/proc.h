/* proc.h: processes: what the kernel knows of each, and how they come, wait and go. */
#ifndef FINCH_PROC_H
#define FINCH_PROC_H

#include "mm/mm.h"
#include "abi.h"

struct file;

enum state { UNUSED, RUNNABLE, SLEEPING, ZOMBIE };

#define NR_PROCS  64
#define NAME_SIZE 15

struct proc {
	u32 pid;
	enum state state;
	char name[NAME_SIZE];
	struct proc *parent;
	u32 status; /* of a zombie, as waitpid gives it */
	u8 *kstack; /* one page; the trap frame of the application is at its top */
	u32 ksp;    /* where switch_to left the kernel's registers */
	struct space space;
	struct file *fds[NR_FDS];
	const void *channel;	/* what it sleeps for */
	u32 wake_at;		/* tick at which a sleep ends, 0: none */
	u32 ticks;		/* how many found it running */
	u32 pending;		/* a bit for each signal not yet delivered */
	u32 handlers[NSIG];	/* SIG_DFL, SIG_IGN or an address */
	u32 restorer;		/* where a handler returns to: calls sigreturn */
	vaddr_t held, held_end; /* pages of the system call that it is in: they stay */
};

extern struct proc procs[NR_PROCS];
extern struct proc *current;

/** The registers with which the process left its application. */
static inline struct trapframe *proc_frame(struct proc *p)
{
	return (struct trapframe *)(p->kstack + KSTACK_SIZE) - 1;
}

/* proc.c */
/** Make process 1 from the program `init` and run it. */
void proc_start_init(const struct boot *boot) __attribute__((noreturn));
/** @return the child's pid; 0 in the child comes through its frame */
s32 proc_fork(void);
/** End the current process. */
void proc_exit(u32 status) __attribute__((noreturn));
/** Wait for one child (pid) or any (-1). @return its pid, 0 (WNOHANG), or -ECHILD, -EINTR */
s32 proc_wait(s32 pid, u32 *status, u32 options);
struct proc *proc_find(u32 pid);

/* sched.c */
/** Let another runnable process run; returns when it is this one's turn again. */
void schedule(void);
/** Called on the way back to an application: is the slice over? */
void schedule_if_due(void);
/** Sleep until wakeup(channel), a signal, or tick `until` (0: no limit). */
void sleep_on(const void *channel, u32 until);
void wakeup(const void *channel);
/** The same where nobody who polls a descriptor can be meant. */
void wakeup_sleepers(const void *channel);
/** A thing that one at a time has: those who wait get it in the order in which they came. */
struct turn {
	u32 given, now; /* tickets */
};
static inline void turn_take(struct turn *t)
{
	u32 mine = t->given++;

	while (mine != t->now)
		sleep_on(t, 0);
}
static inline void turn_end(struct turn *t)
{
	t->now++;
	wakeup_sleepers(t);
}
/** A channel to sleep on until any other is woken. */
extern const u8 anything;
u32 ticks_now(void);
/** switch.S: save the kernel's registers in *from, continue where `to` was saved. */
void switch_to(u32 *from, u32 to);
/** switch.S: the first thing a new process does. */
void enter_application(void);

/** Run on this space from now on (the current process has changed its own). */
void space_enter(struct space *s);

/* exec.c */
/** The strings of argv, gathered before the old space goes: one page, as the stack will show it. */
struct args {
	u8 *page;
	u32 used; /* bytes, from the top of the page down */
	u32 argc;
	u32 at[16]; /* user addresses of the strings */
};
#define MAX_ARGS 16
/** Begin with no strings. @return 0 or -ENOMEM */
s32 args_init(struct args *a);
/** Add one. @return 0 or -E2BIG */
s32 args_add(struct args *a, const char *s, u32 len);
/** Replace the current process's program. Frees or uses up the arguments. */
s32 proc_exec(const char *path, struct args *a);

/* signal.c */
/** Make a signal pending and wake the process. */
void signal_send(struct proc *p, u32 sig);
/** Deliver what is pending to the application that is about to be resumed. */
void signal_deliver(void);
/** The current application did something it may not: its handler, or its end with a message. */
void signal_fault(u32 sig, const char *what, const struct trapframe *tf);
s32 signal_return(void);
static inline bool signal_pending(void)
{
	return current->pending != 0;
}

#endif
