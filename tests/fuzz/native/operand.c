/* operand.c: operands for the snippets, so that what they leave in a table is an entry. */
#include "snippet.h"

#define FLAG_BITS 0xF7Fu /* all but PS, which is not for every frame */

static bool is_base(u32 frame)
{
	return frame % REGION_BYTES == 0;
}

/* May this stand in a table? Any table may be a directory, so a 4 MB page must be aligned. */
static bool valid(u32 entry)
{
	u32 frame = entry & PTE_FRAME;

	return frame >= MEMORY_PA && frame < MEMORY_END &&
	       frame % REGION_BYTES / PAGE_SIZE < TABLES_PER_REGION + DATA_PER_REGION &&
	       (!(entry & PTE_PS) || is_base(frame));
}

u32 random_entry(void)
{
	u32 entry = random32() & FLAG_BITS;

	if (!one_in(8))
		entry |= PTE_P;
	if (!one_in(4))
		entry |= PTE_RW | PTE_US;
	entry |= one_in(3) ? table_pa(random_below(NR_TABLES)) : random_frame_pa();
	if (one_in(8))
		entry = (entry & PTE_FLAGS) | table_pa(random_below(REGIONS) * TABLES_PER_REGION);
	if (is_base(entry & PTE_FRAME) && !one_in(4))
		entry |= PTE_PS;
	return entry;
}

u32 snippet_result(enum snippet s, u32 old, u32 val, u32 extra, u32 *out)
{
	u32 bit = 1u << (val & 31);

	*out = val;
	switch (s) {
	case READ32:
	case READ_CMP:
		*out = old;
		return old;
	case READ16:
		*out = old & 0xFFFF;
		return old;
	case READ8:
		*out = old & 0xFF;
		return old;
	case MOV16:
		return (old & 0xFFFF0000) | (val & 0xFFFF);
	case MOV8:
		return (old & 0xFFFFFF00) | (val & 0xFF);
	case XCHG:
		*out = old;
		return val;
	case OR:
		return old | val;
	case AND:
		return old & val;
	case XOR:
		return old ^ val;
	case ADD:
		return old + val;
	case XADD:
		*out = old;
		return old + val;
	case BTS:
		return old | bit;
	case BTR:
		return old & ~bit;
	case CMPXCHG:
		return old == extra ? val : old;
	default:
		return val;
	}
}

enum snippet snippet_operand(enum snippet s, u32 old, u32 *val, u32 *extra)
{
	for (u32 tries = 0; tries < 4; tries++) {
		u32 entry = one_in(3) ? old ^ (1u << random_below(12)) : random_entry(), ignored;

		*val = entry;
		if (s == OR)
			*val = random32() & random32() & FLAG_BITS;
		else if (s == AND)
			*val = ~(random32() & random32() & FLAG_BITS);
		else if (s == XOR)
			*val = old ^ entry;
		else if (s == ADD || s == XADD)
			*val = entry - old;
		else if (s == BTS || s == BTR)
			*val = random_below(12);
		else if (s == CMPXCHG)
			*extra = one_in(3) ? random32() : old;
		if (valid(snippet_result(s, old, *val, *extra, &ignored)))
			return s;
	}
	*val = random_entry();
	return MOV32;
}
