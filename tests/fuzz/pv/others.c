/* others.c: random calls about everything but page tables. */
#include "crowd.h"

#define DR_OK 0x00800000u

void gen_set_gdt(struct call *c, bool nested)
{
	u32 n = one_in(4) ? random_below(15) : 1 + random_below(3), *list = scratch(16 * 4);

	(void)nested;
	for (u32 i = 0; i < 16; i++)
		list[i] = any_mfn();
	*c = (struct call){__HYPERVISOR_set_gdt,
			   {in_va(list), one_in(8) ? any_word() : random_below(n * 512 + 1)}};
}

/* Descriptors that are good, or bad in one way: the words are the SDM's (3A 3.4.5). */
void descriptor(u32 *lo, u32 *hi)
{
	static const u32 his[] = {0x00CFFB00, 0x00CFF300, 0x00CFBB00, 0x00CF9B00, 0x00CF9300,
				  0x00C0B300, 0x0000EC00, 0x0000E500, 0x00008900, 0x00008200,
				  0x0000EE00, 0x00CFF700, 0x00CFB700, 0xFCC0B200, 0x00000000};
	static const u32 los[] = {0x0000FFFF, 0xE0190000, 0xE0080000, 0x00000000, 0xFFFFFFFF};

	*lo = one_in(16) ? random32() : random_of(los);
	*hi = one_in(16) ? random32() : random_of(his);
}

void gen_update_descriptor(struct call *c, bool nested)
{
	u32 pa = pool_mfn[random_below(NR_POOL)] << 12 | random_below(128) * 8;

	(void)nested;
	if (one_in(8))
		pa = any_entry_address() & ~(one_in(2) ? 0u : 7u);
	*c = (struct call){__HYPERVISOR_update_descriptor, {pa}};
	descriptor(&c->arg[2], &c->arg[3]);
	/* Two entries of a kernel's table at once, or of a directory's? Those are not for this. */
	if (one_in(16))
		c->arg[1] = any_word();
}

static u32 handler(bool nested)
{
	if (nested || one_in(2))
		return (u32)trap_stubs;
	return bad_va();
}

static u32 selector(void)
{
	static const u32 sels[] = {
	    FLAT_RING1_CS, FLAT_RING1_CS, FLAT_RING3_CS, 0xE008, 0xE010, 8, 9,
	    0xD,	   0xFFFF,	  0x10019,	 0};

	return random_of(sels);
}

/* A handler is needed until the call returns, if the call is one of several. */
void gen_traps(struct call *c, bool nested)
{
	u32 n = 1 + random_below(80);
	struct trap_info *t = scratch((n + 1) * sizeof(*t));

	for (u32 i = 0; i < n; i++) {
		u8 vector = nested ? 32 + random_below(224) : random32();

		t[i] = (struct trap_info){vector, random_below(16), selector(), handler(nested)};
		if (!one_in(8))
			t[i].cs = FLAT_RING1_CS;
	}
	*c = (struct call){__HYPERVISOR_set_trap_table, {in_va(t)}};
	if (!nested && one_in(8))
		c->arg[0] = 0;
}

void gen_stack(struct call *c, bool nested)
{
	static const u32 sels[] = {FLAT_RING1_SS, FLAT_RING1_SS, FLAT_RING3_SS, 0xE010, 0, 0xD};

	(void)nested;
	*c = (struct call){__HYPERVISOR_stack_switch, {random_of(sels), any_word()}};
}

void gen_callbacks(struct call *c, bool nested)
{
	u32 to = nested || one_in(2) ? (u32)event_callback : bad_va();
	struct {
		u16 type, flags;
		u32 cs, eip;
	} *r = scratch(sizeof(*r));

	if (one_in(2)) {
		*c = (struct call){__HYPERVISOR_set_callbacks, {selector(), to, selector(), to}};
		if (nested) /* an event may come before the next call */
			c->arg[0] = FLAT_RING1_CS;
		return;
	}
	r->type = random_below(3);
	r->flags = random_below(2);
	r->cs = nested ? FLAT_RING1_CS : selector();
	r->eip = to;
	*c = (struct call){__HYPERVISOR_callback_op, {random_below(3), in_va(r)}};
}

/* Breakpoints only where nothing of the kernel's is. */
void gen_debugreg(struct call *c, bool nested)
{
	u32 nr = one_in(16) ? any_word() : random_below(8), val;

	(void)nested;
	val = nr < 4 ? (one_in(2) ? bad_va() : DR_OK + random_below(PAGE_SIZE)) : random32();
	if (nr == 7 && one_in(2))
		val = 0x400 | (random32() & 0xFF) | (random32() & 0x33330000);
	*c = (struct call){one_in(4) ? __HYPERVISOR_get_debugreg : __HYPERVISOR_set_debugreg,
			   {nr, val}};
}

