/*
 * x86.h: the processor's structures and bits, by the Intel SDM's own names (volume 3A), and the
 * few instructions that C cannot say.
 */
#ifndef HV_X86_H
#define HV_X86_H

/* Page-directory and page-table entries (SDM 3A 4.3), and #PF error-code bits (4.7). */
#define PTE_P		0x001u
#define PTE_RW		0x002u
#define PTE_US		0x004u
#define PTE_PWT		0x008u
#define PTE_PCD		0x010u
#define PTE_A		0x020u
#define PTE_D		0x040u
#define PTE_PS		0x080u /* page-directory entry: maps 4 MiB */
#define PTE_G		0x100u
#define PTE_AVAIL	0xE00u
#define PTE_FRAME	0xFFFFF000u
#define PTE_FLAGS	0x00000FFFu
#define PDE_LARGE_FRAME 0xFFC00000u
#define NR_PTES		1024u

#define PF_P	0x1u /* protection violation, not a missing page */
#define PF_W	0x2u /* a write */
#define PF_US	0x4u /* from ring 3 */
#define PF_RSVD 0x8u

#define CR0_PE	       0x00000001u
#define CR0_MP	       0x00000002u
#define CR0_EM	       0x00000004u
#define CR0_TS	       0x00000008u
#define CR0_ET	       0x00000010u
#define CR0_NE	       0x00000020u
#define CR0_WP	       0x00010000u
#define CR0_AM	       0x00040000u
#define CR0_NW	       0x20000000u
#define CR0_CD	       0x40000000u
#define CR0_PG	       0x80000000u
#define CR4_VME	       0x001u
#define CR4_PVI	       0x002u
#define CR4_TSD	       0x004u
#define CR4_DE	       0x008u
#define CR4_PSE	       0x010u
#define CR4_PAE	       0x020u
#define CR4_MCE	       0x040u
#define CR4_PGE	       0x080u
#define CR4_PCE	       0x100u
#define CR4_OSFXSR     0x200u
#define CR4_OSXMMEXCPT 0x400u

#define EFL_CF	       0x00000001u
#define EFL_FIXED      0x00000002u /* always one */
#define EFL_PF	       0x00000004u
#define EFL_AF	       0x00000010u
#define EFL_ZF	       0x00000040u
#define EFL_SF	       0x00000080u
#define EFL_TF	       0x00000100u
#define EFL_IF	       0x00000200u
#define EFL_DF	       0x00000400u
#define EFL_OF	       0x00000800u
#define EFL_IOPL       0x00003000u
#define EFL_IOPL_SHIFT 12
#define EFL_NT	       0x00004000u
#define EFL_RF	       0x00010000u
#define EFL_VM	       0x00020000u
#define EFL_AC	       0x00040000u
#define EFL_VIF	       0x00080000u
#define EFL_VIP	       0x00100000u
#define EFL_ID	       0x00200000u

/* DR6 (SDM 3B 17.2.3). */
#define DR6_BREAKPOINTS 0xFu
#define DR6_BD		0x2000u /* debug registers touched under DR7.GD */
#define DR6_BS		0x4000u /* single step */
#define DR6_ONES	0xFFFF0FF0u
#define DR6_ZEROS	0x00001000u
/* DR7 (SDM 3B 17.2.4); of breakpoint n: enable bits, length and kind of access. */
#define DR7_ENABLED	   0xFFu /* any of the four */
#define DR7_GD		   0x00002000u
#define DR7_ONES	   0x00000400u
#define DR7_ZEROS	   0x0000D800u
#define DR7_ENABLE(n)	   (3u << 2 * (n))
#define DR7_EXECUTE(n)	   (1u << 2 * (n)) /* local enable; length and kind 0: execution */
#define DR7_KIND(n)	   (15u << (16 + 4 * (n)))
#define DR7_ACCESS(dr7, n) ((dr7) >> (16 + 4 * (n)) & 3)
#define DR7_SIZE(dr7, n)   (((dr7) >> (18 + 4 * (n)) & 3) + 1)

/* Vectors (SDM 3A 6.3). */
enum {
	VEC_DE = 0,
	VEC_DB = 1,
	VEC_NMI = 2,
	VEC_BP = 3,
	VEC_OF = 4,
	VEC_BR = 5,
	VEC_UD = 6,
	VEC_NM = 7,
	VEC_DF = 8,
	VEC_TS = 10,
	VEC_NP = 11,
	VEC_SS = 12,
	VEC_GP = 13,
	VEC_PF = 14,
	VEC_MF = 16,
	VEC_AC = 17,
	VEC_MC = 18,
	VEC_XM = 19,
	NR_EXCEPTIONS = 32,
	VEC_IRQ0 = 0x20,
	NR_IRQS = 16,
};
#define ERR_EXT 0x1u /* selector error codes (SDM 3A 6.13) */
#define ERR_IDT 0x2u
#define ERR_TI	0x4u

#define SEL_RPL 3u
#define SEL_TI	4u

