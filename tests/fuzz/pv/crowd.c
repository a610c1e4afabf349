/* crowd.c: how several random guests meet, take turns at the board, and end. */
#include "crowd.h"

#define BOARD_PAGES ((sizeof(struct crowd_board) + PAGE_SIZE - 1) / PAGE_SIZE)
#define BOARD_REF   1u /* three references for each page of the board, from here on */
#define PATIENCE    1000000u
#define ESRCH	    3
#define UNHOOKED    500u /* an entry of our table of places that is for nothing */

bool in_crowd, with_master;
struct counted met;
u32 me;
u32 common[NR_COMMON][PTES] PAGE_ALIGNED;
static u32 board_page[BOARD_PAGES][PTES] PAGE_ALIGNED;
static u32 place_table[PTES] PAGE_ALIGNED, board_table[PTES] PAGE_ALIGNED;

const char *must_be(s32 got, s32 want, const char *what)
{
	check_entry = got;
	check_at = want;
	return got == want ? NULL : what;
}

s32 crowd_call(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	struct multicall_entry e = {.op = nr, .args = {a, b, c, d}};

	if (!one_in(6))
		return hypercall5(nr, a, b, c, d, 0);
	return HCALL(multicall, &e, 1, 0, 0) ? -1 : (s32)e.result;
}

u32 guest_of(u32 domid)
{
	u32 n = domid - FIRST_ID;

	if (domid == DOMID_SELF)
		n = me;
	return n < NR_GUESTS && !board->guest[n].ended ? n : NR_GUESTS;
}

u32 any_domid(void)
{
	static const u16 odd[] = {0, FIRST_ID + NR_GUESTS, 0x7FFF, 0xFFFF, DOMID_SELF};
	u32 id = one_in(24) ? random_of(odd) : FIRST_ID + random_below(NR_GUESTS);

	/* Whom a Domain 0 makes meanwhile, the model does not know. */
	return with_master && id - FIRST_ID >= NR_GUESTS && id != DOMID_SELF ? 0x7FFF : id;
}

static void yield(void)
{
	HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
}

/* There is no port 0, so it is one or the other. */
static bool is_gone(u32 guest)
{
	struct evtchn_bind_interdomain op = {FIRST_ID + guest, 0, 0};

	return HCALL(event_channel_op, EVTCHNOP_bind_interdomain, &op, 0, 0) == -ESRCH;
}

static void bury(u32 guest)
{
	board->guest[guest].ended = true;
	channels_end(guest);
	maps_end(guest);
}