/* What appears on the console must be told from what we say: tildes. */
void gen_console(struct call *c, bool nested)
{
	static const char tildes[] = "~~~~~~~~~~~~~~~";

	(void)nested;
	if (one_in(3))
		*c = (struct call){__HYPERVISOR_console_io,
				   {CONSOLEIO_read, random_below(300), out_va()}};
	else
		*c = (struct call){__HYPERVISOR_console_io,
				   {CONSOLEIO_write, random_below(sizeof(tildes)), (u32)tildes}};
	if (one_in(4))
		c->arg[2] = bad_va();
	if (one_in(16))
		c->arg[0] = 2 + random_below(100);
}

void gen_event(struct call *c, bool nested)
{
	u32 cmd = random_below(11), *w = scratch(32), port = random_below(24);

	(void)nested;
	w[0] = w[1] = w[2] = one_in(16) ? any_word() : port;
	switch (cmd) {
	case EVTCHNOP_bind_virq:
		w[1] = one_in(8);
		break;
	case EVTCHNOP_bind_ipi:
		w[0] = one_in(8);
		break;
	case EVTCHNOP_alloc_unbound:
	case EVTCHNOP_bind_interdomain:
		w[0] = one_in(4)   ? any_word()
		       : one_in(2) ? DOMID_SELF
				   : DOMID_SELF << 16 | DOMID_SELF;
		break;
	case EVTCHNOP_status:
		w[0] = one_in(8) ? any_word() : DOMID_SELF;
		break;
	}
	if (one_in(8)) {
		u32 *compat = scratch(36);

		compat[0] = cmd;
		memcpy(compat + 1, w, 32);
		*c = (struct call){__HYPERVISOR_event_channel_op_compat, {in_va(compat)}};
		return;
	}
	*c = (struct call){__HYPERVISOR_event_channel_op,
			   {one_in(32) ? any_word() : cmd, one_in(8) ? out_va() : in_va(w)}};
}

void gen_timer(struct call *c, bool nested)
{
	(void)nested;
	*c = (struct call){__HYPERVISOR_set_timer_op,
			   {any_word(), one_in(2) ? random_below(4) : any_word()}};
}

/* Not block, which may last, and not shutdown, which ends; nor a poll without an end. */
void gen_sched(struct call *c, bool nested)
{
	static const u32 cmds[] = {SCHEDOP_yield, SCHEDOP_poll, 4, 5, ~0u};

	(void)nested;
	if (one_in(2)) {
		u32 *w = scratch(16);

		w[0] = in_va(scratch(8));
		w[1] = one_in(4) ? any_word() : random_below(3);
		w[2] = 1 + random_below(1 << 24); /* the timeout, in ns since the machine began */
		w[3] = 0;
		*c = (struct call){__HYPERVISOR_sched_op, {SCHEDOP_poll, in_va(w)}};
		return;
	}
	*c = (struct call){one_in(2) ? __HYPERVISOR_sched_op : __HYPERVISOR_sched_op_compat,
			   {random_of(cmds), one_in(2) ? 0 : bad_va()}};
}

void gen_version(struct call *c, bool nested)
{
	(void)nested;
	*c = (struct call){__HYPERVISOR_xen_version, {random_below(10), out_va()}};
}

/* In a crowd these are made by those who know what they do to others. */
static bool concerns_others(u32 nr)
{
	return nr == __HYPERVISOR_event_channel_op || nr == __HYPERVISOR_event_channel_op_compat ||
	       nr == __HYPERVISOR_grant_table_op;
}

/* Any number and any words, but for what could end the guest or read its own memory as requests. */
void gen_garbage(struct call *c, bool nested)
{
	(void)nested;
	do {
		c->nr = one_in(8) ? any_word() : random_below(XEN_NR_HYPERCALLS);
		for (u32 i = 0; i < ARRAY_SIZE(c->arg); i++)
			c->arg[i] = any_word();
	} while (c->nr == __HYPERVISOR_iret || c->nr == __HYPERVISOR_sched_op ||
		 c->nr == __HYPERVISOR_sched_op_compat || c->nr == __HYPERVISOR_set_trap_table ||
		 c->nr == __HYPERVISOR_set_callbacks || c->nr == __HYPERVISOR_callback_op ||
		 c->nr == __HYPERVISOR_console_io || c->nr == __HYPERVISOR_multicall ||
		 c->nr == __HYPERVISOR_set_debugreg || c->nr == __HYPERVISOR_memory_op ||
		 c->nr == __HYPERVISOR_vm_assist || c->nr == __HYPERVISOR_update_descriptor ||
		 (nr_siblings && c->nr == __HYPERVISOR_vcpu_op) ||
		 (in_crowd && concerns_others(c->nr)));
	if (c->nr == __HYPERVISOR_update_va_mapping)
		c->arg[0] = any_va();
	/* The batches only from where nothing can be read: see any_word(). */
	if (c->nr == __HYPERVISOR_mmuext_op || c->nr == __HYPERVISOR_mmu_update)
		c->arg[0] = bad_va();
}
