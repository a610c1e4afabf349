/*
 * pair.c: two domains of one kernel, 0 and 1, that send each other events and share pages by
 * grants.
 *
 * Both know beforehand: the entries of their tables, and that Domain 0 may bind to the first port
 * of Domain 1 (its store's). Whoever finds something wrong says what, and crashes.
 */
#include "pair.h"

#define BOARD	 8u /* refs of Domain 0: written by both */
#define NOTICE	 9u /* read by the other */
#define COMES	 8u /* refs of Domain 1: a page is to come */
#define LETTER	 9u /* and one to be copied into */
#define STORE	 1u /* a port of Domain 1 */
#define UNBOUND	 1u /* a port that waits */
#define PATIENCE 1000000u

static volatile u32 board[1024] PAGE_ALIGNED, notice[1024] PAGE_ALIGNED, gift[1024] PAGE_ALIGNED;
static volatile u32 letter[1024] PAGE_ALIGNED, here[1024] PAGE_ALIGNED, there[1024] PAGE_ALIGNED;

void run(void);

static void grant(u32 ref, domid_t to, const volatile void *page, u16 more)
{
	grants[ref].domid = to;
	grants[ref].frame = page ? mfn_of((const void *)page) : 0;
	asm volatile("" : : : "memory");
	grants[ref].flags = more | (page ? GTF_permit_access : GTF_accept_transfer);
}

