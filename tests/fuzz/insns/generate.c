/* generate.c: one random instruction, and registers with which it does something. */
#include "insns.h"
#include "insn/insn.h"
#include "insn/opcodes.h"

/* Where the pointers of one instruction lead. */
static struct {
	const struct target *t;
	u8 code_size; /* 2 or 4 */
	bool watched; /* data is */
	bool small;   /* addresses have 16 bits */
} now;

static u32 *const reg_of[8] = {&in.eax, &in.ecx, &in.edx, &in.ebx,
			       &in.esp, &in.ebp, &in.esi, &in.edi};

static u32 pointer(void)
{
	u32 offset = now.t->bytes < WINDOW ? random_below(60) : 32 + random_below(64);

	if (now.watched)
		offset &= ~15u;
	return (now.small ? now.t->low : (u32)now.t->window) + offset;
}

static u32 number(void)
{
	switch (random_below(4)) {
	case 0:
		return random_below(32);
	case 1:
		return random_below(2) ? 0x80000000u >> random_below(32) : ~0u << random_below(32);
	default:
		return random32();
	}
}

static u32 base_of(u32 sel)
{
	return sel == SEL_BASED ? BASED_BASE : sel == SEL_LBASED ? lbased_base : 0;
}

static const u32 data_selectors[] = {SEL_UDATA, SEL_UDATA, SEL_UDATA,
				     SEL_BASED, SEL_LDATA, SEL_LBASED};

static void registers(const struct trial *t)
{
	bool user = t->user;

	for (u32 i = 0; i < 8; i++)
		*reg_of[i] = number();
	in.ds = in.es = in.fs = in.gs = SEL_UDATA;
	if (!now.small) {
		in.ds = random_of(data_selectors);
		in.es = random_of(data_selectors);
		in.fs = random_of(data_selectors);
		in.gs = random_of(data_selectors);
	}
	in.eflags =
	    EFL_FIXED | (random32() & (EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_OF));
	if (one_in(4))
		in.eflags |= EFL_DF;
	if (one_in(3))
		in.eflags |= EFL_TF;
	in.ss = user ? SEL_UDATA : SEL_KDATA;
	in.esp = (u32)stack_page + 2048 + random_below(64) * 4;
	if (one_in(8)) {
		in.ss = user ? SEL_USTACK16 : SEL_KSTACK16;
		in.esp = STACK_LOW + 2048 + random_below(64) * 4;
	} else if (one_in(3) && now.t->bytes == WINDOW && !now.t->code &&
		   (user || !now.t->read_only)) {
		in.esp = (u32)now.t->window + 32 + (random_below(64) & (now.watched ? ~15u : ~0u));
	}
	in.ebp = one_in(2) ? in.esp : pointer();
}

static u32 segment_base(enum seg seg)
{
	const u32 selectors[NR_SEGS] = {in.es, in.cs, in.ss, in.ds, in.fs, in.gs};

	return seg == SEG_CS ? 0 : base_of(selectors[seg]);
}

/* ModRM and what follows of it, so that the memory operand lies in the window. */
static void memory_operand(u8 *at, s32 override)
{
	static const u8 bases[] = {0, 1, 2, 3, 5, 7}, bases16[] = {4, 5, 6, 7}; /* si di bp bx */
	static const u8 registers16[] = {6, 7, 5, 3};
	u32 reg = random32() & 0x38, base = random_of(bases), form = random_below(4), target;
	s8 disp = random32();

	if (now.small) {
		base = random_of(bases16);
		at[0] = 0x40 | reg | base;
		at[1] = disp;
		reg_of[registers16[base - 4]][0] = (pointer() - (s32)disp) & 0xFFFF;
		return;
	}
	if (override < 0)
		override = form && base == 5 ? SEG_SS : SEG_DS;
	target = pointer() - segment_base(override);
	if (form == 0) { /* an address alone */
		at[0] = reg | 5;
		memcpy(at + 1, &target, 4);
		return;
	}
	target -= (s32)disp;
	if (form == 1) { /* base + esi * scale + disp8 */
		in.esi = random_below(64);
		at[0] = 0x44 | reg;
		at[1] = (random32() & 0xC0) | 6 << 3 | base;
		at[2] = disp;
		target -= in.esi << (at[1] >> 6);
	} else {
		at[0] = 0x40 | reg | base;
		at[1] = disp;
	}
	*reg_of[base] = target;
}

