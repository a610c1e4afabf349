/*[H25] decode.c: one instruction of 32-bit or 16-bit code, from bytes to its parts. */
#include "insn/insn.h"
#include "insn/opcodes.h"
#include "lib/string.h"

enum { TOO_SHORT = -1, UNDEFINED = -2 };

/* The bytes, and how far they have been read. */
struct cursor {
	const u8 *bytes;
	u32 n, pos;
};

/* Read the next `size` bytes, little endian, as an unsigned number. */
static int take(struct cursor *c, u32 size, u32 *value)
{
	*value = 0;
	if (c->pos + size > INSN_MAX_LEN)
		return UNDEFINED; /* #GP rather than #UD, but no instruction either */
	if (c->pos + size > c->n)
		return TOO_SHORT;
	for (u32 i = 0; i < size; i++)
		*value |= (u32)c->bytes[c->pos++] << 8 * i;
	return 0;
}

static u32 sign_extend(u32 value, u32 size)
{
	u32 unused = 32 - 8 * size;

	return size ? (u32)((s32)(value << unused) >> unused) : 0;
}

static void take_prefix(struct insn *i, u8 byte, u8 code_size)
{
	switch (byte) {
	case 0x26:
		i->segment = SEG_ES;
		break;
	case 0x2E:
		i->segment = SEG_CS;
		break;
	case 0x36:
		i->segment = SEG_SS;
		break;
	case 0x3E:
		i->segment = SEG_DS;
		break;
	case 0x64:
		i->segment = SEG_FS;
		break;
	case 0x65:
		i->segment = SEG_GS;
		break;
	case 0x66: /* the other size than the code segment's */
		i->op_size = 6 - code_size;
		break;
	case 0x67:
		i->addr_size = 6 - code_size;
		break;
	case 0xF0:
		i->lock = true;
		break;
	default: /* F2, F3: the last one counts */
		i->repne = byte == 0xF2;
		i->rep = byte == 0xF3;
	}
}

/* Prefixes in any order and number, then an opcode of one byte, or 0F and another. */
static int take_opcode(struct cursor *c, struct insn *i)
{
	u8 code_size = i->op_size;
	u32 byte;
	int err;

	while (!(err = take(c, 1, &byte)) && byte != 0x0F && one_byte_map[byte] & OPC_PREFIX)
		take_prefix(i, byte, code_size);
	if (!err && byte == 0x0F) {
		i->two_byte = true;
		err = take(c, 1, &byte);
	}
	i->opcode = byte;
	return err;
}

/* SDM 2, table 2-1: [bx+si] and its like, mod 0 with rm 6 is a bare displacement. */
static int take_address16(struct cursor *c, struct insn *i)
{
	u32 value;
	int err;

	if (i->mod == 2 || (i->mod == 0 && i->rm == 6))
		i->disp_size = 2;
	else if (i->mod == 1)
		i->disp_size = 1;
	err = take(c, i->disp_size, &value);
	i->disp = sign_extend(value, i->disp_size);
	return err;
}

/* SDM 2, tables 2-2 and 2-3: rm 4 announces a SIB byte, mod 0 with base 5 a bare displacement. */
static int take_address32(struct cursor *c, struct insn *i)
{
	u32 value, base = i->rm;
	int err;

	if (i->rm == 4) {
		err = take(c, 1, &value);
		if (err)
			return err;
		i->has_sib = true;
		i->scale = value >> 6;
		i->index = value >> 3 & 7;
		i->base = base = value & 7;
	}
	if (i->mod == 2 || (i->mod == 0 && base == 5))
		i->disp_size = 4;
	else if (i->mod == 1)
		i->disp_size = 1;
	err = take(c, i->disp_size, &value);
	i->disp = sign_extend(value, i->disp_size);
	return err;
}

/* Is there such an instruction, and may it be locked? */
static bool defined(const struct insn *i, u16 flags, u8 modrm)
{
	bool memory = i->has_modrm && i->mod != 3, may_lock = memory && flags & OPC_LOCK;

	if (flags & OPC_GROUP) {
		const struct opcode_group *g = opcode_group(i->opcode | (i->two_byte ? 0x0F00 : 0));

		if (!((memory ? g->mem : g->reg) >> i->reg & 1))
			return false;
		may_lock |= memory && g->lock >> i->reg & 1;
	}
	if (!i->two_byte && i->opcode >= 0xD8 && i->opcode <= 0xDF &&
	    !x87_defined(i->opcode, modrm))
		return false;
	return may_lock || !i->lock;
}

