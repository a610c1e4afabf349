/*
 * follow.c: code that was not there when the kernel was loaded: it is followed from where the
 * kernel is seen in it, and patched as far as that leads.
 */
#include "dom/guest_ops.h"
#include "find/found.h"
#include "insn/emulate.h"
#include "lib/string.h"
#include "mmu/mmu.h"
#include "trace/trace.h"

#define FOUND_WAYS  32u	 /* branches yet to be followed */
#define FOUND_INSNS 1024 /* followed from one place, at most */

/* Remove the patches of a page, but not those in a part that has been scanned. */
static void forget_page(struct domain *d, struct found_page *p)
{
	struct patch_table *t = d->patches;
	u32 start = p->pfn * PAGE_SIZE, k = patch_find(t, start);

	while (k < t->nr && t->entries[k].pa - start < PAGE_SIZE) {
		if (was_scanned(t, t->entries[k].pa)) {
			k++;
			continue;
		}
		write_code(d, t->entries[k].pa, t->entries[k].byte, OP_other);
		patch_delete(t, k);
	}
	memset(p->seen, 0, sizeof(p->seen));
	p->changed = false;
}

static struct found_page *find_page(struct found_code *f, u32 pfn)
{
	for (u32 i = 0; i < FOUND_PAGES; i++)
		if (f->pages[i].pfn == pfn)
			return &f->pages[i];
	return NULL;
}

static struct found_page *get_page(struct vcpu *v, mfn_t m, u8 code_size)
{
	struct found_code *f = v->domain->found;
	u32 pfn = frame_of(m)->pfn;
	struct found_page *p = find_page(f, pfn);

	if (p)
		return p;
	p = find_page(f, 0);
	if (!p) {
		p = &f->pages[f->next++ % FOUND_PAGES];
		forget_page(v->domain, p);
	}
	*p = (struct found_page){.pfn = pfn, .code_size = code_size};
	watch_frame(v->domain, m);
	return p;
}

/* New code need not begin where the old did. */
static void note_change(struct domain *d, u32 pa, u32 len)
{
	struct found_page *p = find_page(d->found, pa / PAGE_SIZE);

	if (!p)
		return;
	p->changed = d->found->changed = true;
	d->code.len = 0;
	for (u32 k = 0; k < p->nr_entries;)
		if (p->entries[k] % PAGE_SIZE - pa % PAGE_SIZE < len)
			p->entries[k] = p->entries[--p->nr_entries];
		else
			k++;
}

/* Patch the instruction at `pa` if that is needed. @return false if the domain has ended */
static bool patch_found(struct domain *d, const struct insn *i, u32 pa, u8 byte)
{
	struct patch_table *t = d->patches;
	u32 k = patch_find(t, pa);

	if (!insn_needs_patch(i) && !(t->reads && insn_reads_segment(i)))
		return true;
	if (k < t->nr && t->entries[k].pa == pa)
		return true;
	if (!patch_insert(t, k, (struct patch){pa, byte, i->op})) {
		domain_kill(d, END_no_memory, pa, scan_error_text(SCAN_TABLE_FULL));
		return false;
	}
	write_code(d, pa, PATCH_BYTE, i->op);
	return true;
}

/* The page of the instruction at `va`, if it is to be followed there: not scanned, not yet seen. */
struct found_page *unseen(struct vcpu *v, u32 va, u8 code_size, u32 *pa)
{
	struct guest_fault pf;
	mfn_t m = v->domain->mmu->translate(v, va, PF_LOOK, &pf);
	u32 offset = va % PAGE_SIZE;
	struct found_page *p;

	*pa = 0;
	if (!mfn_valid(m))
		return NULL;
	*pa = frame_of(m)->pfn * PAGE_SIZE + offset;
	if (was_scanned(v->domain->patches, *pa))
		return NULL;
	p = get_page(v, m, code_size);
	return p->seen[offset / 32] >> offset % 32 & 1 ? NULL : p;
}

void follow_code(struct vcpu *v, u32 from, u8 code_size)
{
	u32 ways[FOUND_WAYS], nr = 0, insns = 0, va, pa, target;
	struct found_page *p;

	for (ways[nr++] = from; nr;) {
		u8 bytes[INSN_MAX_LEN];
		enum branch branch = BRANCH_NONE;
		struct insn insn;

		for (va = ways[--nr]; (p = unseen(v, va, code_size, &pa)); va += insn.len) {
			u32 n = guest_fetch(v, va, bytes, sizeof(bytes));

			p->seen[va % PAGE_SIZE / 32] |= 1u << va % 32;
			emul_overlay(v, va, bytes, n);
			if (insns++ >= FOUND_INSNS ||
			    insn_decode_sized(bytes, n, code_size, &insn) ||
			    !patch_found(v->domain, &insn, pa, bytes[0]))
				break;
			target = va + insn.len;
			branch = insn_branch(&insn, target, &target);
			if (branch == BRANCH_SOMEWHERE || insn.op == OP_iret ||
			    insn.op == OP_jmp_far || insn.op == OP_ret_far)
				break;
			if (branch != BRANCH_NONE && branch != BRANCH_CALL_SOMEWHERE &&
			    nr < FOUND_WAYS)
				ways[nr++] = target;
			if (branch == BRANCH_ALWAYS)
				break;
		}
	}
	trace_scan(v, LANE_VMM, LANE_VMM, from, from, insns, 0);
}

/* What has been written to is followed anew from where it was entered. */
void follow_changes(struct vcpu *v)
{
	struct found_code *f = v->domain->found;

	f->changed = false;
	for (u32 i = 0; i < FOUND_PAGES; i++) {
		struct found_page *p = &f->pages[i];

		if (!p->changed)
			continue;
		forget_page(v->domain, p);
		for (u32 k = 0; k < p->nr_entries; k++)
			follow_code(v, p->entries[k], p->code_size);
	}
}

void patch_written(struct domain *d, u32 pa, u32 len)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;

	if (!d->patches || !len)
		return;
	note_hlts(d, pa, len);
	note_change(d, pa, len);
	scan_finish(d, patch_table_written(d->patches, paddr(pa), len, &m, &r), &r);
}
