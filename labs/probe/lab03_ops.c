/* lab03_ops.c: see lab03_ops.h. */
#include <trapline/xen/memory.h>
#include "lab03_ops.h"

bool same = true;
static const char *doing;
static u32 about[3], requests;

void request(const char *what, u32 a, u32 b, u32 c)
{
	doing = what;
	about[0] = a;
	about[1] = b;
	about[2] = c;
	requests++;
	why = NULL;
	why_entry = 0;
}

static void say_request(void)
{
	say("random: request %u, %s(%x, %x, %x)", requests, doing, about[0], about[1], about[2]);
	same = false;
}

static const char *usual_reason(u32 want)
{
	switch (want) {
	case 0:
		return "the model finds nothing against it: each frame would be used as one thing "
		       "only, and what is in use would hold nothing that is refused";
	case 3:
		return "it is about another domain";
	case 14:
		return "the guest has named memory that cannot be read";
	default:
		return "see the model";
	}
}

bool compare(u32 got, u32 want)
{
	if (got == want || !same)
		return got == want;
	say_request();
	say(want == 22 ? " gave %u; it should be refused (%u): %s" : " gave %u, should give %u: %s",
	    got, want, why ? why : usual_reason(want));
	if (want == 22 && why_entry)
		say(" (entry %u of frame %x)", why_entry % PAGE / 4, why_entry / PAGE);
	say("\n");
	return false;
}

void differs(const char *what)
{
	if (!same)
		return;
	say_request();
	say(": %s\n", what);
}

void compare_done(u32 done, u32 want)
{
	if (!same || done == want)
		return;
	say_request();
	say(": *done is %u; %u took effect\n", done, want);
}

u32 alias_va(u32 page)
{
	return page == HOME	? start_info->pt_base
	       : page == KERNEL ? start_info->pt_base + PAGE
				: ALIASES + page * PAGE;
}

u32 window_va(u32 word)
{
	return WINDOWS + word * PAGE;
}

static u32 touched;

static void read_it(void *va)
{
	touched = *(volatile u32 *)va;
}

static void write_it(void *va)
{
	*(volatile u32 *)va = touched;
}

bool can_read(u32 va, u32 *val)
{
	if (try(read_it, (void *)va) != ~0u)
		return false;
	*val = touched;
	return true;
}

bool can_write(u32 va, u32 val)
{
	touched = val;
	return try(write_it, (void *)va) == ~0u;
}

bool entry_is(u32 page, u32 word, u32 *val)
{
	if (page >= NR_PAGES || (page >= POOL && !pages[page].alias))
		return false;
	if (page == DATA || (pages[page].stained && indices[word] >= HV_SLOT))
		return false;
	*val = ((volatile u32 *)alias_va(page))[index_of(page, word)];
	return true;
}

/* The processor marks the entries that it uses. */
static bool alike(u32 a, u32 b)
{
	return ((a ^ b) & ~(a & b & P ? A | D : 0u)) == 0;
}

void check_pages(void)
{
	u32 val;

	for (u32 n = 0; n < NR_PAGES && same; n++)
		for (u32 i = 0; i < NR_WORDS && same; i++)
			if (entry_is(n, i, &val) && !alike(val, pages[n].word[i])) {
				request("at the end of it, entry (mfn, index, value)", pages[n].mfn,
					index_of(n, i), val);
				differs("has changed, and nobody asked for that");
			}
}

void check_reservation(void)
{
	domid_t self = DOMID_SELF;
	u32 dead = 0, is = HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0);

	for (u32 n = 0; n < NR_PAGES; n++)
		dead += pages[n].dead;
	if (is > start_info->nr_pages - dead)
		differs("a page was given back and is mapped nowhere, but not free: something "
			"still holds a reference");
	if (is < start_info->nr_pages - dead)
		differs("a page has become free although something holds it");
}

static void check_entry(u32 page, u32 word, u32 got)
{
	u32 val;

	if (same && entry_is(page, word, &val) && !alike(val, pages[page].word[word]))
		differs(got ? "was refused, but has changed the entry"
			    : "is done, but the entry is another");
}

void do_pin(u32 page, enum part part)
{
	u32 got;

	request(part == TABLE ? "pin as page table" : "pin as directory", pages[page].mfn, 0, 0);
	got = refusal(
	    mmuext(part == TABLE ? MMUEXT_PIN_L1_TABLE : MMUEXT_PIN_L2_TABLE, pages[page].mfn));
	compare(got, model_pin(page, part));
}

void do_pin_foreign(u32 mfn, enum part part)
{
	request(part == TABLE ? "pin as page table" : "pin as directory", mfn, 0, 0);
	why = "the frame is not the domain's";
	compare(refusal(mmuext(part == TABLE ? MMUEXT_PIN_L1_TABLE : MMUEXT_PIN_L2_TABLE, mfn)),
		22);
}

void do_unpin(u32 page)
{
	request("unpin", pages[page].mfn, 0, 0);
	compare(refusal(mmuext(MMUEXT_UNPIN_TABLE, pages[page].mfn)), model_unpin(page));
}

