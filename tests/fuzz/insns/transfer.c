/* transfer.c: pieces that go elsewhere, or make another place of where they go. */
#include "emit.h"

#define MAX_COMMITS 8u

/* What a program has done as far as it came. */
static struct {
	u32 done;
	struct function *f, is;
} commits[MAX_COMMITS];

/* Pages of which none is the program's own. Nobody remembers the old one afterwards. */
void remap_page(void)
{
	u32 page = random_below(NR_PAGES);

	if (now.va >> 22 >= PAGES_SLOT && (now.va >> 12) % 1024 == page)
		return;
	world.page_frame[page] = random_below(NR_FRAMES);
	store_word((u32)page_entry(page),
		   (u32)frame(world.page_frame[page]) | PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D);
	now.changed = true;
	if (one_in(2)) {
		byte(0x0F); /* mov %cr3, %eax; mov %eax, %cr3 */
		byte(0x20);
		byte(0xD8);
		byte(0x0F);
		byte(0x22);
		byte(0xD8);
		return;
	}
	for (u32 slot = 0; slot < NR_SLOTS; slot++)
		if (world.linked[slot]) {
			byte(0x36);
			address_size(4);
			byte(0x0F);
			byte(0x01);
			absolute(7, (PAGES_SLOT + slot) << 22 | page << 12);
		}
}

/* A function as it will be somewhere; it is copied from here only. */
static u8 library[32][FUNCTION_SIZE];
static u32 nr_library;

static const u8 *make_function(struct function *f)
{
	u8 *at = library[nr_library++ % ARRAY_SIZE(library)];
	struct emission outer = now;

	*f = (struct function){one_in(4) ? 2 : 4, one_in(3), one_in(2)};
	memset(at, 0xCC, FUNCTION_SIZE);
	now.at = at;
	now.size = f->size;
	now.user = f->user;
	for (u32 n = 1 + random_below(3); n; n--)
		one_piece(true);
	if (f->far) {
		operand_size(4);
		byte(0xCB);
	} else {
		byte(0xC3);
	}
	now = outer;
	return at;
}

void write_function(void)
{
	u32 n = random_below(NR_FRAMES), k = random_below(NR_FUNCTIONS), at;
	struct function f;
	const u8 *from;

	if (now.steps || now.commits == MAX_COMMITS)
		return;
	from = make_function(&f);
	/* By where the kernel has it, as all can see it if they may write there, or 4 MB at once.
	 */
	at = (u32)frame(n) + FUNCTIONS + k * FUNCTION_SIZE;
	if (now.pse && one_in(3))
		at += (LARGE_SLOT << 22) - LARGE_PA;
	set_data_segments();
	byte(0xFC);
	move_immediate(6, (u32)from);
	move_immediate(7, at);
	move_immediate(1, FUNCTION_SIZE / 4);
	operand_size(4);
	address_size(4);
	byte(0xF3);
	byte(0xA5);
	commits[now.commits].f = &world.functions[n][k];
	commits[now.commits].is = f;
	commits[now.commits].done = 0;
	world.functions[n][k].size = 0;
	store_word((u32)&commits[now.commits++].done, 1);
	now.changed = true;
}

void program_done(void)
{
	for (u32 i = 0; i < now.commits; i++)
		if (commits[i].done)
			*commits[i].f = commits[i].is;
}

static bool code_of(u32 sel, struct desc *d)
{
	return descriptor_of(sel, d);
}

void call_function(void)
{
	u32 n = random_below(NR_FRAMES), k = random_below(NR_FUNCTIONS), va, sel;
	const struct function *f = &world.functions[n][k];
	struct desc d = {0, 0};

	va = frame_va(n, FUNCTIONS + k * FUNCTION_SIZE);
	if (!va && !now.user)
		va = (u32)frame(n) + FUNCTIONS + k * FUNCTION_SIZE;
	if (!f->size || f->user != now.user || !va)
		return;
	if (!f->far) {
		if (f->size != 4 || now.size != 4 || (now.changed && !world.free))
			return; /* what is changed is followed from where the kernel is seen */
		byte(0xE8);
		word(va - (here() + 4), 4);
		return;
	}
	if (now.table_loaded)
		return;
	sel = code_selector(va, now.user);
	if (!code_of(sel, &d) || (d.hi & DESC_DB ? 4 : 2) != f->size)
		return;
	operand_size(4);
	if (one_in(2)) {
		byte(0x9A);
		word(va - desc_base(d), 4);
		word(sel, 2);
	} else {
		u32 at = pointer_to(sel, va - desc_base(d));

		byte(0x36);
		address_size(4);
		byte(0xFF);
		absolute(3, at);
	}
}