const char *crowd_enter(void)
{
	const char *wrong;

	if (!in_crowd)
		return NULL;
	for (;;) {
		u32 holder = 0;

		if (__atomic_compare_exchange_n(&board->holder, &holder, me + 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			break;
		if (!is_gone(holder - 1)) {
			yield();
			continue;
		}
		/* It kept the board until it was gone. */
		if (__atomic_compare_exchange_n(&board->holder, &holder, me + 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
			if (!board->guest[holder - 1].leaving)
				return "a guest has ended before its time";
			bury(holder - 1);
			break;
		}
	}
	wrong = check_events();
	return wrong ? wrong : check_entries();
}

void crowd_leave(void)
{
	if (in_crowd)
		__atomic_store_n(&board->holder, 0, __ATOMIC_SEQ_CST);
}

/* ---- meeting ---- */

/* A page table of our own, at `va`. */
static bool hook(u32 *table, u32 va)
{
	return !pin_l1(table) && !mmu_update(pde_maddr(va >> 22), mfn_of(table) << 12 | PDE_NORMAL);
}

static void make_board(void)
{
	for (u32 i = 0; i < BOARD_PAGES; i++) {
		u32 mfn = mfn_of(board_page[i]);

		update_va(BOARD_VA + i * PAGE_SIZE, mfn << 12 | PTE_NORMAL);
		for (u32 n = 1; n < NR_GUESTS; n++)
			grants_init(BOARD_REF + i * NR_GUESTS + n, n, mfn);
	}
	for (u32 i = 0; i < NR_KNOWN; i++)
		board->frame[i].mfn = NO_FRAME;
}

static bool find_board(void)
{
	for (u32 i = 0; i < BOARD_PAGES; i++) {
		struct gnttab_map_grant_ref op = {
		    .host_addr = BOARD_VA + i * PAGE_SIZE,
		    .flags = GNTMAP_host_map,
		    .ref = BOARD_REF + i * NR_GUESTS + me,
		    .dom = FIRST_ID,
		};

		for (u32 tries = 0; tries < PATIENCE; tries++) {
			grant_op(GNTTABOP_map_grant_ref, &op, 1);
			if (op.status == GNTST_okay)
				break;
			yield();
		}
		if (op.status)
			return false;
	}
	return true;
}

const char *crowd_join(void)
{
	me = own_id() - FIRST_ID;
	if (me >= NR_GUESTS)
		return "which domain this is cannot be found";
	if (!hook(place_table, PLACE_VA) || !hook(board_table, BOARD_VA))
		return "no page table";
	grants_init(0, 0, 0);
	if (me == 0)
		make_board();
	else if (!find_board())
		return "no board";
	in_crowd = true;
	while (me && !((volatile struct crowd_board *)board)->guest[0].joined)
		yield(); /* until it is written */
	channels_init();
	pages_init();
	mine->joined = true;
	for (u32 n = 0; n < NR_GUESTS; n++)
		while (!((volatile struct crowd_board *)board)->guest[n].joined)
			yield();
	return NULL;
}

bool crowd_owns(u32 mfn)
{
	if (!in_crowd)
		return false;
	/* What has come by a transfer stands in our table. */
	for (u32 i = 0; i < NR_ENTRIES; i++)
		if (grant_table[FIRST_REF + i].frame == mfn)
			return true;
	for (u32 i = 0; i < NR_COMMON; i++)
		if (mfn_of(common[i]) == mfn)
			return true;
	return mfn == mfn_of(grant_table) || mfn == mfn_of(place_table) ||
	       mfn == mfn_of(board_table);
}

/* ---- what is done ---- */

/* The table of places is one that we write freely, and the hypervisor does not know what it holds:
 * the next call is to look at it first. */
static void write_place_table(u32 type)
{
	static u32 quiet[PTES] PAGE_ALIGNED;
	u32 *entry = place_table + UNHOOKED + random_below(100);

	HCALL(vm_assist, VMASST_CMD_enable, type, 0, 0);
	*(volatile u32 *)entry = one_in(3) ? 0 : mfn_of(quiet) << 12 | PTE_P;
}

static const char *random_step(void)
{
	static const char *(*const steps[])(void) = {
	    channel_step, channel_step, channel_step, entry_step,    entry_step,
	    map_step,	  map_step,	unmap_step,   unmap_step,    place_step,
	    place_step,	  page_step,	copy_step,    transfer_step, refused_step,
	};
	static const u32 types[] = {VMASST_TYPE_unhook_pagetables, VMASST_TYPE_unhook_pagetables,
				    VMASST_TYPE_writable_pagetables,
				    VMASST_TYPE_emulate_pagetables};
	u32 type = random_of(types);
	bool out = one_in(8);
	const char *wrong;

	if (out)
		write_place_table(type);
	wrong = random_of(steps)();
	if (out)
		HCALL(vm_assist, VMASST_CMD_disable, type, 0, 0);
	return wrong;
}

const char *crowd_step(void)
{
	const char *wrong = crowd_enter();

	if (!wrong)
		wrong = serve_waiting(false);
	if (!wrong)
		wrong = one_in(12) ? wait_for_event() : random_step();
	if (!wrong)
		crowd_leave();
	return wrong;
}

/* Nobody is to wait for one that has given up. */
void crowd_give_up(void)
{
	if (in_crowd)
		serve_waiting(true);
}

const char *crowd_end(void)
{
	const char *wrong;

	if (!in_crowd)
		return NULL;
	wrong = crowd_enter();
	if (!wrong)
		wrong = serve_waiting(true);
	mine->leaving = true;
	return wrong;
}