void do_base(u32 page)
{
	request("new base", pages[page].mfn, 0, 0);
	compare(refusal(mmuext(MMUEXT_NEW_BASEPTR, pages[page].mfn)), model_base(page));
}

static u32 reservation(u32 cmd, u32 *frame)
{
	struct xen_memory_reservation r = {(u32)frame, 1, 0, 0, DOMID_SELF, 0};

	return HCALL(memory_op, cmd, &r, 0, 0);
}

void do_give(u32 page)
{
	struct page *p = &pages[page];
	u32 mfn = p->mfn, can = p->allocated && !p->pinned;

	request("give back", mfn, 0, 0);
	why = can	     ? "the page is the domain's, and not pinned"
	      : p->allocated ? "the page is pinned"
			     : "the page was given back already";
	if (!compare(reservation(XENMEM_decrease_reservation, &mfn), can) || !can)
		return;
	p->allocated = false;
	settle();
	check_reservation();
}

void do_give_frame(u32 mfn)
{
	domid_t self = DOMID_SELF;
	u32 before = HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0), after;

	request("give back", mfn, 0, 0);
	why = "the page is the domain's, and not pinned";
	compare(reservation(XENMEM_decrease_reservation, &mfn), 1);
	after = HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0);
	if (after != before - 1)
		differs("it is not free: something still holds a reference");
}

/* A page comes again: one of those that have gone. */
void do_take(void)
{
	u32 frame = start_info->nr_pages - 1, dead = 0, n;

	for (n = 0; n < NR_PAGES; n++)
		dead += pages[n].dead;
	request("take a page", 0, 0, 0);
	why = dead ? "the domain has given pages back that nothing holds"
		   : "nothing that the domain has given back is free";
	if (!compare(reservation(XENMEM_populate_physmap, &frame), dead > 0) || !dead)
		return;
	about[0] = frame;
	n = page_of(frame);
	if (n == NR_PAGES || !pages[n].dead) {
		differs("a frame came that is in use already, or never was a page of the "
			"domain's");
		return;
	}
	pages[n].allocated = true;
	pages[n].dead = false;
	settle();
	check_reservation();
}

bool do_update_va(u32 page, u32 word, u32 va, u32 val, u32 flush)
{
	u32 want = 22, got;

	request("update_va_mapping", va, val, flush);
	got = refusal(HCALL(update_va_mapping, va, val, 0, flush));
	if ((flush & UVMF_FLUSHTYPE_MASK) == UVMF_FLUSHTYPE_MASK)
		why = "there is no such flush";
	else if (page == NR_PAGES)
		why = "no page table maps that address";
	else
		want = model_update(page, word, val);
	compare(got, want);
	if (page < NR_PAGES)
		check_entry(page, word, want);
	return same && !want;
}

void do_alias(u32 page, bool on)
{
	u32 val = on ? pages[page].mfn * PAGE | P | A | D : 0;

	request("update_va_mapping", alias_va(page), val, UVMF_INVLPG);
	compare(refusal(map_at(alias_va(page), val)), model_alias(page, on));
}

void do_flush(void)
{
	request("flush", 0, 0, 0);
	compare(refusal(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0)), 0);
}

void do_descriptor(u32 page, u32 index, u32 lo, u32 hi)
{
	struct page *p = &pages[page];
	bool table = held[page].as[TABLE] || held[page].as[DIRECTORY];
	u32 at = p->mfn * PAGE + index * 4, want = p->dead || table ? 22 : 0;

	request("update_descriptor", at, lo, hi);
	why = table ? "the page is a table" : p->dead ? "the frame was given back" : NULL;
	compare(refusal(HCALL(update_descriptor, at, 0, lo, hi)), want);
}

/* A page of the pool is known by its signature, wherever it is mapped. */
static u32 page_at(u32 va)
{
	u32 val;

	if (!can_read(va + SIGNATURE * 4, &val))
		return NR_PAGES;
	return val >> 16 == 0x5160 && val % 0x10000 / 2 < NR_PAGES ? val % 0x10000 / 2 : ~0u;
}

void do_touch(u32 va, u32 pde, u32 pte, bool exact)
{
	u32 at = page_at(va), should = pde & pte & P ? page_of(pte >> 12) : NR_PAGES;
	bool wrote = at < NR_PAGES && can_write(va + SIGNATURE * 4, 0x51600000 | at * 2);

	request(exact ? "touch (va, pde, pte)" : "touch without a flush (va, pde, pte)", va, pde,
		pte);
	if (wrote && (held[at].as[TABLE] || held[at].as[DIRECTORY]))
		differs("a page table can be written through a mapping that has gone");
	if (at < NR_PAGES && pages[at].dead)
		differs("a page that is not the domain's any more can be touched through a "
			"mapping that has gone");
	if (!exact || should < DATA)
		return;
	if ((pde & pte & P) && should == NR_PAGES)
		return; /* shared_info */
	if (at != should)
		differs(at == NR_PAGES ? "it cannot be read" : "another page is there");
	else if (at < NR_PAGES && wrote != !!(pde & pte & RW))
		differs(wrote ? "it can be written" : "it cannot be written");
}
