/*
 * meet.c: pages that are given up in the midst of something. Two domains grant each other pages,
 * and read and write them for a while, as a back end does for a transfer. Meanwhile each gives
 * pages up, whatever they are just then, and takes others. It counts what it has met:
 *
 *   pinned    a page table that is pinned: it must be refused
 *   table     one that the directory leads to: it goes, but only when nothing leads there any more
 *   twice     mapped at another address still: it goes with the last mapping
 *   granted   the other may map it: it goes; who asks for it then is refused
 *   mapped    the other has it mapped to read: it goes when the other lets go
 *   written   the other has it mapped to write: the same
 *
 * Every word of a page tells whose it is. Nobody ever sees anything but zeroes, the other's words
 * in the other's pages, and its own.
 */
#include <trapline/xen/grant_table.h>
#include "../../kit/kit.h"
#include "pv.h"

#define PAGES	     96u
#define WINDOWS	     16u /* pages of the other's that are mapped at once */
#define OPS	     4000u
#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define BASE	     0xC0000000u
#define WRITABLE     0x63u
#define READ_ONLY    0x61u
#define FREE_SLOT    256u /* of the directory */
#define FIRST_REF    8u
#define IN_USE	     (GTF_reading | GTF_writing)
/* Of a word: whose it is, which writing; the rest is its place in the page. */
#define MARK 0xFF000C00u

PV_START("meet", "main", "8192", "");

enum kind { PINNED, TABLE, TWICE, GRANTED, MAPPED, WRITTEN, KINDS };
static const char *const names[KINDS] = {"pinned",  "table",  "twice",
					 "granted", "mapped", "written"};

static u32 pool[PAGES][1024] PAGE_ALIGNED;
static u32 second[1024] PAGE_ALIGNED, windows[WINDOWS][1024] PAGE_ALIGNED;
static volatile struct grant_entry grants[GRANTS_PER_FRAME] PAGE_ALIGNED; /* mapped over it */
static const struct start_info *si;
static u32 frame[PAGES]; /* 0: there is none */
static struct {
	u32 handle, ref;
	bool used, writes;
} seen[WINDOWS]; /* the other's pages */
static u32 id, other, state, met[KINDS], taken, refused, wrong;

void console_write(const char *text, u32 len)
{
	HCALL(console_io, 0, len, (u32)text, 0);
}

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (state >> 4) % n;
}

static void must(bool good, const char *what, u32 n)
{
	if (good)
		return;
	print("meet: domain %u: %s (%x)\n", id, what, n);
	wrong++;
}

static u32 mark_of(u32 domain)
{
	return (0x51u + domain * 37) << 24 | 0x800;
}

static u32 reservation(void)
{
	domid_t self = DOMID_SELF;

	return (u32)HCALL(memory_op, XENMEM_current_reservation, (u32)&self, 0, 0);
}

static void write_page(u32 *page, u32 whose)
{
	u32 version = below(0x1000) << 12;

	for (u32 k = 0; k < 1024; k++)
		page[k] = mark_of(whose) ^ version ^ k;
}

static void check_page(const u32 *page, u32 whose, const char *what)
{
	for (u32 k = 0; k < 1024; k++)
		if (page[k] && ((page[k] ^ k ^ mark_of(whose)) & MARK)) {
			must(false, what, page[k]);
			return;
		}
}

static u16 uses(u32 i)
{
	return grants[FIRST_REF + i].flags;
}

/* Pages that are given up, but mapped by the other: these may go at any time. */
static u32 waiting(void)
{
	u32 n = 0;

	for (u32 i = 0; i < PAGES; i++)
		n += !frame[i] && uses(i) & IN_USE;
	return n;
}

/* The page is given up. As long as it is in use we have no room for another. */
static void give(u32 i, enum kind kind)
{
	u32 may_go = waiting(), before = reservation(), after;
	bool stays = kind == TWICE || kind == TABLE;

	must(map(pool[i], 0), "a page cannot be unmapped", i);
	must(memory_op(XENMEM_decrease_reservation, &frame[i]) == 1, "a page does not go", i);
	after = reservation();
	stays |= uses(i) & IN_USE; /* the other may have run meanwhile, and mapped it, or let go */
	if (stays)
		must(after + may_go >= before, "a page has gone that is in use still", i);
	if (kind == GRANTED && !(uses(i) & IN_USE))
		must(after < before, "a page has not gone", i);
	met[kind]++;
	frame[i] = 0;
}

