/*
 * sched.c: round robin, one tick each.
 *
 * The kernel is one critical section: interrupts are off from the moment that a trap enters it
 * until the return to the application, so nothing here needs a lock. Only applications are
 * preempted; a process gives up the kernel by sleeping.
 */
#include "proc/proc.h"
#include "lib/lib.h"

const u8 anything;
static u32 ticks;
static bool slice_over;
static pte_t *running_on; /* the directory that the processor uses */

u32 ticks_now(void)
{
	return ticks;
}

static struct proc *next_runnable(void)
{
	struct proc *p = current;

	for (u32 i = 0; i < NR_PROCS; i++) {
		if (++p == procs + NR_PROCS)
			p = procs;
		if (p->state == RUNNABLE)
			return p;
	}
	return NULL;
}

void space_enter(struct space *s)
{
	if (running_on == s->dir)
		return;
	running_on = s->dir;
	mmu_switch(running_on ? running_on : mmu_kernel_directory());
}

void schedule(void)
{
	struct proc *from = current, *to;

	/* With nobody to run, the processor waits on the stack of whoever ran last. */
	while (!(to = next_runnable()))
		arch_idle();
	slice_over = false;
	space_enter(&to->space);
	if (to == from)
		return;
	current = to;
	set_kernel_stack((u32)(to->kstack + KSTACK_SIZE));
	switch_to(&from->ksp, to->ksp);
}

void schedule_if_due(void)
{
	if (slice_over)
		schedule();
}

void sleep_on(const void *channel, u32 until)
{
	current->channel = channel;
	current->wake_at = until;
	current->state = SLEEPING;
	schedule();
	current->channel = NULL;
	current->wake_at = 0;
}

void wakeup_sleepers(const void *channel)
{
	for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
		if (p->state == SLEEPING && p->channel == channel)
			p->state = RUNNABLE;
	}
}

void wakeup(const void *channel)
{
	wakeup_sleepers(channel);
	wakeup_sleepers(&anything);
}

void timer_tick(void)
{
	ticks++;
	slice_over = true;
	if (current && current->state == RUNNABLE)
		current->ticks++;
	for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
		if (p->state == SLEEPING && p->wake_at && (s32)(ticks - p->wake_at) >= 0)
			p->state = RUNNABLE;
	}
}

u32 ticks_to_wait(void)
{
	u32 least = HZ;

	for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
		s32 left = (s32)(p->wake_at - ticks);

		if (p->state != SLEEPING || !p->wake_at)
			continue;
		if (left < 1)
			left = 1;
		if ((u32)left < least)
			least = (u32)left;
	}
	return least;
}
