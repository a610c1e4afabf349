/* pieces.c: what a random program is made of; pieces that go elsewhere are in transfer.c. */
#include "emit.h"

#define CLI 0xFA

static void arithmetic(void)
{
	static const u8 ops[] = {0x01, 0x09, 0x11, 0x19, 0x21, 0x29, 0x31, 0x39, 0x85, 0x89};
	u32 to = any_register(), from = any_register();

	operand_size(one_in(3) ? 2 : 4);
	if (one_in(2)) {
		byte(random_of(ops));
		byte(0xC0 | from << 3 | to);
		return;
	}
	byte(0x83);
	byte(0xC0 | random_below(8) << 3 | to);
	byte(random32());
}

static void read_flags(void)
{
	u32 size = one_in(3) ? 2 : 4;

	operand_size(size);
	byte(0x9C);
	pop_register(size);
}

/* TF traps behind the next instruction: that ends the program. */
static void write_flags(void)
{
	u32 flags = random32() & (EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_OF | EFL_IF |
				  EFL_DF | EFL_IOPL | EFL_AC | EFL_ID);

	if (one_in(6) && !now.breaks)
		flags |= EFL_TF;
	if (one_in(12))
		flags |= EFL_NT;
	push_word(flags);
	operand_size(4);
	byte(0x9D);
	now.steps = flags & EFL_TF;
	now.nt = flags & EFL_NT;
}

/* (QEMU's sti holds off a single step, too.) */
static void interrupt_flag(void)
{
	byte(one_in(2) || now.steps ? CLI : STI);
}

static void read_segment(void)
{
	static const u8 pushes[] = {0x06, 0x0E, 0x16, 0x1E};
	u32 size = one_in(3) ? 2 : 4;

	operand_size(size);
	if (one_in(2)) {
		byte(0x8C);
		byte(0xC0 | random_below(6) << 3 | any_register());
		return;
	}
	byte(random_of(pushes));
	pop_register(size);
}

/* es, ds, fs, gs by any selector; ss by one that is refused. */
static void load_segment(void)
{
	static const u8 pops[4] = {0x07, 0x1F, 0xA1, 0xA9}, fars[4] = {0xC4, 0xC5, 0xB4, 0xB5};
	static const u8 numbers[4] = {0, 3, 4, 5};
	u32 seg = random_below(4), sel = one_in(3) ? any_selector() : data_selector(now.user);
	u32 how = random_below(3);

	if (now.user && sel < 4)
		sel = 0; /* its RPL would be lost at a hidden fault */
	if (how == 0) {
		move_immediate(0, sel);
		byte(0x8E);
		byte(0xC0 | numbers[seg] << 3);
	} else if (how == 1) {
		push_word(sel);
		operand_size(4);
		if (seg > 1)
			byte(0x0F);
		byte(pops[seg]);
	} else {
		u32 at = pointer_to(sel, random32());

		byte(0x36);
		operand_size(4);
		address_size(4);
		if (seg > 1)
			byte(0x0F);
		byte(fars[seg]);
		absolute(any_register(), at);
	}
	/* Of another LDT nothing is known. */
	now.segments[seg] = now.table_loaded && sel & SEL_TI ? 0 : sel;
}

static void refused_stack(void)
{
	u32 sel = any_selector();
	struct desc d;

	if ((sel & SEL_TI && now.table_loaded) || sel < 4)
		sel = 0;
	if (descriptor_of(sel, &d) &&
	    (d.hi & (DESC_S | DESC_CODE | DESC_RW | DESC_P)) == (DESC_S | DESC_RW | DESC_P))
		sel = 0;
	move_immediate(0, sel);
	byte(0x8E);
	byte(0xD0);
	now.done = true;
}

static void look_at_selector(void)
{
	static const u16 ops[] = {0x02, 0x03, 0x100, 0x100};
	u32 op = random_of(ops);

	move_immediate(0, any_selector());
	operand_size(one_in(3) ? 2 : 4);
	byte(0x0F);
	byte(op == 0x100 ? 0 : op);
	byte(op == 0x100 ? 0xE0 | random_below(2) << 3 : 0xC0 | any_register() << 3);
}

static void system_registers(void)
{
	static const u8 codes[][3] = {{0x0F, 0x01, 0xE0}, {0x0F, 0x00, 0xC8}, {0x0F, 0x00, 0xC0},
				      {0x0F, 0x20, 0xC0}, {0x0F, 0x20, 0xD8}, {0x0F, 0x20, 0xE0},
				      {0x0F, 0x21, 0xC0}, {0x0F, 0x21, 0xF8}, {0x0F, 0x20, 0xD0}};
	u32 n = random_below(ARRAY_SIZE(codes));

	if (n < 3)
		operand_size(one_in(2) ? 2 : 4);
	byte(codes[n][0]);
	byte(codes[n][1]);
	byte(codes[n][2] | any_register());
}

/* Something in the windows of the tables and pages. (Not cmpxchg8b: behind another instruction,
 * QEMU 7.2's makes flags of what that has left, IOPL among them. Nor bts, which leaves most of them
 * undefined.) */
