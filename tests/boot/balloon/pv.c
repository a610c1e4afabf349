/* pv.c: the race by memory_op. */
#include "race.h"
#include "pv.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define BASE	     0xC0000000u
#define WRITABLE     0x63u
#define READ_ONLY    0x61u

PV_START("small", "main", "8192", "");

u32 pool[PAGES][1024] PAGE_ALIGNED;
static u32 table[1024] PAGE_ALIGNED;
static const struct start_info *si;
static u32 frame[PAGES]; /* 0: there is none */

void console_write(const char *text, u32 len)
{
	HCALL(console_io, 0, len, (u32)text, 0);
}

static void __attribute__((noreturn)) end(u32 why)
{
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_shutdown, why, 0, 0);
}

static u32 pfn_of(const void *va)
{
	return ((u32)va - BASE) / 4096;
}

bool give_page(u32 i)
{
	return map(pool[i], 0) && memory_op(XENMEM_decrease_reservation, &frame[i]) == 1;
}

bool take_page(u32 i)
{
	u32 word = pfn_of(pool[i]);

	if (memory_op(XENMEM_populate_physmap, &word) != 1)
		return false;
	frame[i] = word;
	return map(pool[i], word << 12 | WRITABLE);
}

bool change_page(u32 i)
{
	u32 out = pfn_of(pool[i]);
	struct xen_memory_exchange x = {
	    {(u32)&frame[i], 1, 0, 0, DOMID_SELF, 0}, {(u32)&out, 1, 0, 0, DOMID_SELF, 0}, 0};
	s32 err;

	if (!map(pool[i], 0))
		return false;
	err = HCALL(memory_op, XENMEM_exchange, (u32)&x, 0, 0);
	if (!err)
		frame[i] = out;
	return map(pool[i], frame[i] << 12 | WRITABLE) && !err;
}

/* A pinned table, a frame that is not ours, one that is gone, more than there may be. */
bool hostile(u32 i, u32 random)
{
	struct mmuext_op op = {MMUEXT_PIN_L1_TABLE, ((u32 *)si->mfn_list)[pfn_of(table)], 0};
	u32 word = random % 4096;
	bool held;

	(void)i;
	switch (random % 3) {
	case 0:
		met_tables++;
		word = op.arg1;
		if (!map(table, word << 12 | READ_ONLY) ||
		    HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF))
			return false;
		held = memory_op(XENMEM_decrease_reservation, &word) != 1;
		op.cmd = MMUEXT_UNPIN_TABLE;
		return held && !HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF) &&
		       map(table, op.arg1 << 12 | WRITABLE);
	case 1: /* the hypervisor's own lie lowest */
		return memory_op(XENMEM_decrease_reservation, &word) != 1;
	default:
		word = 0xFFFFFF00 | random;
		return memory_op(XENMEM_decrease_reservation, &word) != 1;
	}
}

void give_way(void)
{
	HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
}

void main(const struct start_info *info);
void main(const struct start_info *info)
{
	si = info;
	for (u32 i = 0; i < PAGES; i++)
		frame[i] = ((u32 *)si->mfn_list)[pfn_of(pool[i])];
	end(race((const char *)si->cmd_line) ? SHUTDOWN_poweroff : SHUTDOWN_crash);
}