/* Rather one that is in use just now. */
static void give_granted(u32 i)
{
	u16 flags;

	for (u32 n = below(4) ? PAGES : 0; n && !(frame[i] && uses(i) & IN_USE); n--)
		i = (i + 1) % PAGES;
	flags = uses(i);
	if (!frame[i] || !flags)
		return;
	check_page(pool[i], id, "of a page of ours is a word");
	give(i, flags & GTF_writing ? WRITTEN : flags & GTF_reading ? MAPPED : GRANTED);
}

static void give_twice_mapped(u32 i)
{
	u32 before = reservation();

	must(map(second, frame[i] << 12 | WRITABLE), "a page cannot be mapped twice", i);
	write_page(second, id);
	give(i, TWICE);
	check_page(second, id, "of a page given up, and mapped, is a word");
	must(map(second, 0), "the second mapping stays", i);
	must(reservation() < before, "a page mapped twice has not gone with its last mapping", i);
}

/* As a pinned page table; then it is a page like others again. */
static void try_pinned(u32 i)
{
	struct mmuext_op op = {MMUEXT_PIN_L1_TABLE, frame[i], 0};

	memset(pool[i], 0, 4096);
	must(map(pool[i], frame[i] << 12 | READ_ONLY), "a page cannot be made read-only", i);
	must(!HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF), "a table cannot be pinned", i);
	must(memory_op(XENMEM_decrease_reservation, &frame[i]) != 1, "a pinned table goes", i);
	met[PINNED]++;
	op.cmd = MMUEXT_UNPIN_TABLE;
	must(!HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF), "a table stays pinned", i);
	must(map(pool[i], frame[i] << 12 | WRITABLE), "a pinned table stays one", i);
}

/* As a page table in use, which goes when the directory leads there no longer. */
static void give_table(u32 i)
{
	u32 dir = ((u32 *)si->mfn_list)[(si->pt_base - BASE) / 4096];
	struct mmu_update u = {(u64)dir << 12 | FREE_SLOT * 4, frame[i] << 12 | WRITABLE | 4};
	u32 before = reservation();

	memset(pool[i], 0, 4096);
	must(map(pool[i], 0), "a page cannot be unmapped", i);
	must(!HCALL(mmu_update, (u32)&u, 1, 0, DOMID_SELF), "a table cannot be linked", i);
	give(i, TABLE);
	/* It leads where it led: nowhere. */
	must(HCALL(update_va_mapping, FREE_SLOT << 22, 0, 0, 0) == 0, "there is no table", i);
	u.val = 0;
	must(!HCALL(mmu_update, (u32)&u, 1, 0, DOMID_SELF), "a table stays linked", i);
	must(reservation() < before, "a table has not gone with its last use", i);
}

/* A new page. A grant of its frame from before would grant what comes now. */
static void take(u32 i)
{
	u32 word = ((u32)pool[i] - BASE) / 4096;

	if (uses(i) & IN_USE || memory_op(XENMEM_populate_physmap, &word) != 1)
		return;
	for (u32 k = 0; k < PAGES; k++)
		if (grants[FIRST_REF + k].frame == word && !frame[k])
			grants[FIRST_REF + k].flags = GTF_invalid;
	grants[FIRST_REF + i].flags = GTF_invalid;
	frame[i] = word;
	must(map(pool[i], word << 12 | WRITABLE), "a new page cannot be mapped", i);
	check_page(pool[i], id, "in a new page is a word");
	taken++;
}

static void grant(u32 i)
{
	volatile struct grant_entry *g = &grants[FIRST_REF + i];

	if (g->flags & IN_USE)
		return;
	g->frame = frame[i];
	g->domid = (domid_t)other;
	g->flags =
	    (u16)(below(4) ? GTF_permit_access | (below(2) ? GTF_readonly : 0) : GTF_invalid);
}

/* ---- the other's pages ---- */

