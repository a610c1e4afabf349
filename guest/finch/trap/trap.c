/* trap.c: what a trap means, whichever port it came through. */
#include "proc/proc.h"
#include "sys/sys.h"
#include "lib/lib.h"

static const struct {
	u32 signal;
	const char *what;
} exceptions[20] = {
    [0] = {SIGFPE, "divide error"},
    [1] = {SIGTRAP, "debug trap"},
    [2] = {SIGILL, "non-maskable interrupt"},
    [3] = {SIGTRAP, "breakpoint"},
    [4] = {SIGSEGV, "overflow"},
    [5] = {SIGSEGV, "bound range exceeded"},
    [6] = {SIGILL, "invalid opcode"},
    [7] = {SIGILL, "no floating point here"},
    [8] = {SIGSEGV, "double fault"},
    [10] = {SIGSEGV, "invalid TSS"},
    [11] = {SIGSEGV, "segment not present"},
    [12] = {SIGSEGV, "stack fault"},
    [13] = {SIGSEGV, "general protection"},
    [14] = {SIGSEGV, "page fault"},
    [16] = {SIGFPE, "floating point"},
    [17] = {SIGSEGV, "alignment check"},
    [18] = {SIGILL, "machine check"},
    [19] = {SIGFPE, "SIMD floating point"},
};

static void dump(const struct trapframe *tf)
{
	printk("vec=%u err=%x cr2=%08x eip=%08x cs=%x eflags=%08x\n", tf->vec, tf->err, tf->cr2,
	       tf->eip, tf->cs & 0xFFFF, tf->eflags);
	printk("eax=%08x ebx=%08x ecx=%08x edx=%08x esi=%08x edi=%08x ebp=%08x\n", tf->eax, tf->ebx,
	       tf->ecx, tf->edx, tf->esi, tf->edi, tf->ebp);
}

static void exception(struct trapframe *tf)
{
	u32 vec = tf->vec;

	if (vec >= ARRAY_SIZE(exceptions) || !exceptions[vec].what) {
		dump(tf);
		panic("unexpected trap");
	}
	if (!from_user(tf)) {
		dump(tf);
		panic("%s in the kernel", exceptions[vec].what);
	}
	signal_fault(exceptions[vec].signal, exceptions[vec].what, tf);
}

/*
 * The kernel faults on an application's memory as the application would: a system call that
 * checked user_range may touch a page for the first time. Anything else there is a bug.
 */
static void page_fault(struct trapframe *tf)
{
	enum fault f = FAULT_BAD;

	if (tf->cr2 < KERNEL_BASE && current) {
		memory_counts.faults++;
		memory_make(FRAMES_KEPT);
		f = space_fault(&current->space, tf->cr2, tf->err & PF_W);
	}
	if (f == FAULT_BAD)
		exception(tf);
	else if (f == FAULT_NO_MEM)
		signal_fault(SIGKILL, "out of memory", tf);
	else if (f == FAULT_NO_DISK)
		signal_fault(SIGKILL, "the swap disk failed", tf);
}

void trap(struct trapframe *tf)
{
	if (tf->vec == TRAP_PAGE_FAULT)
		page_fault(tf);
	else if (tf->vec == TRAP_SYSCALL)
		syscall(tf);
	else if (tf->vec >= TRAP_INTERRUPT)
		arch_interrupt(tf->vec);
	else
		exception(tf);
	if (from_user(tf)) {
		schedule_if_due();
		signal_deliver();
	}
}
