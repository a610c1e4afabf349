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

/* One note for everything that one mapping takes: p2m, the guest's entry, the shadow's. */
static void note_mapping(struct step *n, const struct stay *s)
{
	if (s->p2m) {
		draw_text(n->title, "alloc MA, record PA→MA");
		draw_detail(n, "PA 0x%05x000 → MA 0x%05x000", event_u32(s->p2m, "pfn"),
			    event_u32(s->p2m, "mfn"));
		if (s->np2m > 1)
			draw_detail(n, "and %zu more", s->np2m - 1);
	} else if (s->spte) {
		draw_text(n->title, "write shadow entry");
	} else {
		draw_text(n->title, "carry out the write");
		draw_detail(n, "guest PTE = 0x%08x", event_u32(s->pte_write, "val"));
	}
	if (s->spte)
		draw_detail(n, "shadow[0x%05x] = 0x%08x", event_u32(s->spte, "va") >> 12,
			    event_u32(s->spte, "val"));
	if (s->nsptes > 1)
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

/* Events without words of their own show their fields. */
static void note_plain(struct step *n, const struct event *e)
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

/* 65535 is nobody, and in a grant copy 32752 is whoever asks for it. */
static const char *domain_name(u32 id, char buf[STEP_TEXT])
{
	if (id == TRACE_NO_DOMAIN)
		draw_text(buf, "%s", word(WORD("nobody")));
	else if (id == DOMID_SELF)
		draw_text(buf, "%s", word(WORD("itself")));
	else
		draw_text(buf, "domain %u", id);
	return buf;
}

static void note_sched(struct step *n, const struct event *e)
{
	static const char *const whys[] = {[0] = WORD("nobody ran"),
					   [1] = WORD("it waits"),
					   [2] = WORD("it yields"),
					   [3] = WORD("its time is over"),
					   [4] = WORD("one has woken that comes first"),
					   [5] = WORD("it is paused"),
					   [6] = WORD("it has ended")};
	u32 why = event_u32(e, "why");
	char prev[STEP_TEXT], next[STEP_TEXT];

	draw_text(n->title, "the processor goes to %s", domain_name(event_u32(e, "next"), next));
	draw_detail(n, "from %s: %s", domain_name(event_u32(e, "prev"), prev),
		    why < ARRAY_SIZE(whys) ? word(whys[why]) : "?");
	if (event_u32(e, "warped"))
		draw_detail(n, "before its turn: it warps");
}

/* Xen's public header has these numbers, and words for them. */
static void note_status(struct step *n, const struct event *e)
{
	static const char *const answers[] = {WORD("done"),
					      WORD("an error"),
					      WORD("no such domain"),
					      WORD("no such grant"),
					      WORD("no such mapping"),
					      WORD("a bad address"),
					      WORD("a bad device address"),
					      WORD("no room"),
					      WORD("it is not granted"),
					      WORD("a bad page"),
					      WORD("more than a page")};
	s32 status = (s32)event_u32(e, "status");

	if (status < 0)
		draw_detail(n, "refused: %s",
			    -status < (s32)ARRAY_SIZE(answers) ? word(answers[-status]) : "?");
}

static void note_grant(struct step *n, const struct event *e)
{
	char from[STEP_TEXT], to[STEP_TEXT];

	if (event_is(e, EV_grant_map)) {
		draw_text(n->title, "map a page that %s grants",
			  domain_name(event_u32(e, "granter"), from));
		draw_detail(n, "ref %u → MFN 0x%05x", event_u32(e, "ref"), event_u32(e, "mfn"));
	} else if (event_is(e, EV_grant_unmap)) {
		draw_text(n->title, "unmap a granted page");
		draw_detail(n, "handle %u, 0x%08x", event_u32(e, "handle"), event_u32(e, "at"));
	} else if (event_is(e, EV_grant_transfer)) {
		draw_text(n->title, "give a page to %s", domain_name(event_u32(e, "taker"), to));
		draw_detail(n, "MFN 0x%05x → ref %u", event_u32(e, "mfn"), event_u32(e, "ref"));
	} else {
		draw_text(n->title, "copy %u bytes", event_u32(e, "len"));
		draw_detail(n, "%s 0x%x → %s 0x%x",
			    domain_name(event_u32(e, "source_domain"), from),
			    event_u32(e, "source"), domain_name(event_u32(e, "dest_domain"), to),
			    event_u32(e, "dest"));
	}
	note_status(n, e);
}

static void note_dom(struct step *n, const struct event *e, bool many)
{
	if (event_is(e, EV_sched)) {
		note_sched(n, e);
	} else if (event_is(e, EV_evtchn)) {
		if (many)
			draw_text(n->title, "event pending for domain %u", e->domain);
		else
			draw_text(n->title, "event pending");
		draw_detail(n, "port %u", event_u32(e, "port"));
	} else if (event_is(e, EV_block)) {
		if (many)
			draw_text(n->title, "domain %u waits for an event", e->domain);
		else
			draw_text(n->title, "wait for an event");
	} else if (event_is(e, EV_wake)) {
		draw_text(n->title, "domain %u can run", e->domain);
	} else if (e->def->id >= EV_grant_map && e->def->id <= EV_grant_copy) {
		note_grant(n, e);
	} else {
		note_plain(n, e);
	}
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
	} else if (event_is(e, EV_swap_out) || event_is(e, EV_swap_in) || event_is(e, EV_balloon)) {
		note_reclaim(n, e);
	} else {
		note_plain(n, e);
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

static bool is_mapping(const struct event *e)
{
	return event_is(e, EV_p2m) || event_is(e, EV_spte) || event_is(e, EV_pte_write);
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
	if (is_mapping(e) && s->mapped)
		return;
	n = draw_add_step(out, STEP_NOTE, e->from, e->from);
	if (is_mapping(e)) {
		s->mapped = true;
		note_mapping(n, s);
	} else if (event_is(e, EV_walk)) {
		note_walk(n, e);
	} else if (event_is(e, EV_mmu_update)) {
		note_update(n, s, e);
	} else if (e->def->class == CLASS_life) {
		note_life(n, e);
	} else if (e->def->class == CLASS_dom) {
		note_dom(n, e, out->nguests > 1 || (s->entry && s->entry->domain != e->domain));
	} else if (e->def->class == CLASS_mmu) {
		note_tables(n, e, out->mmu);
	} else if (event_is(e, EV_frames)) {
		note_frames(n, e);
	} else {
		note_plain(n, e);
	}
}
