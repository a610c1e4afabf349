/* draw_notes.c: what the notes say: work inside the VMM. */
#include "draw/draw_words.h"

#include "draw/draw_labels.h"
#include "trapline/ring.h"
#include "trapline/xen/xen.h"

#include <string.h>

const char *draw_errno(s32 e)
{
	static const struct {
		s32 number;
		const char *name;
	} names[] = {{-1, "-EPERM"},   {-2, "-ENOENT"},	 {-3, "-ESRCH"},   {-7, "-E2BIG"},
		     {-9, "-EBADF"},   {-11, "-EAGAIN"}, {-12, "-ENOMEM"}, {-13, "-EACCES"},
		     {-14, "-EFAULT"}, {-16, "-EBUSY"},	 {-17, "-EEXIST"}, {-22, "-EINVAL"},
		     {-28, "-ENOSPC"}, {-38, "-ENOSYS"}};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].number == e)
			return names[i].name;
	return word(WORD("refused"));
}

static const char *name_of(const char *enumeration, u32 number)
{
	const char *s = schema_value_name(schema_enum_by_name(enumeration), number);

	return s ? s : "?";
}

/* The same in the words of the pictures. */
static const char *word_of(const char *enumeration, u32 number)
{
	return word(name_of(enumeration, number));
}

