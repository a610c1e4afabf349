/*
 * program.c: a random program: a few pieces, each of one or some instructions. What is known about
 * the processor while it runs (ring, code segment, what data segments are loaded) is followed, so
 * that each piece works, or is refused; the first trap is the end.
 */
#include "emit.h"

struct emission now;

/* What was written where code runs may be read back with traps in it. */
static u8 written[PROGRAM_BYTES];

static u32 any_word(void)
{
	return one_in(2) ? random32() : one_in(2) ? random_below(64) : ~random_below(64);
}

static void begin(struct program *p)
{
	static const u32 stacks[] = {SEL_KDATA, SEL_UDATA}, small[] = {SEL_KSTACK16, SEL_USTACK16};
	u32 n = random_below(NR_FRAMES), offset = random_below(4) * PROGRAM_BYTES, va;
	struct desc d = {0, 0x00C00000};

	va = frame_va(n, offset);
	p->user = va && one_in(3);
	if (!va)
		va = (u32)frame(n) + offset;
	p->at = frame(n) + offset;
	for (u32 i = 0; i < 8; i++)
		((u32 *)&in)[i] = any_word();
	in.cs = code_selector(va, p->user);
	descriptor_of(in.cs, &d);
	in.eip = va - desc_base(d);
	in.ss = stacks[p->user];
	in.esp = (u32)stack_page + 2048 + random_below(64) * 4;
	if (one_in(6)) {
		in.ss = small[p->user];
		in.esp = STACK_LOW + 2048 + random_below(64) * 4;
	}
	in.ds = data_selector(p->user);
	in.es = data_selector(p->user);
	in.fs = one_in(12) ? any_selector() & ~3u : data_selector(p->user);
	in.gs = data_selector(p->user);
	p->dr7 = 0x400;
	p->wp = !one_in(4);
	p->pse = one_in(2);
	now = (struct emission){.start = written,
				.at = written,
				.frame = n,
				.va = va,
				.cs = in.cs,
				.base = desc_base(d),
				.size = d.hi & DESC_DB ? 4 : 2,
				.user = p->user,
				.pse = p->pse,
				.breaks = one_in(4),
				.target = &targets[random_below(NR_TARGETS - 1)],
				.segments = {in.es, in.ds, in.fs, in.gs}};
}

/* Breakpoints on code where pieces begin, and on what is touched. (Of two on the same data QEMU
 * tells one; of one on data and one on the code behind, both.) */
static void set_breaks(struct program *p, const u32 *starts, u32 n)
{
	bool code = n && one_in(2);

	for (u32 i = 0; i < 4; i++) {
		if (one_in(2))
			continue;
		if (code) {
			p->dr[i] = starts[random_below(n)];
			p->dr7 |= 2u << 2 * i;
		} else if (!now.target->read_only) {
			p->dr[i] = (u32)now.target->window + 16 * i;
			p->dr7 |= 2u << 2 * i | (one_in(2) ? 0xDu : 0xFu) << (16 + 4 * i);
		}
	}
}

void program_draw(struct program *p)
{
	u32 starts[16], n = 0, pieces_left = 2 + random_below(8);

	begin(p);
	while (pieces_left-- && !now.done && now.at - now.start < (s32)PROGRAM_BYTES - 128) {
		/* QEMU 7.2 dies of one that is not at its own EIP. */
		if (!now.base)
			starts[n++] = here();
		one_piece(false);
	}
	word(0xFEEB81CD, 4); /* int $0x81; jmp .: in code of 16 and of 32 bits */
	p->bytes = written;
	p->len = now.at - now.start;
	in.eflags = EFL_FIXED | (random32() & (EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_OF |
					       EFL_IF | EFL_IOPL));
	if (now.breaks)
		set_breaks(p, starts, n);
	else if (one_in(6) && written[0] != STI)
		in.eflags |= EFL_TF;
}
