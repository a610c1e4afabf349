/* random_insns.c: the system instructions on random descriptors: what ring 0 sees of each, or that
 * it is refused. That they are, is all that is told of a fault: frames are random_gates.c's. */
#include "random.h"

#define CELLS	 24 /* with one set of descriptors */
#define MACHINES 15

extern const struct {
	const char *name;
	const u8 *code;
	u32 far;
} insns[], insns_end[];
extern u8 privileged[], privileged_end[];
u32 random_bytes[16];

static void draw_start(u32 k, u32 sel)
{
	for (u32 i = 0; i < ARRAY_SIZE(random_bytes); i++)
		random_bytes[i] = draw_word();
	random_bytes[1] = (random_bytes[1] & 0xFFFF0000) | sel;
	start = (struct start){.eax = draw_word(),
			       .ecx = sel,
			       .edx = draw_word(),
			       .ebx = (u32)random_bytes,
			       .ebp = pick(8),
			       .esi = draw_word(),
			       .edi = draw_word(),
			       .esp = STACKS + 0x4000 + pick(0x4000),
			       .data = SEL_DATA,
			       .eip = (u32)insns[k].code};
}

static void run(u32 k)
{
	u32 before[16], sel = draw_selector();

	/* To a TSS or by a gate far jumps go elsewhere. */
	while (insns[k].far && selector_leads_away(sel))
		sel = draw_selector();
	draw_start(k, sel);
	for (u32 i = 0; i < 16; i++)
		before[i] = random_bytes[i];
	jump_cell();
	text("insn ");
	text(insns[k].name);
	hex((u32)insns[k].code);
	text(" ecx, edx:");
	hex(start.ecx);
	hex(start.edx);
	text(" came:");
	hex(end_vec);
	hex(end_ss & 0xFFFF);
	for (u32 i = 0; i < 8; i++)
		if (i != 3 ||
		    end_vec == ENDED) /* ESP, and for who cannot build a frame is no secret */
			hex(end_regs[i]);
	for (u32 i = 0; i < 4; i++)
		hex(end_segs[i] & 0xFFFF);
	text(" memory:");
	for (u32 i = 0; i < 16; i++)
		if (before[i] != random_bytes[i])
			hex(random_bytes[i]);
	text("\n");
	end_line();
}

void random_insns(void)
{
	for (u32 m = 0; m < MACHINES; m++) {
		draw_descriptors();
		for (u32 i = 0; i < CELLS; i++)
			run(pick((u32)(insns_end - insns)));
	}
	finish(0);
}

/* Each once, with a selector that is good for it. */
void each_insn(void)
{
	u32 spare = gdt[2 * SEL_TSS / 8 + 1] & ~0x200u; /* a TSS that is not busy */

	gdt[2 * SEL_SPARE / 8] = gdt[2 * SEL_TSS / 8];
	gdt[2 * SEL_SPARE / 8 + 1] = spare;
	for (u32 k = 0; k < (u32)(insns_end - insns); k++) {
		const char *name = insns[k].name;
		u32 sel = insns[k].far ? SEL_CODE : SEL_DATA;

		if (insns[k].far == 2)
			continue;
		if (name[0] == 'l' && name[1] == 'l')
			sel = SEL_LDT;
		if (name[0] == 'l' && name[1] == 't')
			sel = SEL_SPARE;
		draw_start(k, sel);
		jump_cell();
	}
	asm volatile("pushfl\n\tpopfl" : : : "memory", "cc");
	say("each insns=%u\n", (u32)(insns_end - insns));
	say("privileged from=%x to=%x\n", (u32)privileged, (u32)privileged_end);
	finish(0);
}