static int take_modrm(struct cursor *c, struct insn *i, u16 flags)
{
	u32 modrm;
	int err = take(c, 1, &modrm);

	if (err)
		return err;
	i->has_modrm = true;
	i->mod = flags & OPC_REGS ? 3 : modrm >> 6;
	i->reg = modrm >> 3 & 7;
	i->rm = modrm & 7;
	if (!defined(i, flags, modrm))
		return UNDEFINED;
	if (i->mod == 3)
		return 0;
	return i->addr_size == 2 ? take_address16(c, i) : take_address32(c, i);
}

static int take_immediate(struct cursor *c, struct insn *i, u16 flags)
{
	u32 second = 0;
	int err;

	if (flags & OPC_TEST && i->reg < 2)
		flags |= i->byte ? OPC_IMM8 : OPC_IMMZ;
	if (flags & OPC_MOFFS) {
		i->disp_size = i->addr_size;
		return take(c, i->disp_size, (u32 *)&i->disp);
	}
	if (flags & OPC_FAR || (flags & OPC_IMM16 && flags & OPC_IMM8)) {
		i->imm_size = flags & OPC_FAR ? 6 : 3;
		err = take(c, flags & OPC_FAR ? i->op_size : 2, &i->imm);
		if (!err)
			err = take(c, flags & OPC_FAR ? 2 : 1, &second);
		i->imm2 = second;
		return err;
	}
	if (flags & OPC_IMM8)
		i->imm_size = 1;
	else if (flags & OPC_IMM16)
		i->imm_size = 2;
	else if (flags & OPC_IMMZ)
		i->imm_size = i->op_size;
	return take(c, i->imm_size, &i->imm);
}

int insn_decode_sized(const u8 *bytes, u32 n, u8 code_size, struct insn *out)
{
	struct cursor c = {bytes, n, 0};
	u16 flags;
	int err;

	memset(out, 0, sizeof(*out));
	out->op_size = out->addr_size = code_size;
	out->segment = -1;
	err = take_opcode(&c, out);
	if (err)
		return err;
	flags = out->two_byte ? two_byte_map[out->opcode] : one_byte_map[out->opcode];
	out->byte = flags & OPC_BYTE;
	if (flags & OPC_UNDEF || (!(flags & OPC_MODRM) && out->lock))
		return UNDEFINED;
	if (flags & OPC_MODRM)
		err = take_modrm(&c, out, flags);
	if (!err)
		err = take_immediate(&c, out, flags);
	out->len = c.pos;
	if (!err)
		out->op = insn_op(out);
	return err;
}

int insn_decode(const u8 *bytes, u32 n, struct insn *out)
{
	return insn_decode_sized(bytes, n, 4, out);
}

s32 insn_imm(const struct insn *i)
{
	return sign_extend(i->imm, i->imm_size == 1 || i->imm_size == 2 ? i->imm_size : 4);
}

enum branch insn_branch(const struct insn *i, u32 next, u32 *target)
{
	enum branch kind = BRANCH_NONE;

	if (i->two_byte) {
		if ((i->opcode & 0xF0) == 0x80) /* jcc rel32 */
			kind = BRANCH_PERHAPS;
	} else if ((i->opcode & 0xF0) == 0x70 || (i->opcode & 0xFC) == 0xE0) { /* jcc, loop */
		kind = BRANCH_PERHAPS;
	} else if (i->opcode == 0xEB || i->opcode == 0xE9) { /* jmp */
		kind = BRANCH_ALWAYS;
	} else if (i->opcode == 0xE8) {
		kind = BRANCH_CALL;
	} else if (i->opcode == 0xC2 || i->opcode == 0xC3 || (i->opcode == 0xFF && i->reg == 4)) {
		return BRANCH_SOMEWHERE; /* ret, jmp by a register or memory */
	} else if (i->opcode == 0xFF && i->reg == 2) {
		return BRANCH_CALL_SOMEWHERE;
	}
	if (kind == BRANCH_NONE)
		return kind;
	if (i->op_size == 2) /* cuts EIP to 16 bits */
		return kind == BRANCH_CALL ? BRANCH_CALL_SOMEWHERE : BRANCH_SOMEWHERE;
	*target = next + (i->imm_size == 1 ? (u32)(s8)i->imm : i->imm);
	return kind;
}