static void touch_memory(void)
{
	static const struct {
		u8 bytes, code[2], reg, immediate;
	} ops[] = {{1, {0x8B}, 8, 0},	    {1, {0x89}, 8, 0},	     {1, {0x8A}, 0, 0},
		   {1, {0x88}, 0, 0},	    {1, {0x01}, 8, 0},	     {1, {0x31}, 8, 0},
		   {1, {0x87}, 8, 0},	    {1, {0x39}, 8, 0},	     {1, {0xFF}, 0, 0},
		   {1, {0xFF}, 1, 0},	    {1, {0xF7}, 2, 0},	     {1, {0xF7}, 3, 0},
		   {1, {0xD1}, 4, 0},	    {1, {0xC6}, 0, 1},	     {1, {0x80}, 1, 1},
		   {1, {0x83}, 4, 1},	    {1, {0xFF}, 6, 0},	     {1, {0x8F}, 0, 0},
		   {2, {0x0F, 0xC1}, 8, 0}, {2, {0x0F, 0xB1}, 8, 0}, {2, {0x0F, 0xB6}, 8, 0},
		   {2, {0x0F, 0xA5}, 8, 0}};
	static const u8 overrides[4] = {0x26, 0x3E, 0x64, 0x65};
	u32 n = random_below(ARRAY_SIZE(ops)), seg = random_below(5), base = 0, at;

	if (seg < 4 && !is_good_data(now.segments[seg], now.user))
		seg = 4;
	if (seg < 4) {
		struct desc d = {0, 0};

		descriptor_of(now.segments[seg], &d);
		base = desc_base(d);
	}
	at = (u32)now.target->window +
	     (now.target->bytes < WINDOW ? random_below(60) : 32 + random_below(64));
	if (now.breaks)
		at &= ~15u;
	byte(seg < 4 ? overrides[seg] : 0x36);
	operand_size(one_in(3) ? 2 : 4);
	address_size(4);
	for (u32 i = 0; i < ops[n].bytes; i++)
		byte(ops[n].code[i]);
	absolute(ops[n].reg < 8 ? ops[n].reg : any_register(), at - base);
	if (ops[n].immediate)
		byte(random32());
}

static void move_string(void)
{
	if (now.steps || now.breaks) /* QEMU's steps through these are its own */
		return;
	set_data_segments();
	byte(0xFC);
	move_immediate(7, (u32)now.target->window + 32 + random_below(32));
	move_immediate(6, (u32)targets[2].window + random_below(64));
	move_immediate(1, random_below(8));
	operand_size(one_in(2) ? 2 : 4);
	address_size(4);
	byte(0xF3);
	byte(one_in(2) ? 0xA5 : 0xAB);
}

/* CR0.WP, CR4.PSE, CR3 as it is, and the page that shows all frames at once. */
static void control_register(void)
{
	u32 n = one_in(2) ? 0 : 4;

	if (one_in(6)) {
		byte(0x0F); /* clts */
		byte(0x06);
		return;
	}
	if (one_in(4))
		n = 3;
	byte(0x0F);
	byte(0x20);
	byte(0xC0 | n << 3);
	if (n != 3) {
		operand_size(4);
		byte(0x35);
		word(n ? CR4_PSE : CR0_WP, 4);
	}
	byte(0x0F);
	byte(0x22);
	byte(0xC0 | n << 3);
	if (n == 4)
		now.pse = !now.pse;
}

static void read_large(void)
{
	byte(0x36);
	operand_size(4);
	address_size(4);
	byte(0x8B);
	absolute(any_register(), LARGE_SLOT << 22 | 0x8000 | random_below(1024) * 4);
	if (!now.pse)
		now.done = true;
}

static void load_table(void)
{
	for (u32 seg = 0; seg < 4; seg++)
		if (now.segments[seg] & SEL_TI)
			set_data_segments();
	if ((now.cs | now.segments[2] | now.segments[3]) & SEL_TI)
		return;
	/* Nothing of the new one is used before the next program. */
	move_immediate(0, ldt_selector());
	byte(0x0F);
	byte(0x00);
	byte(0xD0);
	now.table_loaded = true;
}

/* A descriptor of its own: written, by one instruction or by two, and loaded at once. */
static void write_descriptor(void)
{
	struct desc d = any_descriptor();
	u32 at = (u32)gdt + SEL_WRITTEN;

	for (u32 seg = 0; seg < 4; seg++)
		if ((now.segments[seg] & ~3u) == SEL_WRITTEN)
			return;
	store_word(at, d.lo);
	store_word(at + 4, d.hi);
	move_immediate(0, SEL_WRITTEN);
	byte(0x8E);
	byte(0xC0 | (one_in(2) ? 4 : 5) << 3);
	now.segments[2] = now.segments[3] = 0;
}

static const struct piece {
	void (*emit)(void);
	u8 weight;
	bool kernel; /* only */
	bool simple; /* a function may have it */
} pieces[] = {
    {arithmetic, 8, false, true},	{read_flags, 6, true, true},
    {write_flags, 4, true, false},	{interrupt_flag, 3, true, true},
    {read_segment, 6, false, true},	{load_segment, 8, false, false},
    {refused_stack, 1, false, false},	{look_at_selector, 4, true, true},
    {system_registers, 4, true, true},	{touch_memory, 12, false, false},
    {move_string, 3, false, false},	{control_register, 3, true, false},
    {read_large, 1, true, false},	{load_table, 2, true, false},
    {write_descriptor, 2, true, false}, {remap_page, 3, true, false},
    {write_function, 4, true, false},	{call_function, 10, false, false},
    {far_transfer, 6, false, false},	{leave_kernel, 3, true, false},
    {refused_far, 2, false, false},	{through_gate, 2, false, false},
};

void one_piece(bool simple)
{
	for (;;) {
		const struct piece *p = &pieces[random_below(ARRAY_SIZE(pieces))];

		if (random_below(12) < p->weight && !(p->kernel && now.user) &&
		    (p->simple || !simple)) {
			p->emit();
			return;
		}
	}
}