static void note_walk(struct step *n, const struct event *e)
{
	const char *verdict = name_of("walk", event_u32(e, "verdict"));

	draw_text(n->title, "walk guest PT: %s", word(verdict));
	for (char *c = n->title; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	if (!strncmp(verdict, "hidden", 6))
		draw_detail(n, "→ hidden from the guest");
	else if (!strcmp(verdict, "not_present") || !strcmp(verdict, "protection"))
		draw_detail(n, "→ guest fault, not hidden");
	else
		draw_detail(n, "address 0x%08x", event_u32(e, "va"));
}

/* One note for everything that one mapping takes: p2m, the guest's entry, the shadow's. It stands
 * where the shadow's entry is written, behind the table in which that lies; a p2m from before that
 * table is another. */
static void note_mapping(struct step *n, const struct stay *s, const struct event *e)
{
	bool p2m = s->p2m && (!s->apart || e == s->p2m);
	bool spte = s->spte && (!s->apart || e == s->spte);

	if (p2m) {
		draw_text(n->title, "alloc MA, record PA→MA");
		draw_detail(n, "PA 0x%05x000 → MA 0x%05x000", event_u32(s->p2m, "pfn"),
			    event_u32(s->p2m, "mfn"));
		if (s->np2m > 1)
			draw_detail(n, "and %zu more", s->np2m - 1);
	} else if (spte) {
		draw_text(n->title, "write shadow entry");
	} else {
		draw_text(n->title, "carry out the write");
		draw_detail(n, "guest PTE = 0x%08x", event_u32(s->pte_write, "val"));
	}
	if (spte)
		draw_detail(n, "shadow[0x%05x] = 0x%08x", event_u32(s->spte, "va") >> 12,
			    event_u32(s->spte, "val"));
	if (spte && s->nsptes > 1)
		draw_detail(n, "and %zu more", s->nsptes - 1);
}

static void note_update(struct step *n, const struct stay *s, const struct event *e)
{
	s32 result = (s32)event_u32(e, "result");

	if (result < 0) {
		draw_text(n->title, "validate: refused");
		draw_detail(n, "%s", draw_errno(result));
	} else {
		draw_text(n->title, "validate: owner, type, refs");
		if (s->nupdates > 1)
			draw_detail(n, "write %zu real PTEs", s->nupdates);
		else
			draw_detail(n, "write real PTE");
	}
}

static void note_life(struct step *n, const struct event *e)
{
	if (event_is(e, EV_machine)) {
		draw_text(n->title, "the hypervisor starts");
		draw_detail(n, "mmu=%s, %u MB", name_of("mmu", event_u32(e, "mmu")),
			    event_u32(e, "frames") / 256);
	} else if (event_is(e, EV_domain_start)) {
		draw_text(n->title, "domain %u starts", e->domain);
		draw_detail(n, "%u pages, eip 0x%08x", event_u32(e, "pages"), event_u32(e, "eip"));
	} else {
		draw_text(n->title, "domain %u ends", e->domain);
		draw_detail(n, "%s, code %u", word_of("reason", event_u32(e, "reason")),
			    event_u32(e, "code"));
	}
}

void draw_note_plain(struct step *n, const struct event *e)
{
	struct sb b = {0};

	draw_text(n->title, "%s", e->def->name);
	for (char *c = n->title; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	event_format_fields(&b, e);
	if (b.s)
		draw_detail(n, "%s", b.s);
	sb_free(&b);
}

/* Pages that go and come, by the guest's will or behind its back. */
static void note_reclaim(struct step *n, const struct event *e)
{
	u32 pfn = event_u32(e, "pfn");

	if (event_is(e, EV_balloon)) {
		bool gives = !strcmp(name_of("ballooning", event_u32(e, "what")), "give");

		draw_text(n->title, "balloon: the guest %s a page",
			  word(gives ? WORD("gives") : WORD("takes back")));
		if (event_u32(e, "answer"))
			draw_detail(n, "PA 0x%05x000: refused (%u)", pfn, event_u32(e, "answer"));
		else
			draw_detail(n, "PA 0x%05x000; it has %u pages", pfn, event_u32(e, "has"));
	} else if (event_is(e, EV_swap_out)) {
		draw_text(n->title, "write a page to the machine's disk");
		draw_detail(n, "PA 0x%05x000 → sector %u (%s)", pfn, event_u32(e, "sector"),
			    word_of("victim", event_u32(e, "victim")));
		draw_detail(n, "the guest does not know");
	} else {
		u32 vec = event_u32(e, "vec");

		draw_text(n->title, "read a page from the machine's disk");
		draw_detail(n, "sector %u → PA 0x%05x000", event_u32(e, "sector"), pfn);
		draw_detail(n, "%s",
			    word(vec == 14 ? WORD("the guest has touched it")
				 : vec == 255
				     ? WORD("another domain wants it")
				     : WORD("an instruction wants it that is carried out")));
	}
}

/* An extended MMU operation, by what it does; Xen's public header has the numbers. */
static void note_mmuext(struct step *n, const struct event *e)
{
	static const char *const does[] = {
	    [MMUEXT_PIN_L1_TABLE] = WORD("pin a page table"),
	    [MMUEXT_PIN_L2_TABLE] = WORD("pin a page directory"),
	    [MMUEXT_UNPIN_TABLE] = WORD("unpin a table"),
	    [MMUEXT_NEW_BASEPTR] = WORD("take another page directory"),
	    [MMUEXT_TLB_FLUSH_LOCAL] = WORD("flush the TLB"),
	    [MMUEXT_INVLPG_LOCAL] = WORD("flush one page of the TLB"),
	    [MMUEXT_TLB_FLUSH_MULTI] = WORD("flush the TLB of some vcpus"),
	    [MMUEXT_INVLPG_MULTI] = WORD("flush one page of some vcpus' TLB"),
	    [MMUEXT_TLB_FLUSH_ALL] = WORD("flush the TLB of all vcpus"),
	    [MMUEXT_INVLPG_ALL] = WORD("flush one page of all vcpus' TLB"),
	    [MMUEXT_FLUSH_CACHE] = WORD("flush the cache"),
	    [MMUEXT_SET_LDT] = WORD("set the LDT"),
	};
	u32 cmd = event_u32(e, "cmd"), arg = event_u32(e, "arg");
	s32 result = (s32)event_u32(e, "result");
	bool known = cmd < ARRAY_SIZE(does) && does[cmd];

	if (known)
		draw_text(n->title, "%s", word(does[cmd]));
	else
		draw_text(n->title, "unknown MMU operation %u", cmd);
	if (known && cmd <= MMUEXT_NEW_BASEPTR)
		draw_detail(n, "MFN 0x%05x", arg);
	else if (cmd == MMUEXT_INVLPG_LOCAL || cmd == MMUEXT_INVLPG_MULTI ||
		 cmd == MMUEXT_INVLPG_ALL || cmd == MMUEXT_SET_LDT)
		draw_detail(n, "address 0x%08x", arg);
	if (result < 0)
		draw_detail(n, "refused: %s", draw_errno(result));
}

static void note_tables(struct step *n, const struct event *e, u32 mmu)
{
	if (event_is(e, EV_cr3)) {
		/* In direct mode the guest's table is the real one, and nothing is made for it. */
		draw_text(n->title, "switch page tables");
		draw_detail(n, "0x%08x%s", event_u32(e, "val"),
			    mmu == 2		  ? ""
			    : event_u32(e, "hit") ? word(WORD(", shadow reused"))
						  : word(WORD(", new shadow")));
	} else if (event_is(e, EV_shadow_new)) {
		draw_text(n->title, "new shadow table (%s)",
			  word_of("shadow", event_u32(e, "kind")));
		draw_detail(n, "PFN 0x%05x → MFN 0x%05x", event_u32(e, "pfn"), event_u32(e, "mfn"));
	} else if (event_is(e, EV_shadow_del)) {
		draw_text(n->title, "drop shadow table (%s)",
			  word_of("shadow", event_u32(e, "kind")));
		draw_detail(n, "PFN 0x%05x: %s", event_u32(e, "pfn"),
			    word_of("why", event_u32(e, "why")));
	} else if (event_is(e, EV_page_type)) {
		bool none = event_u32(e, "type") == 0;

		draw_text(
		    n->title, "%s",
		    word(none ? WORD("a frame loses its type") : WORD("a frame takes a type")));
		draw_detail(n, "MFN 0x%05x: %s", event_u32(e, "mfn"),
			    word_of("ptype", event_u32(e, "type")));
	} else if (event_is(e, EV_mmuext)) {
		note_mmuext(n, e);
	} else if (event_is(e, EV_invlpg)) {
		draw_text(n->title, "flush one page of the TLB");
		draw_detail(n, "address 0x%08x", event_u32(e, "va"));
	} else if (event_is(e, EV_swap_out) || event_is(e, EV_swap_in) || event_is(e, EV_balloon)) {
		note_reclaim(n, e);
	} else {
		draw_note_plain(n, e);
	}
}

static void note_frames(struct step *n, const struct event *e)
{
	u32 owner = event_u32(e, "owner"), mfn = event_u32(e, "mfn"), count = event_u32(e, "count");
	u32 type = event_u32(e, "type");

	if (owner == 0xFFFF)
		draw_text(n->title, "frames of the hypervisor");
	else if (owner == 0xFFFE)
		draw_text(n->title, "free frames");
	else if (owner == 0xFFFD)
		draw_text(n->title, "frames without memory");
	else
		draw_text(n->title, "frames of domain %u", owner);
	if (count == 1)
		draw_detail(n, "MFN 0x%05x", mfn);
	else
		draw_detail(n, "MFN 0x%05x to 0x%05x", mfn, mfn + count - 1);
	if (type)
		draw_detail(n, "type %s", word_of("ptype", type));
	if (event_u32(e, "mapped"))
		draw_detail(n, "another domain has mapped them");
	if (event_u32(e, "inventory"))
		draw_detail(n, "so it is, nothing has changed");
}

/* The scan of code that is about to run, and what it patches. */
static void note_code(struct step *n, const struct event *e)
{
	if (event_is(e, EV_scan)) {
		draw_text(n->title, "scan code");
		if (event_u32(e, "start") == event_u32(e, "end"))
			draw_detail(n, "from 0x%08x on", event_u32(e, "start"));
		else
			draw_detail(n, "PA 0x%08x to 0x%08x", event_u32(e, "start"),
				    event_u32(e, "end") - 1);
		draw_detail(n, "%u instructions, %u patched", event_u32(e, "insns"),
			    event_u32(e, "patched"));
	} else {
		draw_text(n->title, "patch a sensitive instruction");
		draw_detail(n, "PA 0x%08x: %s", event_u32(e, "pa"),
			    word_of("op", event_u32(e, "op")));
	}
}

static void note_gate(struct step *n, const struct event *e)
{
	u32 vec = event_u32(e, "vec");

	if (event_u32(e, "cs")) {
		draw_text(n->title, "vector 0x%02x goes to the guest", vec);
		draw_detail(n, "straight from ring 3, to 0x%08x", event_u32(e, "eip"));
	} else {
		draw_text(n->title, "vector 0x%02x goes to the VMM", vec);
	}
}

static bool is_mapping(const struct event *e)
{
	return event_is(e, EV_p2m) || event_is(e, EV_spte) || event_is(e, EV_pte_write);
}

/* Of the events of one mapping, this one has the note. */
static bool tells_mapping(const struct stay *s, const struct event *e)
{
	if (s->spte)
		return e == s->spte || (s->apart && e == s->p2m);
	return e == (s->p2m && (!s->pte_write || s->p2m < s->pte_write) ? s->p2m : s->pte_write);
}

/* A vcpu's, of a domain that has several, as far as the picture shows. */
static bool is_smp(const struct steps *out, const struct event *e)
{
	bool several = e->vcpu != 0;

	for (size_t i = 0; i < out->nguests && i < MOST_GUESTS; i++)
		several = several ||
			  (out->guests[i].domain == e->domain && out->guests[i].vcpu != e->vcpu);
	return several && (event_is(e, EV_sched) || event_is(e, EV_evtchn) ||
			   event_is(e, EV_block) || event_is(e, EV_wake) || event_is(e, EV_vtimer));
}

void draw_note(struct steps *out, struct stay *s, const struct event *e)
{
	struct step *n;

	/* The arrows tell these: the instruction, what was emulated, why the write trapped; and
	 * a batch of updates is one note. */
	if (event_is(e, EV_insn) || (event_is(e, EV_emulate) && s->exit) ||
	    (event_is(e, EV_walk) && s->pte_write) ||
	    (event_is(e, EV_mmu_update) && e != s->update && (s32)event_u32(e, "result") >= 0))
		return;
	if (is_mapping(e) && !tells_mapping(s, e))
		return;
	n = draw_add_step(out, STEP_NOTE, e->from, e->from);
	if (is_mapping(e)) {
		note_mapping(n, s, e);
	} else if (event_is(e, EV_walk)) {
		note_walk(n, e);
	} else if (event_is(e, EV_mmu_update)) {
		note_update(n, s, e);
	} else if (e->def->class == CLASS_life) {
		note_life(n, e);
	} else if (e->def->class == CLASS_dom) {
		if (is_smp(out, e))
			draw_detail(n, "vcpu %u", e->vcpu);
		draw_note_dom(n, e,
			      out->nguests > 1 || (s->entry && s->entry->domain != e->domain));
	} else if (e->def->class == CLASS_mmu) {
		note_tables(n, e, out->mmu);
	} else if (event_is(e, EV_frames)) {
		note_frames(n, e);
	} else if (event_is(e, EV_scan) || event_is(e, EV_patch)) {
		note_code(n, e);
	} else if (event_is(e, EV_fast_gate)) {
		note_gate(n, e);
	} else {
		draw_note_plain(n, e);
	}
}
