/*
 * inline.h (pv): short functions of the port, and what its files ask of each other.
 *
 * A page table holds machine frame numbers (mfn); the rest of the kernel thinks in the numbers of
 * its own memory (pfn). Two tables translate: mfn_list, ours, and the hypervisor's M2P.
 */
#ifndef FINCH_INLINE_H
#define FINCH_INLINE_H

typedef struct {
	u32 n;
} mfn_t;

extern const mfn_t *mfn_list; /* pfn -> mfn */
#define MACHINE_TO_PHYS ((const u32 *)MACH2PHYS_VIRT_START)

/* The page that the hypervisor shares with us, mapped over this one of our own. */
extern union shared_page {
	struct shared_info info;
	u8 page[PAGE_SIZE];
} shared_page;

static inline pte_t pte_make(u32 pfn, u32 flags)
{
	return (pte_t){mfn_list[pfn].n << PAGE_SHIFT | flags};
}

static inline u32 pte_pfn(pte_t e)
{
	return MACHINE_TO_PHYS[e.v >> PAGE_SHIFT];
}

void mmu_map(pte_t *slot, pte_t e);

/* Interrupts are events, and this byte masks them: the virtual IF, inverted. */
static inline void events_mask(void)
{
	*(volatile u8 *)&shared_page.info.vcpu_info[0].evtchn_upcall_mask = 1;
}

/* boot.c, from start.S */
void pv_start(const struct start_info *si) __attribute__((noreturn));
/* mmu.c: map all memory. @return the first frame that boot has no use for */
u32 mmu_init(const struct start_info *si, u32 nr_pages);
/** A page whose machine frame is to go to another domain leaves the map of all memory. @return the
 * frame */
u32 mmu_take_out(u32 pfn);
/** And this frame comes in its place. */
void mmu_put_in(u32 pfn, u32 mfn);
/* granttab.c: our table of grants; NULL: there is none */
struct grant_entry *grant_table(void);
/* traps.c: tell the hypervisor where the kernel's doors are. */
void traps_init(void);
/* events.c */
/** Let a port's events in, and what has come meanwhile. Events are masked as a whole. */
void event_unmask(u32 port);
void events_init(void);
/** Is this port the kernel's own? */
bool events_own(u32 port);
/* evtchn.c */
/** Something has happened at a port. @return whether it is a program's */
bool evtchn_happened(u32 port);
extern const struct device evtchn_device;
/* xenbus.c */
void xenbus_init(const struct start_info *si);
/** The port on which the store calls us; 0: none */
u32 xenbus_port(void);
/** Move what can be moved between the store's ring and us. */
void xenbus_pump(void);
/** From now on, see what the store says of memory/target; arch_balloon is woken when that changes.
 */
void xenbus_watch_target(void);
/** What it said last, in KB; 0: nothing yet */
u32 xenbus_target(void);
extern const struct device xenbus_device;
/* gntdev.c */
extern const struct device gntdev_device;
/* gntmove.c */
extern const struct device gntmove_device;
/* tracedev.c */
extern const struct device trace_device;
/* netfront.c */
extern const struct device vif0_device;
/** @return whether it was the network's */
bool netfront_happened(u32 port);
/* blkfront.c */
void blkfront_init(const struct start_info *si);
extern const struct device blkfront_device;
/** @return whether it was the virtual disk's */
bool blkfront_happened(u32 port);
/* time.c */
void time_init(void);
/** Call timer_tick for every tick that has passed. */
void time_catch_up(void);
/** The hypervisor's clock, in ns. */
u64 system_time(void);
/** Ask for an event when the next sleeper's tick is due: whoever idles needs no others. */
void time_wake_me(void);
/* answer.c: Domain 0 may ask whether we are alive. */
void answer_init(const struct start_info *si);
void answer_if_asked(u32 port);
/* events.c: no event tells of what is typed: each tick looks. */
bool console_is_polled(void);
/* console.c */
void console_poll(void);
/* privcmd.c: are we Domain 0? */
extern bool is_domain0;

#endif