/* What the design says that a guest can notice, or what would end the test itself. */
static bool left_out(const struct insn *i, bool user)
{
	switch (i->op) {
	case OP_other:
		break;
	case OP_mov_from_seg:
	case OP_mov_to_seg:
	case OP_push_seg:
	case OP_pop_seg:
	case OP_load_far_ptr:
	case OP_popf:
	case OP_int_n:
		return false;
	case OP_sgdt:
	case OP_sidt:
	case OP_sldt:
	case OP_smsw:
	case OP_str:
	case OP_lar:
	case OP_lsl:
	case OP_verr:
	case OP_verw:
	case OP_pushf:
		return user;
	case OP_mov_from_cr0:
	case OP_mov_from_cr2:
	case OP_mov_from_cr3:
	case OP_mov_from_cr4:
	case OP_mov_from_dr:
	case OP_invlpg:
		return false;
	case OP_call_far:
	case OP_jmp_far:
	case OP_ret_far:
		return false;
	case OP_rdtsc:
	case OP_rdpmc:
	case OP_cpuid:
	case OP_iret:
		return true;
	default:
		return !user; /* what changes the processor, and ports */
	}
	if (i->two_byte)
		return i->opcode == 0x34 || i->opcode == 0x35 ||
		       i->opcode == 0x0B || /* sysenter, sysexit, ud2 */
		       (i->opcode == 0xAE && i->mod != 3 &&
			i->reg < 2); /* fxsave, fxrstor: 512 bytes */
	/* fstenv shows the real selector of the kernel's code. */
	return (i->opcode == 0xD9 && i->mod != 3 && i->reg == 6) ||
	       (i->opcode == 0xDD && i->mod != 3 && i->reg >= 4 &&
		i->reg <= 6) || /* fsave, frstor */
	       (i->opcode == 0x9B);
}

static bool is_group(const struct insn *i)
{
	return i->two_byte ? i->opcode < 2 || i->opcode == 0xBA || i->opcode == 0xC7 ||
				 i->opcode == 0x20 || i->opcode == 0x21
			   : (i->opcode & 0xFC) == 0x80 || i->opcode == 0xC0 || i->opcode == 0xC1 ||
				 (i->opcode & 0xFC) == 0xD0 || (i->opcode & 0xFE) == 0xF6 ||
				 i->opcode >= 0xFE || (i->opcode & 0xFD) == 0x8C ||
				 i->opcode == 0x8F || i->opcode == 0xC6 || i->opcode == 0xC7;
}

/* Would ring 0 have another stack afterwards, on which the trap cannot be told? */
static bool moves_stack(const struct insn *i)
{
	if (i->has_modrm)
		return (i->reg == 4 && !is_group(i)) || (i->mod == 3 && i->rm == 4 && !i->byte);
	if (i->two_byte)
		return (i->opcode & 0xF8) == 0xC8 && (i->opcode & 7) == 4; /* bswap */
	return i->opcode == 0x44 || i->opcode == 0x4C || i->opcode == 0x5C || i->opcode == 0x94 ||
	       i->opcode == 0xBC;
}

/* After these, control is anywhere: they are stepped. */
static bool is_branch(const struct insn *i)
{
	u32 target;

	return insn_branch(i, 0, &target) != BRANCH_NONE || i->op == OP_call_far ||
	       i->op == OP_jmp_far || i->op == OP_ret_far;
}

/*
 * What QEMU does otherwise than a processor, so that the bare machine is no judge:
 * - rcl and rcr change the flags before they write, also where they cannot write;
 * - a repeated string instruction that is stepped ends one step late;
 * - nobody minds a write by way of cs;
 * - a step and a watchpoint at once make two exceptions; and an access that is not aligned strikes
 *   each watchpoint below it in its page (watch() and pointer() see to that);
 * - what has read something that is watched, and then faults, makes two exceptions as well (and
 * bound ends QEMU).
 */
static bool is_quirk(const struct insn *i)
{
	bool memory = i->has_modrm ? i->mod != 3 : !i->two_byte && (i->opcode & 0xFC) == 0xA0;
	bool shift = !i->two_byte && ((i->opcode & 0xFE) == 0xC0 || (i->opcode & 0xFC) == 0xD0);

	bool loads = i->op == OP_mov_to_seg || i->op == OP_pop_seg || i->op == OP_load_far_ptr ||
		     i->op == OP_ret_far || i->op == OP_call_far || i->op == OP_jmp_far ||
		     (!i->two_byte && i->opcode == 0x62); /* bound */

	/* (Not QEMU's: the address is another one, if its register is the bit's as well.) */
	bool bit = i->two_byte && (i->opcode & 0xE7) == 0xA3 && i->mod != 3;
	bool moved = bit && i->addr_size == 4 &&
		     (i->rm != 4 ? i->reg == i->rm : i->reg == i->base || i->reg == i->index);

	return moved || (now.watched && loads) ||
	       (memory && shift && (i->reg == 2 || i->reg == 3)) ||
	       ((i->rep || i->repne) && in.eflags & EFL_TF) || (memory && i->segment == SEG_CS);
}

