/* random_flags.c: pushf, popf, cli, sti and iret in any order, with any EFLAGS, with and without an
 * interrupt that waits. */
#include "random.h"

#define CELLS	150
#define MAX_OPS 10

extern const struct {
	const char *name;
	const u8 *code;
} flag_ops[], flag_ops_end[];
extern u8 flag_end[];

static const u8 *program[MAX_OPS + 1];
static u32 operands[MAX_OPS], results[2 * MAX_OPS + 8];

static u32 draw_flags(void)
{
	u32 flags = pick(1 << 11) << 11 | pick(1 << 11);

	/* TF ends the cell one instruction later. */
	return one_in(6) ? flags | 0x100 : flags & ~0x100u;
}

static void draw_program(void)
{
	u32 nr_kinds = (u32)(flag_ops_end - flag_ops), nr = 2 + pick(MAX_OPS - 2);

	for (u32 i = 0; i < MAX_OPS; i++)
		operands[i] = draw_flags();
	for (u32 i = 0; i < ARRAY_SIZE(results); i++)
		results[i] = 0;
	for (u32 i = 0; i < nr; i++) {
		u32 k = one_in(2) ? pick(5) : pick(nr_kinds);

		text(" ");
		text(flag_ops[k].name);
		program[i] = flag_ops[k].code;
	}
	program[nr] = flag_end;
}

void random_flags(void)
{
	look_at_flags = 1;
	for (u32 n = 0; n < CELLS; n++) {
		bool irq = one_in(3);

		text(irq ? "flags irq" : "flags");
		draw_program();
		text(" operands:");
		for (u32 i = 0; i < MAX_OPS; i++)
			hex(operands[i]);
		if (irq)
			irq_pending();
		start.eip = (u32)program[0];
		start.esi = (u32)&program[1];
		start.ebx = (u32)operands;
		start.edi = (u32)results;
		start.edx = start.eax = start.ecx = start.ebp = 0;
		start.esp = STACKS + 0x8000;
		start.data = SEL_DATA;
		jump_cell();
		irq_off();
		text(" came vec, eip, flags, in handler:");
		hex(end_vec);
		if (end_vec == 14)
			end_words[0] = end_words[1], end_words[2] = end_words[3];
		hex(end_vec == ENDED ? 0 : end_words[0]);
		hex(end_vec == ENDED ? 0 : end_words[2]);
		hex(end_flags);
		hex(end_vec == 1 ? end_words[3] : 0); /* what the stepped one has pushed */
		text(" seen:");
		for (u32 *r = results; r < (u32 *)end_regs[0]; r++)
			hex(*r);
		text("\n");
		end_line();
	}
	finish(0);
}
