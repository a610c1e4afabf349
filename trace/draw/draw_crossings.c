/* draw_crossings.c: what the arrows say: traps, hypercalls, injections, resumes. */
#include "draw/draw_words.h"

#include "draw/draw_labels.h"

#include <stdio.h>
#include <string.h>

enum walk {
#define V(number, name) WALK_##name = number,
	TRACE_VALUES_walk(V)
#undef V
};

#define MOST_ERRNO 4095 /* Xen: what is above it is a value */

#define PF   14u
#define PF_P 1u /* page-fault error code: the page was present */
#define PF_W 2u /* it was a write */
/* Page-table entries: SDM vol. 3, 4.3 */
#define PTE_RW 2u
#define PTE_US 4u

static const char *vector_text(u32 vec, char *buf)
{
	const char *name = vector_name(vec);

	if (name)
		draw_text(buf, "%s", name);
	else
		draw_text(buf, "int $0x%02x", vec);
	return buf;
}

/* "read cr2" for mov_from_cr2, "write cr3" for mov_to_cr3, else the name itself. */
const char *draw_op_phrase(u32 op, char *buf)
{
	const char *name = schema_value_name(schema_enum_by_name("op"), op);

	if (!name)
		name = "instruction";
	if (!strncmp(name, "mov_from_", 9))
		draw_text(buf, "read %s", name + 9);
	else if (!strncmp(name, "mov_to_", 7))
		draw_text(buf, "write %s", name + 7);
	else
		draw_text(buf, "%s", name);
	for (char *c = buf; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	return buf;
}

/* What the application has touched. The error code tells of the tables that the CPU walks. In
 * shadow mode these are not the guest's, of which only the walk tells. */
static const char *touched(const struct steps *out, const struct stay *s)
{
	u32 err = event_u32(s->entry, "err"), both;

	if (!s->walk && out->mmu == 1)
		return WORD("touch a page");
	if (!s->walk && err & PF_P)
		return err & PF_W ? WORD("write to protected page") : WORD("touch forbidden page");
	if (!s->walk)
		return WORD("touch unmapped page");
	switch (event_u32(s->walk, "verdict")) {
	case WALK_not_present:
		return WORD("touch unmapped page");
	case WALK_protection:
		both = event_u32(s->walk, "pde") & event_u32(s->walk, "pte");
		return err & PF_W && (both & (PTE_US | PTE_RW)) == PTE_US
			   ? WORD("write to read-only page")
			   : WORD("touch forbidden page");
	case WALK_hidden_fill:
	case WALK_hidden_accessed:
	case WALK_hidden_dirty:
	case WALK_traced_write:
		return err & PF_P ? WORD("write to page read-only in shadow")
				  : WORD("touch page not yet in shadow");
	default: /* the note says why */
		return WORD("touch a page");
	}
}

/* Nothing forbids to execute what may be read: what is read of the page in which the instruction
 * begins cannot fault any more once that has been fetched. */
static bool is_fetch(const struct event *e)
{
	return !(event_u32(e, "err") & PF_W) &&
	       event_u32(e, "va") >> 12 == event_u32(e, "eip") >> 12;
}

static void app_page_fault(struct steps *out, const struct stay *s)
{
	struct step *a = draw_add_step(out, STEP_ARROW, LANE_app, LANE_hw);

	a->style = STYLE_TRAP;
	draw_text(a->title, "%s", word(touched(out, s)));
	if (s->code[0] && is_fetch(s->entry))
		draw_detail(a, word(WORD("fetch of %s")), s->code);
	else if (s->code[0])
		draw_detail(a, "%s", s->code);
	else
		draw_detail(a, "address 0x%08x", event_u32(s->entry, "va"));
	a = draw_add_step(out, STEP_ARROW, LANE_hw, LANE_vmm);
	a->style = STYLE_TRAP;
	draw_text(a->title, "#PF");
	draw_detail(a, "err=%u", event_u32(s->entry, "err"));
}

/* What ran was the one-byte trap that the hypervisor has put in place of the instruction. */
static bool was_patch(const struct stay *s)
{
	return s->emulate && event_u32(s->emulate, "op") != OP_hlt && !strcmp(s->code, "hlt");
}

static void trap_detail(struct step *a, const struct stay *s)
{
	u32 vec = event_u32(s->entry, "vec");

	if (s->emulate && event_u32(s->emulate, "op") == OP_iret && s->exit)
		draw_detail(a, "to ring %d", s->exit->to == LANE_app ? 3 : 1);
	else if (vec == PF && s->pte_write)
		draw_detail(a, "%s",
			    word(event_u32(s->entry, "err") & PF_P
				     ? WORD("page table is mapped read-only")
				     : WORD("page table is not yet in shadow")));
	else if (was_patch(s))
		draw_detail(a, "by the patch (hlt) @ ring %d", s->entry->from == LANE_app ? 3 : 1);
	else if (s->code[0])
		draw_detail(a, "%s @ ring %d", s->code, s->entry->from == LANE_app ? 3 : 1);
	else if (vec == PF)
		draw_detail(a, "address 0x%08x", event_u32(s->entry, "va"));
	else
		draw_detail(a, "eip 0x%08x", event_u32(s->entry, "eip"));
}

static void draw_trap(struct steps *out, const struct stay *s)
{
	char vec[STEP_TEXT], op[STEP_TEXT];
	const char *verdict = NULL;
	struct step *a;

	if (s->entry->from == LANE_app && event_u32(s->entry, "vec") == PF) {
		app_page_fault(out, s);
		return;
	}
	a = draw_add_step(out, STEP_ARROW, s->entry->from, LANE_vmm);
	a->style = STYLE_TRAP;
	a->diamond = true;
	vector_text(event_u32(s->entry, "vec"), vec);
	if (s->walk)
		verdict =
		    schema_value_name(schema_enum_by_name("walk"), event_u32(s->walk, "verdict"));
	if (s->emulate && !(s->pte_write && event_u32(s->emulate, "op") == OP_write))
		draw_text(a->title, "TRAP %s: %s", vec,
			  draw_op_phrase(event_u32(s->emulate, "op"), op));
	else if (s->pte_write)
		draw_text(a->title, "TRAP %s: write PTE", vec);
	else if (verdict)
		draw_text(a->title, "TRAP %s: %s", vec, word(verdict));
	else
		draw_text(a->title, "TRAP %s", vec);
	for (char *c = a->title; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	trap_detail(a, s);
}

static void draw_hypercall(struct steps *out, const struct stay *s)
{
	struct step *a = draw_add_step(out, STEP_ARROW, s->entry->from, LANE_vmm);
	u32 nr = event_u32(s->entry, "nr");
	const char *name = hypercall_name(nr);
	const char *command = hypercall_command(nr, event_u32(s->entry, "a1"));

	a->style = STYLE_HYPERCALL;
	if (name)
		draw_text(a->title, "hypercall %s", name);
	else
		draw_text(a->title, "hypercall %u", nr);
	if (s->nupdates == 1)
		draw_detail(a, "int $0x82, PTE = 0x%08x", event_u32(s->update, "val"));
	else if (s->nupdates)
		draw_detail(a, "int $0x82, %zu updates", s->nupdates);
	else if (command)
		draw_detail(a, "int $0x82, %s", command);
	else
		draw_detail(a, "int $0x82, ebx = 0x%x", event_u32(s->entry, "a1"));
}

void draw_entry(struct steps *out, const struct stay *s)
{
	struct step *a;

	if (event_is(s->entry, EV_hypercall)) {
		draw_hypercall(out, s);
		return;
	}
	if (event_is(s->entry, EV_trap) && event_crosses(s->entry)) {
		draw_trap(out, s);
		return;
	}
	a = draw_add_step(out, event_crosses(s->entry) ? STEP_ARROW : STEP_NOTE, s->entry->from,
			  LANE_vmm);
	a->style = STYLE_IRQ;
	a->diamond = true;
	draw_text(a->title, "%s 0x%02x",
		  word(event_is(s->entry, EV_irq) ? WORD("interrupt") : WORD("trap")),
		  event_u32(s->entry, "vec"));
	draw_detail(
	    a, "%s",
	    word(s->entry->from == LANE_vmm ? WORD("while the VMM ran") : WORD("from a device")));
}

/* "eax = vcr2 = 0x40001000": what the guest learned, or set. */
static void emulated(struct step *a, const struct stay *s)
{
	u32 op = event_u32(s->emulate, "op"), value = event_u32(s->emulate, "value");
	const char *name = schema_value_name(schema_enum_by_name("op"), op);
	const char *reg = strrchr(s->code, '%');
	char phrase[STEP_TEXT];

	if (name && !strncmp(name, "mov_from_", 9) && reg && strlen(reg) == 4)
		draw_detail(a, "%s = v%s = 0x%08x", reg + 1, name + 9, value);
	else if (name && !strncmp(name, "mov_from_", 9))
		draw_detail(a, "v%s = 0x%08x", name + 9, value);
	else if (name && !strncmp(name, "mov_to_", 7))
		draw_detail(a, "v%s = 0x%08x", name + 7, value);
	else if (op == OP_cli || op == OP_sti)
		draw_detail(a, "vIF = %d", op == OP_sti);
	else if (value)
		draw_detail(a, "%s: 0x%x", draw_op_phrase(op, phrase), value);
	else
		draw_detail(a, "%s", draw_op_phrase(op, phrase));
}

static void draw_resume(struct steps *out, const struct stay *s, const struct event *e,
			const char *retry)
{
	struct step *a = draw_add_step(out, STEP_ARROW, e->from, e->to);

	a->style = STYLE_RETURN;
	if (e->to == LANE_app) {
		draw_text(a->title, "iret to application");
		if (retry[0])
			draw_detail(a, "%s", retry);
		else
			draw_detail(a, "eip 0x%08x", event_u32(e, "eip"));
	} else if (s && s->emulate && !s->pte_write) {
		draw_text(a->title, "emulate, resume");
		emulated(a, s);
	} else {
		draw_text(a->title, "resume");
		if (s && s->nptes == 1)
			draw_detail(a, "guest PTE = 0x%08x", event_u32(s->pte_write, "val"));
		else
			draw_detail(a, "eip 0x%08x", event_u32(e, "eip"));
	}
}

static void draw_inject(struct steps *out, const struct event *e)
{
	u32 vec = event_u32(e, "vec"), how = event_u32(e, "how");
	bool cr2 = event_u32(e, "cr2_on_stack");
	char name[STEP_TEXT];
	struct step *a;

	if (how == HOW_trap_table) {
		a = draw_add_step(out, STEP_NOTE, LANE_vmm, LANE_vmm);
		a->phase = PHASE_DELIVER;
		draw_text(a->title, "%s",
			  word(cr2 ? WORD("copy frame + cr2") : WORD("copy frame")));
		draw_detail(a, "to guest ring-1 stack");
	}
	a = draw_add_step(out, STEP_ARROW, e->from, e->to);
	a->style = how == HOW_trap_table ? STYLE_RETURN : STYLE_INJECT;
	a->phase = PHASE_DELIVER;
	vector_text(vec, name);
	if (how == HOW_idt) {
		draw_text(a->title, "inject %s", name);
		draw_detail(a, "frame on ring-1 stack, jmp vIDT[%u]", vec);
	} else if (how == HOW_callback) {
		draw_text(a->title, "upcall");
		draw_detail(a, "an event is pending");
	} else {
		draw_text(a->title, "iret to guest handler");
		draw_detail(a, "cs = ring 1");
	}
	if (!cr2)
		return;
	/* Nothing traps here, so that no event tells of it: it follows from the frame. */
	a = draw_add_step(out, STEP_NOTE, LANE_guest, LANE_guest);
	a->phase = PHASE_LEARN;
	a->inferred = true;
	draw_text(a->title, "read cr2 from own stack");
	draw_detail(a, "0x%08x - no trap", event_u32(e, "cr2"));
}

void draw_exit(struct steps *out, const struct stay *s, const struct event *e, const char *retry)
{
	struct step *a;
	s32 ret;

	if (event_is(e, EV_inject)) {
		draw_inject(out, e);
		return;
	}
	if (event_is(e, EV_resume)) {
		draw_resume(out, s, e, retry);
		return;
	}
	ret = (s32)event_u32(e, "ret");
	a = draw_add_step(out, STEP_ARROW, e->from, e->to);
	a->style = STYLE_RETURN;
	if (ret >= -MOST_ERRNO)
		draw_text(a->title, "return %d", ret);
	else /* an address, or what a register holds */
		draw_text(a->title, "return 0x%08x", (u32)ret);
	draw_detail(a, "%s", ret >= 0 || ret < -MOST_ERRNO ? word(WORD("ok")) : draw_errno(ret));
}

void draw_native(struct steps *out, const struct event *e)
{
	struct step *a = draw_add_step(out, STEP_ARROW, e->from, e->to);

	a->style = STYLE_RETURN;
	draw_text(a->title, "%s",
		  word(e->to == LANE_app ? WORD("iret") : WORD("straight to ring 1")));
	draw_detail(a, "no trap");
}