/* Segment descriptors (SDM 3A 3.4.5), high word. */
#define DESC_TYPE(hi)  (((hi) >> 8) & 0xFu)
#define DESC_A	       0x00000100u /* accessed */
#define DESC_RW	       0x00000200u /* writable data, readable code */
#define DESC_EC	       0x00000400u /* expand-down data, conforming code */
#define DESC_CODE      0x00000800u
#define DESC_S	       0x00001000u /* code or data, not a system segment */
#define DESC_DPL       0x00006000u
#define DESC_DPL_SHIFT 13
#define DESC_P	       0x00008000u
#define DESC_DB	       0x00400000u
#define DESC_G	       0x00800000u
enum {
	DESC_LDT = 2,
	DESC_TASK_GATE = 5,
	DESC_TSS_AVAIL = 9,
	DESC_TSS_BUSY = 11,
	DESC_CALL_GATE = 12,
	DESC_INTR_GATE = 14,
	DESC_TRAP_GATE = 15
};
#define GATE_WIDE 8u /* in a gate's type: it works on 32-bit words, not 16 */

#ifndef __ASSEMBLER__
#include <trapline/types.h>

struct desc {
	u32 lo, hi;
};

static inline u32 desc_base(struct desc d)
{
	return (d.lo >> 16) | ((d.hi & 0xFF) << 16) | (d.hi & 0xFF000000u);
}
/** The offset of the segment's last byte, in bytes. */
static inline u32 desc_limit(struct desc d)
{
	u32 limit = (d.lo & 0xFFFF) | (d.hi & 0x000F0000u);
	return d.hi & DESC_G ? (limit << 12) | 0xFFF : limit;
}
static inline u32 desc_dpl(struct desc d)
{
	return (d.hi & DESC_DPL) >> DESC_DPL_SHIFT;
}

/** The task-state segment (SDM 3A 7.2.1): only the stacks and the I/O map base matter here. */
struct tss {
	u16 link, r0;
	u32 esp0;
	u16 ss0, r1;
	u32 esp1;
	u16 ss1, r2;
	u32 esp2;
	u16 ss2, r3;
	u32 cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u16 es, r4, cs, r5, ss, r6, ds, r7, fs, r8, gs, r9, ldt, r10, trace, iomap;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "tss");

/**
 * The registers of whoever was interrupted, as the gate saves them: lowest address first. For a
 * trap from ring 0 the last two are not there.
 */
struct cpu_regs {
	u32 gs, fs, es, ds;
	u32 edi, esi, ebp, esp_unused, ebx, edx, ecx, eax; /* pushal */
	u32 vec, err;
	u32 eip, cs, eflags, esp, ss;
};

/** Bit `n` of an array of words, as it was; set_bit() sets it. */
static inline bool test_bit(const u32 *words, u32 n)
{
	bool was;

	asm("btl %2, %1" : "=@ccc"(was) : "m"(*(const u32(*)[])words), "r"(n));
	return was;
}
static inline bool set_bit(u32 *words, u32 n)
{
	bool was;

	asm("btsl %2, %1" : "=@ccc"(was), "+m"(*(u32(*)[])words) : "r"(n));
	return was;
}

/** Read a model-specific register. @return false if there is none of this number */
bool rdmsr_safe(u32 msr, u64 *val);

#ifdef TRAPLINE_HOST_TEST /* the test is the machine */
void outb(u16 port, u8 val);
u8 inb(u16 port);
u64 rdtsc(void);
u32 read_cr2(void);
u32 read_cr3(void);
void write_cr3(u32 v);
void invlpg(u32 va);
void write_debug(const u32 at[4], u32 dr7);
u32 take_debug_status(void);
void write_cr0(u32 v);
u32 read_cr0(void);
void write_cr4(u32 v);
u32 read_cr4(void);
#else
static inline void outb(u16 port, u8 val)
{
	asm volatile("outb %0, %1" : : "a"(val), "Nd"(port));
}
static inline u8 inb(u16 port)
{
	u8 val;
	asm volatile("inb %1, %0" : "=a"(val) : "Nd"(port));
	return val;
}
static inline u64 rdtsc(void)
{
	u64 t;
	asm volatile("rdtsc" : "=A"(t));
	return t;
}
static inline u32 read_cr0(void)
{
	u32 v;
	asm volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}
static inline void write_cr0(u32 v)
{
	asm volatile("mov %0, %%cr0" : : "r"(v) : "memory");
}
static inline u32 read_cr2(void)
{
	u32 v;
	asm volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}
static inline u32 read_cr3(void)
{
	u32 v;
	asm volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}
static inline void write_cr3(u32 v)
{
	asm volatile("mov %0, %%cr3" : : "r"(v) : "memory");
}
static inline u32 read_cr4(void)
{
	u32 v;
	asm volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}
static inline void write_cr4(u32 v)
{
	asm volatile("mov %0, %%cr4" : : "r"(v) : "memory");
}
static inline void invlpg(u32 va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}
static inline void write_dr7(u32 v)
{
	asm volatile("mov %0, %%dr7" : : "r"(v));
}
/** Set DR0 to DR3 and DR7. */
static inline void write_debug(const u32 at[4], u32 dr7)
{
	asm volatile("mov %0, %%dr0" : : "r"(at[0]));
	asm volatile("mov %0, %%dr1" : : "r"(at[1]));
	asm volatile("mov %0, %%dr2" : : "r"(at[2]));
	asm volatile("mov %0, %%dr3" : : "r"(at[3]));
	write_dr7(dr7);
}
static inline u32 read_dr6(void)
{
	u32 v;
	asm volatile("mov %%dr6, %0" : "=r"(v));
	return v;
}
static inline void write_dr6(u32 v)
{
	asm volatile("mov %0, %%dr6" : : "r"(v));
}
/** Read DR6 and clear it: the CPU never does. */
static inline u32 take_debug_status(void)
{
	u32 v = read_dr6();

	write_dr6(0);
	return v;
}
#endif
#endif
#endif