/* Registers that an instruction uses without naming them. */
static void implied(const struct insn *i, u8 *bytes, bool user)
{
	u32 di = pointer() - base_of(in.es),
	    base = segment_base(i->segment < 0 ? SEG_DS : i->segment);

	if (i->two_byte && i->opcode != 0xF7) { /* bt with an index in a register reaches far */
		if ((i->opcode & 0xE7) == 0xA3 && i->mod != 3)
			*reg_of[i->reg] = random_below(256);
		return;
	}
	if (i->two_byte) { /* maskmovq: to ds:edi, or by another segment */
		in.edi = pointer() - base;
		return;
	}
	switch (i->opcode) {
	case 0xA4 ... 0xA7: /* movs, cmps */
	case 0xAA ... 0xAF: /* stos, lods, scas */
		in.edi = di;
		in.esi = pointer() - base;
		in.ecx = i->rep || i->repne ? random_below(8) : in.ecx;
		if (i->addr_size == 2 && !now.small)
			in.ecx = 0;
		break;
	case 0xC9: /* leave */
		if (!user)
			in.ebp = in.esp;
		break;
	case 0xC8: /* enter */
		bytes[1] = 8;
		bytes[2] = 0;
		in.ebp = in.esp;
		break;
	case 0xA0 ... 0xA3: { /* an address in the code */
		u32 target = pointer() - base;

		memcpy(bytes + 1, &target, now.small ? 2 : 4);
		break;
	}
	case 0xD7: /* xlat */
		in.ebx = pointer() - base;
		break;
	case 0xC2:
	case 0xCA:
		bytes[1] &= 0x3F;
		bytes[2] = 0;
		break;
	case 0xCD:
		bytes[1] = one_in(2) ? 0x81 : bytes[1];
		break;
	}
}

static const u8 prefixes[] = {0x66, 0x66, 0x67, 0x26, 0x2E, 0x36,
			      0x3E, 0x64, 0x65, 0xF0, 0xF2, 0xF3};

static s32 overridden(u8 prefix, s32 before)
{
	static const u8 bytes[NR_SEGS] = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};

	for (u32 i = 0; i < NR_SEGS; i++)
		if (bytes[i] == prefix)
			return i;
	return before;
}

/* One try. @return false if it is not to be run */
static bool try(struct trial *t)
{
	u8 *at = t->bytes;
	u32 opcode, flags, start;
	s32 override = -1;
	struct insn i;
	bool small = now.code_size == 2;

	for (u32 k = 0; k < sizeof(t->bytes); k++)
		t->bytes[k] = random32();
	for (u32 n = random_below(4); n > 1; n--) {
		*at = random_of(prefixes);
		if (*at == 0x67)
			small = now.code_size == 4;
		override = overridden(*at, override);
		at++;
	}
	now.small = small;
	now.t = &targets[random_below(NR_TARGETS)];
	if (small && !now.t->low)
		return false;
	registers(t);
	start = at - t->bytes;
	opcode = random_below(512);
	if (opcode >= 256)
		*at++ = 0x0F;
	*at++ = opcode;
	flags = opcode < 256 ? one_byte_map[opcode] : two_byte_map[opcode - 256];
	if (flags & (OPC_UNDEF | OPC_PREFIX))
		return false;
	if (flags & OPC_MODRM && !(flags & OPC_REGS) && !one_in(4)) {
		memory_operand(at, override);
	} else if (flags & OPC_MODRM) {
		*at |= 0xC0;
	}
	if (insn_decode_sized(t->bytes, 15, now.code_size, &i))
		return false;
	implied(&i, t->bytes + start, t->user);
	if (insn_decode_sized(t->bytes, 15, now.code_size, &i) || left_out(&i, t->user) ||
	    is_quirk(&i) || (!t->user && moves_stack(&i)))
		return false;
	t->len = i.len;
	if (is_branch(&i))
		in.eflags |= EFL_TF;
	return true;
}

/* What is watched: near where it works, or the code. */
static void watch(struct trial *t)
{
	static const u32 lengths[] = {0, 1, 3};
	u32 kind = one_in(2) ? 1 : 3, length = random_of(lengths);

	t->dr7 = 0x400;
	t->dr0 = 0;
	if (in.eflags & EFL_TF)
		return;
	if (!now.watched) {
		if (!one_in(16))
			return;
		t->dr0 = in.eip;
		kind = length = 0;
	} else if (t->user || in.esp - (u32)now.t->window >= WINDOW) {
		/* (The way into ring 0 pushes there, too.) On its boundary: what else means
		 * differs between processors. */
		t->dr0 = ((u32)now.t->window + random_below(now.t->bytes)) & ~length;
	} else {
		return;
	}
	t->dr7 |= 2 | kind << 16 | length << 18;
}

void generate(struct trial *t)
{
	bool low;

	t->user = one_in(2);
	now.code_size = one_in(6) ? 2 : 4;
	/* The sweep over an executable section reads it as code of 32 bits. */
	low = now.code_size == 2;
	t->code = low || one_in(3) ? data_code : text_page;
	now.watched = one_in(4);
	while (!try(t))
		;
	in.cs = t->user ? low ? SEL_UCODE16 : SEL_UCODE : low ? SEL_KCODE16 : SEL_KCODE;
	t->code += 64 * (1 + random_below(16));
	in.eip = low ? DATA_LOW + (u32)t->code % PAGE : (u32)t->code;
	watch(t);
}
