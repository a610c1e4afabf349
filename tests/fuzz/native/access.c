/* access.c: one access or edit of the random guest, held against the reference. */
#include "snippet.h"

#define FIRST_GATE_SLOT 1021u /* it takes the highest one that is free */

u32 edits, checks;

/* What is being done, for the report. */
static struct {
	u32 va, vec, got, err, cr2, want;
	enum snippet snippet;
	bool user;
	struct walk walk;
} now;

bool differs(const char *what)
{
	const struct walk *w = &now.walk;
	u32 pde = model_read(w->pde_pa), pte = w->pte_pa ? model_read(w->pte_pa) : 0;

	print("fuzz: DIFFERENCE after edits=%u checks=%u: %s\n", edits, checks, what);
	print("  cr0=%x cr3=%x cr4=%x va=%x ring=%u snippet=%u\n", cpu.cr0, cpu.cr3, cpu.cr4,
	      now.va, now.user ? 3 : 0, now.snippet);
	print("  reference: pde %x=%x pte %x=%x", w->pde_pa, pde, w->pte_pa, pte);
	print(" pa=%x allowed=%u err=%x value=%x\n", w->pa, w->allowed, w->err, now.want);
	print("  processor: vector=%x err=%x cr2=%x value=%x\n", now.vec, now.err, now.cr2,
	      now.got);
	if (w->pde_pa)
		print("  memory: pde=%x pte=%x\n", *direct(w->pde_pa),
		      w->pte_pa ? *direct(w->pte_pa) : 0);
	return false;
}

static bool in_index_set(u32 index)
{
	for (u32 i = 0; i < NR_INDEX; i++)
		if (index_set[i] == index)
			return true;
	return false;
}

/* How many words from `pa` on a repeated store may write. */
static u32 run_length(u32 pa, const struct walk *w)
{
	u32 n = 0;

	for (; n < 3 && in_index_set(pa % PAGE_SIZE / 4 + n); n++)
		if (pa + 4 * n == w->pde_pa || pa + 4 * n == w->pte_pa)
			break;
	return n ? 1 + random_below(n) : 0;
}

/* The words that were written are in memory: now they belong to the model, or are put back. */
static bool settle(u32 pa, u32 words, u32 want)
{
	for (u32 i = 0; i < words; i++, pa += 4) {
		now.got = *direct(pa);
		now.want = want;
		if (now.got != want)
			return differs("what was written is not in memory");
		if (is_table_word(pa)) {
			u32 old = model_read(pa);

			model_write(pa, want);
			edits++;
			tlb_changed(pa, old);
		} else {
			*direct(pa) = data_word(pa);
		}
	}
	return true;
}

static u32 run(void)
{
	extern u8 user_page[];
	u32 code = now.user ? USER_VA : (u32)user_page;

	now.vec = probe(code + now.snippet * SNIPPET_BYTES, now.user);
	now.got = probe_regs.val;
	now.cr2 = trap_cr2;
	checks++;
	return now.vec;
}

static bool same_entries(const struct walk *w)
{
	if (*direct(w->pde_pa) != model_read(w->pde_pa))
		return differs("the directory entry");
	if (w->pte_pa && *direct(w->pte_pa) != model_read(w->pte_pa))
		return differs("the table entry");
	return true;
}

/* Take over marks that a fault may have left or not, if there are any. */
static void allow_mark(u32 pa)
{
	u32 entry = model_read(pa);

	if ((entry & PTE_P) && *direct(pa) == (entry | PTE_A))
		model_write(pa, entry | PTE_A);
}

/*
 * A fault. Processors differ in two ways, both of which will do. Some mark a directory entry whose
 * table then forbids the access (QEMU's, Bochs's does not). And some begin a read-modify-write as a
 * read (QEMU's, Bochs's asks for write access at once).
 */
static bool check_fault(const struct walk *w)
{
	bool modifies = now.snippet >= XCHG && now.snippet <= CMPXCHG;
	struct walk read;
	extern u32 trap_err;

	now.err = trap_err;
	if (now.vec != VEC_PF)
		return differs("there must be a page fault");
	reference_walk(now.va, false, now.user, &read);
	if (now.cr2 != now.va ||
	    (now.err != w->err && (!modifies || read.allowed || now.err != read.err)))
		return differs("the page fault's error code or address");
	if (!w->large || (modifies && read.allowed))
		allow_mark(w->pde_pa);
	if (w->pte_pa && modifies && read.allowed)
		allow_mark(w->pte_pa);
	return same_entries(w);
}

/* Where the guest maps nothing, its kernel can find the hypervisor's gate: a ring-1 kernel is a
 * supervisor to the paging unit (hv/cpu/gate.c). Its applications cannot. */
static bool gate_may_be_at(u32 va)
{
	return va >> 22 >= FIRST_GATE_SLOT && !(model_read(cpu.cr3 + (va >> 22) * 4) & PTE_P);
}

bool access(u32 va)
{
	struct walk *w = &now.walk;
	u32 old = 0, after, out, extra = 0, words = 1, val = random32();
	bool write;

	now.va = va;
	now.user = one_in(2) || gate_may_be_at(va);
	now.snippet = one_in(2) ? random_below(MOV32) : random_below(NR_SNIPPETS);
	write = now.snippet >= MOV32;
	reference_walk(va, write, now.user, w);
	if (w->allowed) {
		reference_mark(w, write);
		old = model_read(w->pa);
		if (write && (w->pa == w->pde_pa || w->pa == w->pte_pa)) {
			/* Whether a read-modify-write sees its own mark, nobody promises. */
			now.snippet = MOV32;
			val = random_entry();
		} else if (write) {
			now.snippet = snippet_operand(now.snippet, old, &val, &extra);
		}
	}
	if (!w->allowed && (now.snippet == BTS || now.snippet == BTR))
		val %= 32; /* more would reach another word */
	if (now.snippet == REP_STOS) {
		words = w->allowed ? run_length(w->pa, w) : 1;
		extra = words;
		if (w->allowed && is_table_word(w->pa))
			val = random_entry();
	}
	probe_regs = (struct probe_regs){va, val, extra};
	run();
	tlb_touched(va, w);
	if (!w->allowed)
		return check_fault(w);
	if (now.vec != SNIPPET_END)
		return differs("there must be no exception");
	after = snippet_result(now.snippet, old, val, extra, &out);
	now.want = out;
	if (now.got != out)
		return differs("what the instruction read");
	if (write && !settle(w->pa, words, after))
		return false;
	return same_entries(w);
}

bool edit(void)
{
	u32 n = one_in(3) ? random_below(NR_TABLES) : random_below(NR_TABLES / 4);
	u32 pa = table_pa(n) + random_of(index_set) * 4, old, after, out, extra = 0, val;

	if (one_in(3))
		pa = cpu.cr3 + pa % PAGE_SIZE;
	old = model_read(pa);
	now.walk = (struct walk){.pde_pa = pa, .pa = pa, .allowed = true};
	now.user = false;
	now.va = (u32)direct(pa);
	now.snippet = snippet_operand(MOV32 + random_below(REP_STOS - MOV32), old, &val, &extra);
	probe_regs = (struct probe_regs){now.va, val, extra};
	if (run() != SNIPPET_END)
		return differs("an edit through the direct map faults");
	after = snippet_result(now.snippet, old, val, extra, &out);
	now.want = out;
	if (now.got != out)
		return differs("what an edit read");
	return settle(pa, 1, after);
}

u32 random_va(void)
{
	return random_of(index_set) << 22 | random_of(index_set) << 12 | random_of(index_set) * 4;
}
