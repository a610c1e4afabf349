/* emulate.h: the emulator's parts among themselves: one instruction being emulated. */
#ifndef HV_EMULATE_H
#define HV_EMULATE_H

#include "cpu/gate.h"
#include "dom/deliver.h"
#include "dom/segments.h"
#include "insn/insn.h"
#include "lib/string.h"

/*
 * A handler changes registers only when nothing can go wrong any more. It returns EMUL_DONE, or
 * EMUL_EXCEPTION after queueing one; emulate.c then moves on to `next`.
 */
struct emulation {
	struct vcpu *v;
	struct cpu_regs *regs;
	struct insn insn;
	u32 next;	/* EIP afterwards: the next instruction, unless the handler knows better */
	u32 access;	/* rights to memory: 0 for ring 1, PF_US for ring 3 */
	u32 value;	/* for the trace: what was read or written, or where it goes to */
	bool undefined; /* what is at EIP is no instruction */
	bool single_step; /* TF was set: #DB follows. mov ss and int n clear this */
	u32 struck;	  /* breakpoints on data that it touched, as bits of DR6: the same */
};
typedef enum emul emul_handler(struct emulation *e);

/** The ring in which the guest believes the instruction to be: 0 or 3. */
static inline u32 cpl_of(const struct emulation *e)
{
	return e->access ? 3 : 0;
}

/** Queue an exception: `return emul_raise(e, VEC_GP, 0);` */
static inline enum emul emul_raise(struct emulation *e, u8 vec, u32 err)
{
	inject_exception(e->v, vec, err);
	return EMUL_EXCEPTION;
}
/** Queue a page fault. */
static inline enum emul emul_fault(struct emulation *e, const struct guest_fault *pf)
{
	inject_page_fault(e->v, pf);
	return EMUL_EXCEPTION;
}

/* emulate.c */

/** Fetch, without patches, and decode what is at EIP. */
enum emul emul_begin(struct emulation *e, struct vcpu *v);
/** Call the handler and, if it is done, move on: EIP, RF, single step, trace (as `op`). */
enum emul emul_execute(struct emulation *e, emul_handler *handler, u8 op);

/* operand.c: registers, addresses, memory and the stack. The functions that return bool return
 * false with an exception queued. */

/** General register `n` (eax ecx edx ebx esp ebp esi edi; with size 1 al cl dl bl ah ch dh bh). */
u32 reg_get(const struct cpu_regs *r, u8 n, u32 size);
void reg_set(struct cpu_regs *r, u8 n, u32 size, u32 val);
/** Offset of the memory operand in its segment, and which segment that is (prefix or default). */
u32 insn_effective_address(const struct vcpu *v, const struct insn *i);
enum seg insn_operand_segment(const struct insn *i);
/** Linear address of `len` bytes at seg:offset, after the checks of segmentation. */
bool linear_address(struct emulation *e, enum seg seg, u32 offset, u32 len, bool write, u32 *la);
/** Every access that an instruction makes goes through these two, which check the guest's data
 * breakpoints. `access`
 * is e->access, or 0 for what the CPU does itself as ring 0; PF_W where a write will follow. */
bool linear_read(struct emulation *e, u32 la, void *dst, u32 len, u32 access);
bool linear_write(struct emulation *e, u32 la, const void *src, u32 len, u32 access);
bool mem_read(struct emulation *e, enum seg seg, u32 offset, void *dst, u32 len);
bool mem_write(struct emulation *e, enum seg seg, u32 offset, const void *src, u32 len);
/** The memory operand of the instruction, `len` bytes from it on. */
bool operand_read(struct emulation *e, void *dst, u32 len);
bool operand_write(struct emulation *e, const void *src, u32 len);
/** The operand that ModRM.rm names, register or memory. */
bool rm_read(struct emulation *e, u32 size, u32 *val);
bool rm_write(struct emulation *e, u32 size, u32 val);
/** Push `n` items of `size` bytes, the last one to the lowest address: all of them, or none. */
bool stack_push(struct emulation *e, const u32 *items, u32 n, u32 size);
#define MAX_PARAMETERS 31 /* that a call gate may copy from stack to stack */
/** Read `n` items of `size` bytes, from `skip` bytes above ESP on; ESP does not move. */
bool stack_peek(struct emulation *e, u32 skip, u32 *items, u32 n, u32 size);
/** Add to ESP (or SP, on a 16-bit stack). */
void stack_drop(struct emulation *e, u32 bytes);