static bool revoke(u32 ref, u16 flags)
{
	return __atomic_compare_exchange_n(&grants[ref].flags, &flags, 0, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/* Map a page of Domain 0 there. @return the status, with *handle set */
static s16 map(u32 ref, const volatile void *va, u32 flags, u32 *handle)
{
	struct gnttab_map_grant_ref op = {
	    .host_addr = flags & GNTMAP_contains_pte ? pte_maddr((const void *)va) : (u32)va,
	    .flags = GNTMAP_host_map | flags,
	    .ref = ref,
	    .dom = 0,
	    .status = 1,
	};

	grant_op(GNTTABOP_map_grant_ref, &op);
	*handle = op.handle;
	if (op.status == GNTST_okay)
		must(op.dev_bus_addr && op.dev_bus_addr % PAGE_SIZE == 0);
	return op.status;
}

static s16 unmap(u32 handle, u64 at)
{
	struct gnttab_unmap_grant_ref op = {.host_addr = at, .handle = handle, .status = 1};

	grant_op(GNTTABOP_unmap_grant_ref, &op);
	return op.status;
}

/* The other's end leaves the port waiting. */
static void wait_for_end(u32 port)
{
	for (u32 i = 0; port_state(port) != UNBOUND; i++) {
		must(i < PATIENCE);
		yield();
	}
}

/* ---- Domain 0 ---- */

static void give(const volatile void *page)
{
	struct gnttab_transfer op = {
	    .mfn = mfn_of((const void *)page), .domid = 1, .ref = COMES, .status = 1};
	u32 before = reservation();

	grant_op(GNTTABOP_transfer, &op);
	must(op.status == GNTST_bad_page); /* we still map it */
	must(set_pte((const void *)page, 0) == 0);
	grant_op(GNTTABOP_transfer, &op);
	must(op.status == GNTST_okay);
	must(reservation() == before - 1);
	must(set_pte((const void *)page, op.mfn * PAGE_SIZE | READ_ONLY) < 0);
	grant_op(GNTTABOP_transfer, &op);
	must(op.status == GNTST_bad_page);
}

static void write_letter(void)
{
	struct gnttab_copy op = {
	    .source = {mfn_of((const void *)letter), DOMID_SELF, 0},
	    .dest = {LETTER, 1, 4},
	    .len = 8,
	    .flags = GNTCOPY_dest_gref,
	    .status = 1,
	};

	letter[0] = 0x1E77E4;
	letter[1] = 0x5E9D;
	grant_op(GNTTABOP_copy, &op);
	must(op.status == GNTST_okay);
	op.source = (struct gnttab_copy_end){LETTER, 1, 0};
	op.flags |= GNTCOPY_source_gref;
	op.dest.offset = PAGE_SIZE - 7;
	grant_op(GNTTABOP_copy, &op);
	must(op.status == GNTST_bad_copy_arg);
}

static u32 bind(void)
{
	struct evtchn_bind_interdomain op = {1, STORE, 0};

	evtchn(EVTCHNOP_bind_interdomain, &op);
	wait_blocked(op.local_port); /* what may have come before */
	return op.local_port;
}

static void first(void)
{
	u32 port, pages = reservation();

	board[0] = 0xA11CE;
	notice[0] = 0x407;
	gift[5] = 0x61F7;
	grant(BOARD, 1, board, 0);
	grant(NOTICE, 1, notice, GTF_readonly);
	port = bind();
	send(port);

	wait_blocked(port); /* the other has mapped both */
	must(board[1] == 0xB0B);
	must(grants[BOARD].flags == (GTF_permit_access | GTF_reading | GTF_writing));
	must(grants[NOTICE].flags == (GTF_permit_access | GTF_readonly | GTF_reading));
	must(!revoke(BOARD, GTF_permit_access));
	give_back((const void *)notice);
	must(reservation() == pages); /* it is held, and ours until then */
	send(port);

	wait_blocked(port); /* it has unmapped them, and one again */
	must(grants[NOTICE].flags == (GTF_permit_access | GTF_readonly));
	must(revoke(NOTICE, GTF_permit_access | GTF_readonly));
	must(reservation() == pages - 1);
	write_letter();
	give(gift);
	send(port);
	if (scenario_is("orphan"))
		return; /* and the other goes on with our page */

	wait_for_end(port);
	must(grants[BOARD].flags == GTF_permit_access); /* its mapping went with it */
	must(revoke(BOARD, GTF_permit_access));
	send(port); /* to nobody */
	say("pair: the other went, and left nothing\n");
}

/* ---- Domain 1 ---- */

/* So many that the call is interrupted and goes on, and none is forgotten. */
static void copy_much(void)
{
	static struct gnttab_copy op[GNTTAB_MAX_OPS];

	for (u32 i = 0; i < GNTTAB_MAX_OPS; i++)
		op[i] = (struct gnttab_copy){.source = {mfn_of((const void *)board), DOMID_SELF, 0},
					     .dest = {mfn_of((const void *)notice), DOMID_SELF, 0},
					     .len = PAGE_SIZE,
					     .status = 1};
	must(HCALL(grant_table_op, GNTTABOP_copy, (u32)op, GNTTAB_MAX_OPS, 0) == 0);
	for (u32 i = 0; i < GNTTAB_MAX_OPS; i++)
		must(op[i].status == GNTST_okay);
}

/* Only Domain 0 acts for others. */
static void ask_for_the_others_table(void)
{
	u32 frame = 0;
	struct gnttab_setup_table op = {
	    .dom = 0, .nr_frames = 1, .frame_list = (u32)&frame, .status = 1};

	grant_op(GNTTABOP_setup_table, &op);
	must(op.status == GNTST_permission_denied && frame == 0);
}

static void second(void)
{
	u32 write, read, other;

	give_back((const void *)gift); /* room for the page that comes */
	give_back((const void *)here);
	give_back((const void *)there);
	copy_much();
	ask_for_the_others_table();
	grant(COMES, 0, NULL, 0);
	grant(LETTER, 0, letter, 0);

	wait_polling(STORE);
	must(map(BOARD, here, 0, &write) == GNTST_okay);
	must(board[0] == 0 && here[0] == 0xA11CE); /* not our own */
	here[1] = 0xB0B;
	must(map(NOTICE, there, 0, &other) == GNTST_general_error);
	must(read_faults(there));
	must(map(NOTICE, there, GNTMAP_readonly | GNTMAP_contains_pte, &read) == GNTST_okay);
	must(there[0] == 0x407 && write_faults(there) && there[0] == 0x407);
	must(map(NOTICE + 1, there, GNTMAP_readonly, &other) == GNTST_general_error);
	must(set_pte((const void *)there, 0x1000 | READ_ONLY) < 0);
	send(STORE);

	wait_polling(STORE); /* its owner gave one back */
	must(there[0] == 0x407);
	must(unmap(read, (u32)here) == GNTST_bad_virt_addr);
	must(unmap(read, pte_maddr((const void *)there)) == GNTST_okay && read_faults(there));
	must(unmap(read, pte_maddr((const void *)there)) == GNTST_bad_handle);
	must(unmap(write, (u32)here) == GNTST_okay && read_faults(here));
	must(map(BOARD, here, 0, &write) == GNTST_okay);
	send(STORE);

	wait_polling(STORE); /* a letter, and a gift */
	must(letter[0] == 0 && letter[1] == 0x1E77E4 && letter[2] == 0x5E9D && letter[3] == 0);
	must(grants[COMES].flags ==
	     (GTF_accept_transfer | GTF_transfer_committed | GTF_transfer_completed));
	must(set_pte((const void *)gift, grants[COMES].frame * PAGE_SIZE | WRITABLE) == 0);
	must(gift[5] == 0x61F7 && !write_faults(gift));
	if (scenario_is("orphan")) {
		wait_for_end(STORE);
		must(here[0] == 0xA11CE && here[1] == 0xB0B); /* of one that is no more */
		must(map(BOARD, there, 0, &other) == GNTST_bad_gntref);
		must(unmap(write, (u32)here) == GNTST_okay && read_faults(here));
		must(map(BOARD, there, 0, &other) == GNTST_bad_domain);
		say("pair: the other went, and its page after it\n");
	}
}

void run(void)
{
	bool is_first = si->flags & SIF_INITDOMAIN;

	if (scenario_is("bench-shadow"))
		bench_to_shadow();
	else if (scenario_is("bench") || scenario_is("bench-map") || scenario_is("bench-copy") ||
		 scenario_is("bench-event") || scenario_is("bench-switch"))
		is_first ? bench_first() : bench_second();
	else
		is_first ? first() : second();
}
