/*[H45]
 * write_string.c: movs and stos, with their repeat prefixes.
 *
 * One emulation goes on until the destination's page ends, or is protected no more (a table that is
 * cleared is found to be a table no longer); then the processor itself continues.
 */
#include "insn/emulate.h"

#define CHUNK 256

/* How many of `size` bytes from `offset` on lie before the next page boundary; at least 1, which
 * may cross it. Linear addresses have the same page offsets only in flat segments, hence `la`. */
static u32 until_page_end(u32 la, u32 size)
{
	u32 n = (PAGE_SIZE - la % PAGE_SIZE) / size;

	return n ? n : 1;
}

static u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

/* Move `n` elements of memory (movs) or of (e)ax (stos) to es:(e)di. */
static bool store(struct emulation *e, bool from_memory, u32 n, u32 size)
{
	enum seg seg = e->insn.segment >= 0 ? e->insn.segment : SEG_DS;
	u8 bytes[CHUNK];

	e->value = reg_get(e->regs, 0, size);
	for (u32 k = 0; !from_memory && k < n; k++)
		memcpy(bytes + k * size, &e->value, size);
	if (from_memory && !mem_read(e, seg, index_get(e, REG_SI), bytes, n * size))
		return false;
	memcpy(&e->value, bytes, size);
	return mem_write(e, SEG_ES, index_get(e, REG_DI), bytes, n * size);
}

/* How many elements can be moved at a time: more than one only forwards and within pages, and if
 * the destination does not take in what is still to be read. */
static u32 chunk(struct emulation *e, bool from_memory, u32 size, u32 src, u32 dst)
{
	u32 n = least(CHUNK / size, until_page_end(dst, size));

	if (e->regs->eflags & EFL_DF || e->single_step || e->insn.addr_size == 2 ||
	    e->v->virt.dr[7] & DR7_ENABLED)
		return 1;
	if (from_memory && dst - src < CHUNK)
		return 1;
	return from_memory ? least(n, until_page_end(src, size)) : n;
}

static enum emul string(struct emulation *e, bool from_memory)
{
	enum seg seg = e->insn.segment >= 0 ? e->insn.segment : SEG_DS;
	u32 size = operand_size(&e->insn), eip = e->regs->eip;
	u32 src_base = desc_base(loaded_segment(e->v, seg));
	u32 dst_base = desc_base(loaded_segment(e->v, SEG_ES));
	u32 page = (dst_base + index_get(e, REG_DI)) >> PAGE_SHIFT;
	bool repeat = e->insn.rep || e->insn.repne;

	for (bool first = true; !repeat || index_get(e, REG_CX); first = false) {
		u32 src = src_base + index_get(e, REG_SI), dst = dst_base + index_get(e, REG_DI);
		u32 n =
		    repeat ? least(chunk(e, from_memory, size, src, dst), index_get(e, REG_CX)) : 1;
		s32 by = e->regs->eflags & EFL_DF ? -(s32)size : (s32)(n * size);

		if (!first && (e->single_step || e->struck || dst >> PAGE_SHIFT != page ||
			       !guest_protected(e->v, dst))) {
			e->next = eip; /* the rest is left to the processor */
			return EMUL_DONE;
		}
		if (!store(e, from_memory, n, size))
			return EMUL_EXCEPTION;
		index_add(e, REG_DI, by);
		if (from_memory)
			index_add(e, REG_SI, by);
		if (!repeat)
			return EMUL_DONE;
		index_add(e, REG_CX, -(s32)n);
	}
	return EMUL_DONE;
}

enum emul write_movs(struct emulation *e)
{
	return string(e, true);
}

enum emul write_stos(struct emulation *e)
{
	return string(e, false);
}