static void arrive(u32 sel)
{
	struct desc d = {0, 0};

	descriptor_of(sel, &d);
	now.cs = sel;
	now.base = desc_base(d);
	now.size = d.hi & DESC_DB ? 4 : 2;
}

/* Behind this piece, by another code segment. The offset is filled in when it is known. */
void far_transfer(void)
{
	u32 sel = code_selector(now.va, now.user), how = random_below(now.user ? 3 : 4), offset;
	struct desc d = {0, 0};
	u8 *hole;

	if (now.table_loaded || (now.nt && how == 3))
		return;
	descriptor_of(sel, &d);
	if (how == 0) {
		operand_size(4);
		byte(0xEA);
		hole = now.at;
		word(0, 4);
		word(sel, 2);
	} else if (how == 1) {
		hole = (u8 *)pointer_to(sel, 0);
		byte(0x36);
		operand_size(4);
		address_size(4);
		byte(0xFF);
		absolute(5, (u32)hole);
	} else {
		if (how == 3)
			push_word(random32() & (EFL_CF | EFL_ZF | EFL_SF | EFL_OF | EFL_IF));
		push_word(sel);
		push_word(0);
		hole = now.at - 4;
		operand_size(4);
		byte(how == 3 ? 0xCF : 0xCB);
	}
	offset = here() - desc_base(d);
	memcpy(hole, &offset, 4);
	arrive(sel);
}

/* To ring 3, behind this piece. */
void leave_kernel(void)
{
	u32 sel, offset;
	struct desc d = {0, 0};
	u8 *hole;

	if (now.table_loaded || now.nt || now.va >> 22 < PAGES_SLOT)
		return;
	sel = code_selector(now.va, true);
	descriptor_of(sel, &d);
	push_word(SEL_UDATA);
	push_word((u32)stack_page + 1536);
	push_word(EFL_FIXED | (random32() & (EFL_CF | EFL_ZF | EFL_IF | EFL_IOPL)));
	push_word(sel);
	push_word(0);
	hole = now.at - 4;
	operand_size(4);
	byte(0xCF);
	offset = here() - desc_base(d);
	memcpy(hole, &offset, 4);
	arrive(sel);
	now.user = true;
	/* What ring 3 may not use is empty now. */
	for (u32 seg = 0; seg < 4; seg++)
		if (!is_good_data(now.segments[seg], true))
			now.segments[seg] = 0;
}

/* Is a far transfer there a fault, whatever it is? */
static bool is_refused(u32 sel, bool by_ret)
{
	u32 cpl = now.user ? 3 : 0, type;
	struct desc d;

	if (!descriptor_of(sel, &d))
		return true;
	if (d.hi & DESC_S)
		return !(d.hi & DESC_CODE) || !(d.hi & DESC_P);
	type = DESC_TYPE(d.hi) | GATE_WIDE;
	if (by_ret || (type != DESC_CALL_GATE && type != DESC_TSS_AVAIL && type != DESC_TSS_BUSY &&
		       DESC_TYPE(d.hi) != DESC_TASK_GATE))
		return true;
	return !(d.hi & DESC_P) || desc_dpl(d) < cpl || desc_dpl(d) < (sel & SEL_RPL);
}

static void far_to(u32 sel, u32 how)
{
	if (how == 2) {
		push_word(sel);
		push_word(random32());
		operand_size(4);
		byte(0xCB);
	} else {
		operand_size(4);
		byte(how ? 0x9A : 0xEA);
		word(random32(), 4);
		word(sel, 2);
	}
	now.done = true;
}

void refused_far(void)
{
	u32 how = random_below(3), sel = any_selector();

	for (u32 tries = 0; tries < 32 && !is_refused(sel, how == 2); tries++)
		sel = any_selector();
	if (!now.table_loaded && is_refused(sel, how == 2))
		far_to(sel, how);
}

/* Call gates lead to an int, or are refused because of what they lead to. */
void through_gate(void)
{
	u32 sel = any_selector();
	struct desc d;

	for (u32 tries = 0; tries < 64; tries++, sel = any_selector())
		if (!now.table_loaded && descriptor_of(sel, &d) && !(d.hi & DESC_S) &&
		    (DESC_TYPE(d.hi) | GATE_WIDE) == DESC_CALL_GATE) {
			far_to(sel, one_in(2));
			return;
		}
}
