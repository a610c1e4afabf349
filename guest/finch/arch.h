/*
 * arch.h: everything that the kernel asks of the machine below it.
 *
 * Two ports answer: arch/native for a PC, arch/pv for a domain of a Xen-like hypervisor. They are
 * the only files that differ; port.h of each adds its constants and its shortest functions.
 */
#ifndef FINCH_ARCH_H
#define FINCH_ARCH_H

#define PAGE_SIZE   4096
#define PAGE_SHIFT  12
#define KERNEL_BASE 0xC0000000 /* the kernel maps all memory from here: VA = PA + KERNEL_BASE */
#define MAX_PAGES   32768      /* 128 MB */
#define KSTACK_SIZE PAGE_SIZE

/* Bits of an entry (SDM 3A, 4.3) and of a page fault's error code (4.7). */
#define PTE_P	    0x001
#define PTE_RW	    0x002
#define PTE_US	    0x004
#define PTE_A	    0x020
#define PTE_D	    0x040
#define PTE_FOREIGN 0x200 /* ours to use: the frame is not this machine's own */
#define PTE_SWAPPED                                                                                \
	0x400 /* not present: where a frame's number would be, is that of a swap slot              \
	       */
#define PTE_FLAGS 0xFFF
#define PF_P	  0x1
#define PF_W	  0x2

/* Vectors of a struct trapframe that the common code knows, beside the exceptions. */
#define TRAP_PAGE_FAULT 14
#define TRAP_SYSCALL	0x80
#define TRAP_INTERRUPT	0x100 /* any vector at or above: the port's own business */

#include "port.h" /* PORT_NAME USER_CS USER_DS PORT_KERNEL_PDE_END */

#ifndef __ASSEMBLER__
#include <trapline/types.h>

typedef u32 vaddr_t;
typedef struct {
	u32 v;
} pte_t; /* an entry of a page table or of a page directory, as the processor reads it */

/** What a trap leaves on the kernel stack, lowest address first: alike in both ports. */
struct trapframe {
	u32 edi, esi, ebp, unused_esp, ebx, edx, ecx, eax; /* pushal */
	u32 vec;
	u32 cr2; /* of a page fault */
	u32 err; /* 0 where the processor pushes none */
	u32 eip, cs, eflags;
	u32 esp, ss; /* only if it came from an application */
};

/** What a port found out about the machine before kmain. */
struct boot {
	const char *cmdline;
	u32 nr_pages;	  /* of guest-physical memory, from 0 */
	const u8 *initrd; /* in the kernel's map; NULL if none */
	u32 initrd_size;
	u32 nr_busy; /* ranges of frames that are not for the allocator */
	struct {
		u32 first, end; /* end is the first frame that is free again */
	} busy[4];
};

#include "inline.h" /* the port's shortest functions: pte_make, pte_pfn, mmu_map, ... */

/* The console. */
void console_write(const char *text, u32 len);

/* Time and interrupts. The kernel runs with interrupts off; they come in idle and in user mode. */
/** Set up traps, timer and console input. */
void arch_init(void);
/** Serve the interrupt behind a trap with vec >= TRAP_INTERRUPT. */
void arch_interrupt(u32 vec);
/** Ask for the right to use the ports of devices. @return false: there is none to be had */
bool ports_open(void);
/** Let interrupts of this line in from now on: arch_interrupt() serves them. */
void irq_enable(u32 irq);
#define IRQ_NE2K 10
#define IRQ_ATA	 14
/** Let interrupts in until at least one has been served. */
void arch_idle(void);
/** End the machine: 0 is success. */
void machine_off(u32 code) __attribute__((noreturn));
/** What a program of Domain 0's asks of the hypervisor: abi.h. @return -ENOSYS anywhere else */
struct hyper_call;
struct foreign_copy;
s32 arch_hypercall(const struct hyper_call *c);
s32 arch_foreign(const struct foreign_copy *c);
/** Let `va` of the current process, which has a table, lead to a page of another domain, or none.
 */
s32 arch_map_foreign(vaddr_t va, u32 domid, u32 frame);
/** A file that is no file: what the hypervisor and the process agree on by reading and writing. */
const struct device *arch_device(const char *name);
/** Do programs tell the hypervisor where their pages are? Then none of these may go away. */
bool arch_pages_stay(void);
/** Ask for a balloon. @return 0, with ops, p2m and nr_pages set; -ENODEV: there is nobody who would
 * want memory back */
struct balloon;
s32 arch_balloon(struct balloon *b);
/** How many pages this machine is to have now; all_pages if nobody has said. */
u32 arch_balloon_target(u32 all_pages);
/** How many of them the machine's memory has room for; if there are more, the hypervisor pages. */
u32 arch_balloon_share(u32 all_pages);
/** Ticks after which that is worth another look; 0: a change wakes who sleeps on arch_balloon. */
u32 arch_balloon_poll(void);
/** The stack on which the next trap from an application will be served. */
void set_kernel_stack(u32 top);

/*
 * Page tables. A new table is ordinary memory, filled with plain stores. It comes to life when
 * mmu_activate is given its directory, or mmu_hook makes it part of a live one; from then on only
 * the functions here may change it, until mmu_retire.
 *
 * pte_t pte_make(u32 pfn, u32 flags);	an entry for a frame
 * u32 pte_pfn(pte_t e);		the frame of a present entry
 * void mmu_map(pte_t *slot, pte_t e);	fill a live slot that was not present, now
 */
/** The directory with only the kernel's half; runs until the first process does. */
pte_t *mmu_kernel_directory(void);
/** Make a complete directory fit to be run on. */
void mmu_activate(pte_t *dir);
/** The opposite, for a directory that is not being run on. */
void mmu_retire(pte_t *dir);
/** Add a cleared table to a live directory. */
void mmu_hook(pte_t *slot, u32 table_pfn);
/** Replace a live entry for va in the directory being run on; the TLB forgets the old one. */
void mmu_remap(vaddr_t va, pte_t *slot, pte_t e);
/** The same for many entries: queue them, then mmu_commit carries all out and empties the TLB. */
void mmu_queue(pte_t *slot, pte_t e);
void mmu_commit(void);
/** Before a directory goes: what others have granted is unmapped there. */
void arch_space_goes(const pte_t *dir);
/** Run on another directory. */
void mmu_switch(pte_t *dir);

/* What the ports call. */
void kmain(const struct boot *boot) __attribute__((noreturn));
void trap(struct trapframe *tf);
void timer_tick(void);
u32 ticks_to_wait(void); /* until one that sleeps will wake; at most a second */
void tty_input(char c);

static inline bool from_user(const struct trapframe *tf)
{
	return (tf->cs & 3) == 3;
}

/** The kernel's address of a frame. */
static inline void *frame_address(u32 pfn)
{
	return (void *)(KERNEL_BASE + (pfn << PAGE_SHIFT));
}

static inline u32 frame_of(const void *p)
{
	return ((u32)p - KERNEL_BASE) >> PAGE_SHIFT;
}

#endif
#endif
