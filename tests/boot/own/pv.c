/* pv.c: own.h on Xen's interface. SSE is not its own: that it has none must stay so. DR6 is. Powers
 * off if all was right, or says what was not, and crashes. */
#include <trapline/xen/xen.h>
#include "../../kit/hypercall.h"
#include "own.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define BASE	     0xC0000000u

PV_START("own", "main", "8192",
	 "debug: incl struck\n"
	 "	iret\n"
	 "nm:	incl no_fpu\n" /* the hypervisor has cleared TS */
	 "	iret\n"
	 "ud:	incl no_sse\n"
	 "	addl $3, (%esp)\n"
	 "	iret\n");
extern u8 debug[], nm[], ud[];

static const struct start_info *si;
static u32 ldt[1024] PAGE_ALIGNED;
static u32 dr6;

void main(const struct start_info *info);

static void say(const char *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	HCALL(console_io, 0, n, (u32)s, 0);
}

static void __attribute__((noreturn)) end(const char *wrong)
{
	if (wrong) {
		say("own: not as it was: ");
		say(wrong);
		say("\n");
	}
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_shutdown, wrong ? SHUTDOWN_crash : SHUTDOWN_poweroff,
		      0, 0);
}

static void watch(u32 control)
{
	HCALL(set_debugreg, 7, 0x400, 0, 0);
	for (u32 i = 0; i < WORDS; i++)
		HCALL(set_debugreg, i, (u32)&watched[i], 0, 0);
	HCALL(set_debugreg, 7, control, 0, 0);
}

static void set_ts(void)
{
	HCALL(fpu_taskswitch, 1, 0, 0, 0);
}

static void give_way(void)
{
	HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
}

static const char *special(bool filling)
{
	if (filling) {
		dr6 = rnd() & 0xF;
		HCALL(set_debugreg, 6, dr6, 0, 0);
		return (void *)0;
	}
	if ((HCALL(get_debugreg, 6, 0, 0, 0) & 0xF) != (s32)dr6)
		return "DR6";
	no_sse = 0;
	asm volatile("xorps %xmm0, %xmm0");
	return no_sse == 1 ? (void *)0 : "CR4";
}

/* It ends with entry `last`: another's may be shorter. */
static void load_ldt(u32 last)
{
	struct mmuext_op op = {MMUEXT_SET_LDT, (u32)ldt, last + 1};
	u32 mfn = ((const u32 *)si->mfn_list)[((u32)ldt - BASE) / 4096];

	ldt[2 * last] = (u32)&own_word << 16 | 0xFF;
	ldt[2 * last + 1] =
	    ((u32)&own_word & 0xFF000000) | 0x0040B200 | ((u32)&own_word >> 16 & 0xFF);
	if (HCALL(update_va_mapping, (u32)ldt, mfn << 12 | 0x61, 0, UVMF_INVLPG) ||
	    HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF))
		end("set_ldt");
}

void main(const struct start_info *info)
{
	u32 selectors[] = {0, FLAT_RING1_DS, 0}, last;
	static struct trap_info traps[] = {{1, 0, FLAT_RING1_CS, (u32)debug},
					   {6, 0, FLAT_RING1_CS, (u32)ud},
					   {7, 0, FLAT_RING1_CS, (u32)nm},
					   {0}};
	si = info;
	for (const char *p = (const char *)si->cmd_line; *p; p++)
		state = state * 31 + *p;
	own_word = rnd() ^ 0x5A5A;
	HCALL(set_trap_table, (u32)traps, 0, 0, 0);
	last = 1 + rnd() % 511;
	selectors[2] = last * 8 | 5; /* ring 1 */
	load_ldt(last);
	end(live(selectors, 3));
}