/* emulate_cr.c */
extern emul_handler emulate_mov_from_cr, emulate_mov_to_cr, emulate_lmsw, emulate_smsw,
    emulate_clts, emulate_invlpg, emulate_rdmsr, emulate_wrmsr, emulate_wbinvd, emulate_rdpmc,
    emulate_rdtsc;
/* emulate_debug.c */
extern emul_handler emulate_mov_from_dr, emulate_mov_to_dr;
/* emulate_table.c */
extern emul_handler emulate_lgdt, emulate_lidt, emulate_sgdt, emulate_sidt, emulate_lldt,
    emulate_sldt, emulate_ltr, emulate_str, emulate_lar, emulate_lsl, emulate_verr;
/* emulate_seg.c */
extern emul_handler emulate_mov_from_seg, emulate_mov_to_seg, emulate_push_seg, emulate_pop_seg,
    emulate_load_far_ptr;
/* emulate_far.c */
extern emul_handler emulate_jmp_far, emulate_call_far, emulate_ret_far, emulate_iret, emulate_int_n;
/* For ring 3, where that differs most; the others look at e->access. */
extern emul_handler emulate_user_iret, emulate_user_popf;
/** Go on at selector:offset, which have been checked; the selector's RPL is the new CPL. */
enum emul far_go(struct emulation *e, u16 selector, u32 offset);
/** emulate_real.c: the same in real mode. @param pushed CS and EIP for a call, or NULL */
enum emul far_real(struct emulation *e, u16 selector, u32 offset, const u32 *pushed);
/* emulate_gate.c */
/** A far jmp or call that names a gate or a TSS. @return EMUL_UNKNOWN if the selector is neither */
enum emul far_through_gate(struct emulation *e, u16 selector, bool call);
/** End the domain: its processor has no such thing. @return EMUL_DONE, as there is no more */
enum emul far_forbidden(struct emulation *e, u16 selector, const char *text);
/* emulate_flags.c */
extern emul_handler emulate_pushf, emulate_popf, emulate_cli, emulate_sti, emulate_hlt;
/** Change the bits of `mask` in the guest's EFLAGS, virtual IF and IOPL included. */
void set_guest_eflags(struct vcpu *v, u32 val, u32 mask);
/** What popf and iret may change in ring 0, with an operand of `size` bytes. */
u32 changeable_eflags(u32 size);
/** The same in ring 3: IF only if the guest's IOPL is 3, IOPL never. */
u32 user_changeable_eflags(const struct vcpu *v, u32 size);
/* emulate_io.c */
extern emul_handler emulate_in, emulate_out;
/** The port: DX, or a byte in the code (E4 to E7). */
u16 insn_port(const struct emulation *e);
/** Are the bits of the instruction's ports clear in the map at this linear address? */
bool port_map_allows(const struct emulation *e, vaddr_t map);
/** Does the guest's TSS let ring 3 use the instruction's ports (SDM 1, 13.5.2)? */
bool port_allowed(const struct emulation *e);

/* Data instructions. They return EMUL_UNKNOWN where a form does not write to memory. */

/* write_alu.c */
extern emul_handler write_alu, write_alu_imm, write_shift, write_group3, write_group5, write_bit,
    write_bit_imm, write_double_shift, write_arpl, write_cmpxchg, write_cmpxchg8b, write_xadd,
    write_xchg, write_setcc;
/* write_stack.c */
extern emul_handler write_push_reg, write_push_imm, write_push_rm, write_pusha, write_call,
    write_call_rm, write_enter, write_pop;
/* write_string.c */
extern emul_handler write_movs, write_stos;
/** How many bytes the operands of a data instruction have. */
static inline u32 operand_size(const struct insn *i)
{
	return i->byte ? 1 : i->op_size;
}
/** ECX, ESI and EDI, which are 16 bits wide with 16-bit addresses; move one of them on. */
enum { REG_CX = 1, REG_SI = 6, REG_DI = 7 };
u32 index_get(const struct emulation *e, u8 reg);
void index_add(struct emulation *e, u8 reg, s32 by);

#endif