static void open_window(u32 w)
{
	struct gnttab_map_grant_ref op = {
	    .host_addr = (u32)windows[w], .ref = FIRST_REF + below(PAGES), .dom = (domid_t)other};

	seen[w].writes = below(2);
	op.flags = GNTMAP_host_map | (seen[w].writes ? 0 : GNTMAP_readonly);
	must(!HCALL(grant_table_op, GNTTABOP_map_grant_ref, (u32)&op, 1, 0), "mapping fails",
	     op.ref);
	seen[w].used = !op.status;
	seen[w].handle = op.handle;
	seen[w].ref = op.ref;
	refused += op.status == GNTST_general_error;
}

static void use_window(u32 w)
{
	check_page(windows[w], other, "of a page of the other's is a word");
	if (seen[w].writes)
		write_page(windows[w], other);
}

static void close_window(u32 w)
{
	struct gnttab_unmap_grant_ref op = {.host_addr = (u32)windows[w], .handle = seen[w].handle};

	use_window(w);
	must(!HCALL(grant_table_op, GNTTABOP_unmap_grant_ref, (u32)&op, 1, 0) && !op.status,
	     "a page of the other's cannot be unmapped", seen[w].ref);
	seen[w].used = false;
}

/* ---- */

static void step(void)
{
	u32 i = below(PAGES), w = below(WINDOWS);

	switch (below(12)) {
	case 0:
		if (frame[i] && !(uses(i) & IN_USE))
			write_page(pool[i], id);
		break;
	case 1:
		if (frame[i] && !uses(i))
			try_pinned(i);
		break;
	case 2:
		if (frame[i] && !uses(i) && below(3))
			give_twice_mapped(i);
		else if (frame[i] && !uses(i))
			give_table(i);
		break;
	case 3 ... 4:
		if (frame[i])
			grant(i);
		break;
	case 5:
		give_granted(i);
		break;
	case 6 ... 7:
		if (!frame[i])
			take(i);
		break;
	case 8 ... 10:
		if (!seen[w].used)
			open_window(w);
		else if (below(3))
			use_window(w);
		else
			close_window(w);
		break;
	default:
		HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
	}
}

/* Only one's own table can be asked for. Two domains are a pair: 1 and 2, 3 and 4. */
static void find_partner(void)
{
	struct gnttab_setup_table op;
	u32 list = 0;

	for (id = 1; id < 100; id++) {
		op = (struct gnttab_setup_table){
		    .dom = (domid_t)id, .nr_frames = 1, .frame_list = (u32)&list};
		if (!HCALL(grant_table_op, GNTTABOP_setup_table, (u32)&op, 1, 0) && !op.status)
			break;
	}
	other = ((id - 1) ^ 1) + 1;
	must(map((const void *)grants, list << 12 | WRITABLE), "no grant table", id);
}

static u32 number(const char *line, const char *name)
{
	u32 n = 0;

	for (; *line; line++) {
		u32 i = 0;

		while (name[i] && line[i] == name[i])
			i++;
		if (name[i])
			continue;
		for (line += i; *line >= '0' && *line <= '9'; line++)
			n = n * 10 + *line - '0';
		return n;
	}
	return 0;
}

void main(const struct start_info *info);
void main(const struct start_info *info)
{
	si = info;
	find_partner();
	state = (number((const char *)info->cmd_line, "seed=") * 64 + id) * 2654435761u | 1;
	for (u32 i = 0; i < PAGES; i++)
		frame[i] = ((u32 *)info->mfn_list)[((u32)pool[i] - BASE) / 4096];
	must(map(second, 0), "the second place cannot be had", 0);
	for (u32 w = 0; w < WINDOWS; w++)
		must(map(windows[w], 0), "no window", w);
	for (u32 n = 0; n < OPS; n++)
		step();
	for (u32 w = 0; w < WINDOWS; w++)
		if (seen[w].used)
			close_window(w);
	for (u32 i = 0; i < PAGES; i++)
		if (frame[i])
			check_page(pool[i], id, "at the end, of a page of ours is a word");
	print("meet:");
	for (u32 k = 0; k < KINDS; k++)
		print(" %s=%u", names[k], met[k]);
	print(" taken=%u refused=%u wrong=%u\n", taken, refused, wrong);
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_shutdown, wrong ? SHUTDOWN_crash : SHUTDOWN_poweroff,
		      0, 0);
}
