/*
 * crowd.h: several random guests at once, and what all of them know of each other.
 *
 * The guests have a few pages in common, the board. On it stands a model of all that one guest can
 * see of another: who has which port, who grants what to whom, who has it mapped, what it holds.
 * Whoever makes a call that the model knows holds the board meanwhile, says what the hypervisor
 * must answer, and writes down what has changed. The processor is taken from it at any moment, and
 * the others go on with calls that concern only themselves; so the order is the scheduler's.
 */
#ifndef FUZZ_CROWD_H
#define FUZZ_CROWD_H

#include <trapline/xen/grant_table.h>
#include "guest.h"

#define NR_GUESTS  4u
#define FIRST_ID   1u /* none is Domain 0 */
#define NO_FRAME   (~0u)
#define NR_PORTS   64u /* that the model looks at */
#define NR_COMMON  6u  /* pages to share, of each guest */
#define NR_ENTRIES 16u /* of each table of grants, from FIRST_REF on */
#define FIRST_REF  32u
#define NR_PLACES  12u /* where each guest maps what others grant */
#define NR_MAPS	   20u
#define NR_KNOWN   192u
#define KNOWN	   16u /* bytes at a page's beginning; all others of it are 0 */

/* The numbers of EVTCHNSTAT_. */
enum { CLOSED, UNBOUND, INTERDOMAIN, PIRQ, VIRQ, IPI };

struct model_port {
	u8 state, virq;
	u16 of; /* UNBOUND: the id that may bind; INTERDOMAIN: the other guest's number */
	u16 port;
};

struct model_entry {
	u16 flags, domid;
	u32 frame;
	u16 readers, writers;
};

/* A mapping that was made by its handle, and not ended by it. */
struct model_map {
	bool used, by_entry;
	u16 granter, ref; /* granter: the guest's number */
	u32 handle, pte;
};

/* A page to share. Others of a guest's memory it grants, too, but of those nothing is known. */
struct model_frame {
	u32 mfn; /* NO_FRAME: none */
	u16 owner;
	bool given_back; /* the owner's until nobody uses it */
	bool unknown;	 /* it was of the pool: who knows what it holds */
	u8 bytes[KNOWN];
};

struct model_guest {
	bool joined, leaving, ended;
	u32 waits_for; /* a port of its own, on which somebody must send; 0: it does not wait */
	struct model_port port[NR_PORTS];
	u32 pending[NR_PORTS / 32], mask[NR_PORTS / 32], sel;
	bool fresh; /* an upcall is due */
	struct model_entry entry[NR_ENTRIES];
	struct model_map map[NR_MAPS];
	u32 place[NR_PLACES]; /* the page-table entry there */
};

struct crowd_board {
	u32 holder; /* a guest's number and 1; 0: nobody */
	struct model_guest guest[NR_GUESTS];
	struct model_frame frame[NR_KNOWN];
};

/* How often what was tried succeeded. */
struct counted {
	u32 mapped, unmapped, copied, given, returned, bound, waited, refused, traced;
};
extern struct counted met;

/* crowd.c */
extern bool in_crowd;
extern bool with_master; /* Domain 0 is there, too: master.h */
extern u32 me;		 /* the guest's number; its id is FIRST_ID more */
#define board	 ((struct crowd_board *)BOARD_VA)
#define mine	 (&board->guest[me])
#define BOARD_VA 0x32400000u /* slots of the directory that no other call knows */
#define PLACE_VA 0x32000000u
extern u32 common[NR_COMMON][PTES];
/** Meet the others. @return NULL, or what is wrong */
const char *crowd_join(void);
/** Take the board, and give it back; nothing happens outside of a crowd. */
const char *crowd_enter(void);
void crowd_leave(void);
/** Make a call of the model's grammar. @return NULL, or what differs */
const char *crowd_step(void);
/** The last thing that is done; or after something that differs. */
const char *crowd_end(void);
void crowd_give_up(void);
/** How many pages more than at first are this guest's. */
u32 crowd_pages(void);
/** A frame that other calls must not touch. */
bool crowd_owns(u32 mfn);
/** A frame that was given back is ours as long as others use it. @return false outside of a crowd:
 * nobody does */
bool crowd_uses(u32 mfn);
/** The same as HCALL, now and then as one of a multicall. */
s32 crowd_call(u32 nr, u32 a, u32 b, u32 c, u32 d);
/** NULL if `got` is what it must be, else `what`. */
const char *must_be(s32 got, s32 want, const char *what);
/** A domain id: mostly of a guest. */
u32 any_domid(void);
/** The guest with this id, if there is one still; else NR_GUESTS. */
u32 guest_of(u32 domid);

/* channels.c: @return NULL, or what differs */
const char *channel_step(void);
const char *send_to(u32 port);
void channels_end(u32 guest);

/* events.c */
extern u32 upcalls;
void channels_init(void);
/** Is what the hypervisor has written into our own page what the model says? */
const char *check_events(void);
/** The model: an event comes at the port; it is forgotten; our port is not masked any more. */
void notify(struct model_guest *g, u32 port);
void forget_event(struct model_guest *g, u32 port);
void unmasked(u32 port);
/** What a guest does to its own bits without a call. */
void write_bits(void);
/** Send to those who wait for us: all of them, or perhaps. */
const char *serve_waiting(bool all);
const char *wait_for_event(void);

/* grants.c */
void grants_init(u32 ref, u32 guest, u32 mfn);
s32 grant_op(u32 cmd, void *ops, u32 n);
const char *entry_step(void);
const char *check_entries(void);
u32 any_ref(void);
/** An entry of `type` that is meant for us, mostly. */
void any_grant(u16 type, u32 *domid, u32 *ref);
/** May entry `ref` of `domid` be used by us? @return a GNTST_, or ANY_GONE, PERHAPS */
#define ANY_GONE 100 /* the domain has ended: there may be a rest of it */
#define PERHAPS	 101 /* it depends on what its owner makes of the page */
s16 may_use(u32 domid, u32 ref, bool readonly, u32 *mfn);
bool status_is(s16 got, s16 want);
void use(u32 guest, u32 ref, bool readonly);
void unuse(u32 guest, u32 ref, bool readonly);
extern struct grant_entry *grant_table;

/* maps.c */
const char *map_step(void);
const char *unmap_step(void);
const char *place_step(void);
void maps_end(u32 guest);

/* pages.c */
void pages_init(void);
const char *page_step(void);
const char *transfer_step(void);
struct model_frame *known_frame(u32 mfn);
/** What holds it apart from its owner. */
u32 uses_of(u32 mfn);
/** If nobody uses it any more, and it was given back, it is nobody's. */
void frame_let_go(u32 mfn);

/* copies.c */
const char *copy_step(void);

/* refused.c */
const char *refused_step(void), *unreadable_step(void);

#endif
