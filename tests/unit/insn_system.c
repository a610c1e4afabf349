/*
 * insn_system.c: system instructions emulated for a ring-1 kernel give what ring 0 of bare hardware
 * would have shown: values, flags, faults, and nothing half done.
 */
#include "hv_mock.h"

u32 vdev_ready(const struct vdev *d, u16 port)
{
	(void)d, (void)port;
	return 0; /* no disk's data */
}
u32 vdev_move(struct vdev *d, void *data, u32 n, bool out)
{
	(void)d, (void)data, (void)n, (void)out;
	return 0;
}
u32 vdev_in(struct vcpu *v, u16 port, u8 size)
{
	(void)v;
	mock.io_port = port;
	mock.io_size = size;
	return 0xA1B2C3D4u + mock.io_count++;
}

void vdev_out(struct vcpu *v, u16 port, u8 size, u32 val)
{
	(void)v;
	mock.io_port = port;
	mock.io_size = size;
	mock.io_value = val;
	mock.io_count++;
}

static int start(void **state)
{
	(void)state;
	mock_start();
	return 0;
}

static void put_word(u32 va, u32 val)
{
	mock_put(va, &val, 4);
}

static u32 stack_word(u32 n)
{
	return mock_word(mock.regs.esp + 4 * n);
}

static void rewind_code(void)
{
	mock.regs.eip = MOCK_CODE;
	mock.injected = 0;
}

/* ---- flags ---- */

static void pushf_shows_the_virtual_if_and_iopl(void **state)
{
	(void)state;
	vcpu->virt.intr_flag = 0;
	mock.regs.eflags = EFL_FIXED | EFL_IF | EFL_CF | EFL_RF;
	DONE(emulate_system, "\x9C");
	assert_int_equal(stack_word(0), EFL_FIXED | EFL_CF);
	vcpu->virt.intr_flag = 1;
	vcpu->virt.iopl = 3;
	DONE(emulate_system, "\x9C");
	assert_int_equal(stack_word(0), EFL_FIXED | EFL_CF | EFL_IF | EFL_IOPL);
	mock.regs.esp = MOCK_STACK;
	DONE(emulate_system, "\x66\x9C");
	assert_int_equal(mock.regs.esp, MOCK_STACK - 2);
	assert_int_equal(mock_word(mock.regs.esp) & 0xFFFF, EFL_FIXED | EFL_CF | EFL_IF | EFL_IOPL);
}

static void popf_changes_the_virtual_if_and_never_the_real_one(void **state)
{
	(void)state;
	mock.regs.esp -= 4;
	put_word(mock.regs.esp, 0xFFFFFFFF);
	DONE(emulate_system, "\x9D");
	assert_int_equal(mock.regs.esp, MOCK_STACK);
	assert_int_equal(vcpu->virt.intr_flag, 1);
	assert_int_equal(vcpu->virt.iopl, 3);
	assert_int_equal(mock.regs.eflags, EFL_FIXED | EFL_IF | EFL_CF | EFL_PF | EFL_AF | EFL_ZF |
					       EFL_SF | EFL_TF | EFL_DF | EFL_OF | EFL_NT | EFL_AC |
					       EFL_ID);
	mock.injected = 0;
	mock.regs.esp -= 4;
	put_word(mock.regs.esp, 0);
	mock.regs.eflags &= ~EFL_TF;
	DONE(emulate_system, "\x9D");
	assert_int_equal(vcpu->virt.intr_flag, 0);
	assert_int_equal(vcpu->virt.iopl, 0);
	assert_int_equal(mock.regs.eflags, EFL_FIXED | EFL_IF);
	/* 16 bits leave the upper half alone. */
	mock.regs.eflags |= EFL_AC;
	mock.regs.esp -= 2;
	mock_put(mock.regs.esp, "\x01\x02", 2);
	DONE(emulate_system, "\x66\x9D");
	assert_int_equal(mock.regs.eflags, EFL_FIXED | EFL_IF | EFL_AC | EFL_CF);
	assert_int_equal(vcpu->virt.intr_flag, 1);
}

static void sti_holds_interrupts_off_for_one_instruction(void **state)
{
	(void)state;
	DONE(emulate_system, "\xFB");
	assert_true(vcpu->virt.intr_flag && vcpu->virt.intr_shadow);
	DONE(emulate_system, "\xFB"); /* was on already */
	assert_true(vcpu->virt.intr_flag && !vcpu->virt.intr_shadow);
	DONE(emulate_system, "\xFA");
	assert_false(vcpu->virt.intr_flag);
	DONE(emulate_system, "\xFB");
	assert_true(vcpu->virt.intr_shadow);
	DONE(emulate_system, "\xF4"); /* sti; hlt */
	assert_false(vcpu->virt.intr_shadow);
	assert_true(vcpu->blocked);
	assert_true(mock.regs.eflags & EFL_IF);
}

static void our_own_single_step_is_never_seen(void **state)
{
	(void)state;
	vcpu->virt.intr_shadow = vcpu->virt.stepping = 1;
	mock.regs.eflags |= EFL_TF;
	DONE(emulate_system, "\x9C"); /* pushf */
	assert_false(stack_word(0) & EFL_TF);
	assert_false(mock.regs.eflags & EFL_TF);
	assert_true(!vcpu->virt.stepping && !vcpu->virt.intr_shadow);
}

static void hlt_with_interrupts_off_ends_the_domain(void **state)
{
	(void)state;
	DONE(emulate_system, "\xF4");
	assert_true(mock.killed && mock.kill_reason == END_crash);
}

static void a_single_stepped_instruction_is_followed_by_a_debug_exception(void **state)
{
	(void)state;
	mock.regs.eflags |= EFL_TF;
	assert_int_equal(SYSTEM("\xFA"), EMUL_DONE);
	assert_int_equal(mock.regs.eip, MOCK_CODE + 1);
	assert_true(mock.injected == 1 && mock.vec == VEC_DB);
	assert_true(vcpu->virt.dr[6] & 0x4000);
	/* popf that sets TF: not after itself, but after the next one. */
	mock_start();
	mock.regs.esp -= 4;
	put_word(mock.regs.esp, EFL_TF);
	DONE(emulate_system, "\x9D");
	assert_true(mock.regs.eflags & EFL_TF);
	/* mov ss: the next instruction is covered too. */
	mock_start();
	mock.regs.eflags |= EFL_TF;
	mock.regs.eax = K_DS;
	DONE(emulate_system, "\x8E\xD0");
	assert_true(vcpu->virt.intr_shadow);
}

/* ---- control registers ---- */

static void control_registers_are_virtual(void **state)
{
	(void)state;
	mock.regs.ebx = CR0_PE | CR0_PG | CR0_WP | 0x40;
	DONE(emulate_system, "\x0F\x22\xC3"); /* mov %ebx, %cr0 */
	assert_int_equal(vcpu->virt.cr0, CR0_PE | CR0_PG | CR0_WP | CR0_ET);
	assert_int_equal(mock.cr_changes, 1);
	DONE(emulate_system, "\x0F\x20\xC1"); /* mov %cr0, %ecx */
	assert_int_equal(mock.regs.ecx, vcpu->virt.cr0);
	mock.regs.eax = 0x00123FFF;
	vcpu->virt.cr3 = 0x5000;
	DONE(emulate_system, "\x0F\x22\xD8");
	assert_int_equal(vcpu->virt.cr3, 0x00123018);
	assert_int_equal(mock.old_cr3, 0x5000);
	DONE(emulate_system, "\x0F\x22\xD8"); /* the same again: still a flush */
	assert_int_equal(mock.cr_changes, 3);
	DONE(emulate_system, "\x0F\x20\xDE"); /* mov %cr3, %esi */
	assert_int_equal(mock.regs.esi, 0x00123018);
	mock.regs.eax = 0xDEADBEEF;
	DONE(emulate_system, "\x0F\x22\xD0");
	DONE(emulate_system, "\x0F\x20\xD7"); /* mov %cr2, %edi */
	assert_int_equal(mock.regs.edi, 0xDEADBEEF);
	assert_int_equal(mock.cr_changes, 3);
	mock.regs.eax = CR4_PSE | CR4_PGE | CR4_TSD | CR4_DE | CR4_MCE;
	DONE(emulate_system, "\x0F\x22\xE0");
	assert_int_equal(mock.cr_changes, 4);
	DONE(emulate_system, "\x0F\x20\xE2"); /* mov %cr4, %edx */
	assert_int_equal(mock.regs.edx, mock.regs.eax);
}

static void bad_values_for_control_registers_are_refused(void **state)
{
	(void)state;
	mock.regs.eax = CR0_PG;
	RAISES("\x0F\x22\xC0", VEC_GP, 0);
	mock.regs.eax = CR0_PE | CR0_NW;
	RAISES("\x0F\x22\xC0", VEC_GP, 0);
	mock.regs.eax = CR4_PAE;
	RAISES("\x0F\x22\xE0", VEC_GP, 0);
	mock.regs.eax = CR4_VME;
	RAISES("\x0F\x22\xE0", VEC_GP, 0);
	mock.regs.eax = 0x80000000;
	RAISES("\x0F\x22\xE0", VEC_GP, 0);
	assert_int_equal(mock.cr_changes, 0);
	assert_int_equal(vcpu->virt.cr0, CR0_PE | CR0_ET);
	mock.regs.eax = CR0_ET;
	SYSTEM("\x0F\x22\xC0");
	assert_true(mock.killed && mock.kill_reason == END_forbidden);
}

static void lmsw_and_smsw_see_the_virtual_cr0(void **state)
{
	(void)state;
	vcpu->virt.cr0 = CR0_PE | CR0_ET | CR0_WP | CR0_PG;
	mock.regs.ecx = CR0_TS | CR0_MP; /* PE cannot be cleared */
	DONE(emulate_system, "\x0F\x01\xF1");
	assert_int_equal(vcpu->virt.cr0, CR0_PE | CR0_ET | CR0_WP | CR0_PG | CR0_TS | CR0_MP);
	assert_int_equal(mock.cr_changes, 1);
	mock.regs.edx = 0xFFFFFFFF;
	DONE(emulate_system, "\x0F\x01\xE2"); /* smsw %edx */
	assert_int_equal(mock.regs.edx, vcpu->virt.cr0);
	mock.regs.edx = 0xFFFFFFFF;
	DONE(emulate_system, "\x66\x0F\x01\xE2"); /* smsw %dx */
	assert_int_equal(mock.regs.edx, 0xFFFF0000 | (vcpu->virt.cr0 & 0xFFFF));
	put_word(MOCK_DATA, 0xFFFFFFFF);
	mock.regs.esi = MOCK_DATA;
	DONE(emulate_system, "\x0F\x01\x26"); /* smsw (%esi): 16 bits */
	assert_int_equal(mock_word(MOCK_DATA), 0xFFFF0000 | (vcpu->virt.cr0 & 0xFFFF));
	DONE(emulate_system, "\x0F\x06"); /* clts */
	assert_int_equal(vcpu->virt.cr0 & CR0_TS, 0);
	put_word(MOCK_DATA, CR0_EM);
	DONE(emulate_system, "\x0F\x01\x36"); /* lmsw (%esi) */
	assert_int_equal(vcpu->virt.cr0 & 0xF, CR0_PE | CR0_EM);
}

static void invlpg_takes_an_address_and_touches_nothing(void **state)
{
	(void)state;
	mock.regs.eax = 0xC0001234;
	DONE(emulate_system, "\x0F\x01\x38");
	assert_int_equal(mock.invlpg_va, 0xC0001234);
	mock.regs.es = BASED_DS;
	mock.regs.eax = 0x10;
	DONE(emulate_system, "\x26\x0F\x01\x38");
	assert_int_equal(mock.invlpg_va, 0x1010);
	assert_int_equal(mock.flushes, 2);
}

static void debug_registers_are_virtual(void **state)
{
	(void)state;
	mock.regs.ebx = 0x12345678;
	DONE(emulate_system, "\x0F\x23\xC3"); /* mov %ebx, %dr0 */
	DONE(emulate_system, "\x0F\x21\xC1"); /* mov %dr0, %ecx */
	assert_int_equal(mock.regs.ecx, 0x12345678);
	DONE(emulate_system, "\x0F\x21\xF1"); /* mov %dr6, %ecx */
	assert_int_equal(mock.regs.ecx, 0xFFFF0FF0);
	DONE(emulate_system, "\x0F\x21\xF9"); /* mov %dr7, %ecx */
	assert_int_equal(mock.regs.ecx, 0x400);
	mock.regs.eax = 0x155;
	DONE(emulate_system, "\x0F\x23\xE8"); /* dr5 is dr7 */
	DONE(emulate_system, "\x0F\x21\xF9");
	assert_int_equal(mock.regs.ecx, 0x555);
	vcpu->virt.cr4 = CR4_DE;
	RAISES("\x0F\x23\xE8", VEC_UD, 0);
	vcpu->virt.dr[7] |= 0x2000; /* GD */
	RAISES("\x0F\x21\xC1", VEC_DB, 0);
	assert_true(vcpu->virt.dr[6] & 0x2000);
	DONE(emulate_system, "\x0F\x21\xC1"); /* GD is off again */
}

static void model_specific_registers(void **state)
{
	(void)state;
	mock.regs.ecx = 0x1B; /* of a local APIC, which there is none */
	RAISES("\x0F\x32", VEC_GP, 0);
	RAISES("\x0F\x30", VEC_GP, 0);
	mock.regs.ecx = 0x10;
	DONE(emulate_system, "\x0F\x32");
	assert_true(mock.regs.eax || mock.regs.edx);
	mock.regs.ecx = 0xC0000080;
	RAISES("\x0F\x32", VEC_GP, 0);
	RAISES("\x0F\x30", VEC_GP, 0);
	RAISES("\x0F\x33", VEC_GP, 0);
	DONE(emulate_system, "\x0F\x09");
	DONE(emulate_system, "\x0F\x08");
}

/* ---- descriptor tables ---- */

static void table_registers_come_back_as_they_were_loaded(void **state)
{
	(void)state;
	mock.regs.ebx = MOCK_DATA;
	mock_put(MOCK_DATA, "\x67\x00\x00\x20\x00\x80", 6);
	DONE(emulate_system, "\x0F\x01\x1B");	  /* lidt (%ebx) */
	DONE(emulate_system, "\x0F\x01\x4B\x08"); /* sidt 8(%ebx) */
	assert_memory_equal(mock.mem + MOCK_DATA, mock.mem + MOCK_DATA + 8, 6);
	assert_int_equal(vcpu->virt.idt.base, 0x80002000);
	DONE(emulate_system, "\x66\x0F\x01\x1B"); /* 16-bit: a 24-bit base */
	assert_int_equal(vcpu->virt.idt.base, 0x00002000);
	DONE(emulate_system, "\x0F\x01\x43\x10"); /* sgdt 16(%ebx) */
	assert_int_equal(mock_word(MOCK_DATA + 0x12), MOCK_GDT);
	assert_int_equal(mock.mem[MOCK_DATA + 0x10], LAST_SEL + 7);
	assert_int_equal(mock.mem[MOCK_DATA + 0x16], 0);
}

static void lgdt_fills_the_real_table_without_ring_0(void **state)
{
	struct desc d = mock_desc(0x12345000, 0x0FFF, FLAT_ACCESS | DESC_A);

	(void)state;
	mock_put(MOCK_DATA + 0x100 + K_DS, &d, 8);
	d.hi |= DESC_CODE;
	mock_put(MOCK_DATA + 0x100 + K_CS, &d, 8);
	mock.regs.ebx = MOCK_DATA;
	mock_put(MOCK_DATA, "\x1F\x00\x00\x01\x03\x00", 6);
	DONE(emulate_system, "\x0F\x01\x13");
	assert_int_equal(desc_dpl(mock.gdt[K_DS / 8]), 1);
	assert_int_equal(desc_base(mock.gdt[K_DS / 8]), 0x12345000);
	assert_true(mock.gdt[K_DS / 8].hi & DESC_A);
	for (u32 k = 0; k < GATE_SHADOW_RESERVED / 8; k++)
		if (mock.gdt[k].hi & DESC_P)
			assert_true(desc_dpl(mock.gdt[k]) > 0 && mock.gdt[k].hi & DESC_S);
	assert_int_equal(mock.gdt[U_DS / 8].hi, 0); /* beyond the new limit */
	/* The guest's own copy is as it was. */
	assert_int_equal(desc_dpl(*(struct desc *)(mock.mem + MOCK_DATA + 0x100 + K_DS)), 0);
	assert_true(mock_frames[(MOCK_DATA + 0x100) >> PAGE_SHIFT].flags & FRAME_WATCHED);
}

static void more_of_a_long_table_is_copied_when_it_is_used(void **state)
{
	struct desc d = mock_desc(0x7000, 0xFFF, FLAT_ACCESS | DPL(3));

	(void)state;
	mock_put(MOCK_GDT + 0x9008, &d, 8);
	vcpu->virt.gdt.limit = 0xFFFF;
	segments_sync(vcpu);
	assert_false(mock_frames[(MOCK_GDT + 0x9008) >> PAGE_SHIFT].flags & FRAME_WATCHED);
	assert_false(segments_extend(vcpu, 0x0FF8)); /* that is copied already */
	assert_false(segments_extend(vcpu, 0x9008 | ERR_EXT));
	assert_false(segments_extend(vcpu, 0x9008 | ERR_IDT));
	assert_false(segments_extend(vcpu, 0x9008 | SEL_TI)); /* there is no LDT */
	assert_false(segments_extend(vcpu, GATE_SHADOW_RESERVED));
	assert_true(segments_extend(vcpu, 0x9008));
	assert_int_equal(mock.extended, 1);
	assert_int_equal(desc_base(mock.gdt[0x9008 / 8]), 0x7000);
	assert_true(mock_frames[(MOCK_GDT + 0x9008) >> PAGE_SHIFT].flags & FRAME_WATCHED);
	assert_false(segments_extend(vcpu, 0x9008));
	vcpu->virt.gdt.limit = 0xAFFF;
	assert_false(segments_extend(vcpu, 0xB000)); /* beyond the table */
	assert_false(mock.killed);
	mock.no_memory = true;
	assert_true(segments_extend(vcpu, 0xA008));
	assert_int_equal(mock.kill_reason, END_no_memory);
}

static void a_new_table_does_not_pull_the_ground_away(void **state)
{
	struct desc before = mock.gdt[K_CS / 8];

	(void)state;
	mock.regs.ebx = MOCK_DATA;
	mock_put(MOCK_DATA, "\x1F\x00\x00\x01\x03\x00", 6); /* empty */
	DONE(emulate_system, "\x0F\x01\x13");
	assert_memory_equal(&mock.gdt[K_CS / 8], &before, 8);
	assert_true(mock.gdt[K_DS / 8].hi & DESC_P);
	/* Once it runs on another, the stale one goes with the next change. */
	mock.regs.cs = GATE_SHADOW_RESERVED + GATE_SEL_RING1_CS + 1;
	segments_sync(vcpu);
	assert_int_equal(mock.gdt[K_CS / 8].hi, 0);
}

static void a_write_to_the_gdt_is_followed(void **state)
{
	struct desc d = mock_desc(0x7000, 0xFFF, FLAT_ACCESS);

	(void)state;
	mock_put(MOCK_GDT + (U_DS & ~7), &d, 8);
	segments_written(vcpu, MOCK_GDT - 64, 64);
	assert_int_equal(desc_base(mock.gdt[U_DS / 8]), 0);
	segments_written(vcpu, MOCK_GDT + U_DS, 4);
	assert_int_equal(desc_base(mock.gdt[U_DS / 8]), 0x7000);
}

static void lldt_and_ltr_check_and_remember(void **state)
{
	(void)state;
	mock.regs.eax = LDT_SEL;
	DONE(emulate_system, "\x0F\x00\xD0");
	assert_true(vcpu->virt.ldt.base == 0x5000 && vcpu->virt.ldt.limit == 0x1F);
	mock.regs.ecx = 0xFFFFFFFF;
	DONE(emulate_system, "\x0F\x00\xC1"); /* sldt %ecx */
	assert_int_equal(mock.regs.ecx, LDT_SEL);
	mock.regs.eax = TSS_SEL;
	RAISES("\x0F\x00\xD0", VEC_GP, TSS_SEL);
	mock.regs.eax = LAST_SEL + 8;
	RAISES("\x0F\x00\xD0", VEC_GP, LAST_SEL + 8);
	mock.regs.eax = 3; /* null: no LDT */
	DONE(emulate_system, "\x0F\x00\xD0");
	assert_int_equal(vcpu->virt.ldt.limit, 0);

	RAISES("\x0F\x00\xD8", VEC_GP, 0); /* ltr of null */
	mock.regs.eax = LDT_SEL;
	RAISES("\x0F\x00\xD8", VEC_GP, LDT_SEL);
	mock.regs.eax = TSS_SEL;
	DONE(emulate_system, "\x0F\x00\xD8");
	assert_true(vcpu->virt.tr.base == MOCK_TSS && vcpu->virt.tr.limit == 103);
	assert_int_equal(DESC_TYPE(mock_word(MOCK_GDT + TSS_SEL + 4)), DESC_TSS_BUSY);
	RAISES("\x0F\x00\xD8", VEC_GP, TSS_SEL); /* busy */
	mock.regs.edi = MOCK_DATA;
	put_word(MOCK_DATA, 0xFFFFFFFF);
	DONE(emulate_system, "\x0F\x00\x0F"); /* str (%edi): 16 bits */
	assert_int_equal(mock_word(MOCK_DATA), 0xFFFF0000 | TSS_SEL);
	put_word(MOCK_GDT + TSS_SEL + 4, DESC_TSS_AVAIL << 8); /* not present */
	RAISES("\x0F\x00\xD8", VEC_NP, TSS_SEL);
}

static void lar_shows(u32 sel, bool yes, u32 rights)
{
	mock.regs.ecx = sel;
	mock.regs.eax = 0x11111111;
	mock.regs.eflags ^= EFL_ZF;
	DONE(emulate_system, "\x0F\x02\xC1");
	assert_int_equal(!!(mock.regs.eflags & EFL_ZF), yes);
	assert_int_equal(mock.regs.eax, yes ? rights : 0x11111111);
}

static void lar_shows_the_guests_descriptors(void **state)
{
	(void)state;
	lar_shows(K_CS, true, 0x00C09B00); /* DPL 0 */
	lar_shows(K_DS, true, 0x00C09300);
	lar_shows(K_DS | 3, false, 0); /* RPL counts */
	lar_shows(U_CS, true, 0x00C0FA00);
	lar_shows(CONFORMING_CS | 3, true, 0x00C09F00);
	lar_shows(ABSENT_DS, true, 0x00C01200);
	lar_shows(TSS_SEL, true, 0x00008900);
	lar_shows(LDT_SEL, true, 0x00008200);
	lar_shows(GATE_SEL, true, 0x00008C00);
	lar_shows(0, false, 0);
	lar_shows(LAST_SEL + 8, false, 0);
	mock.regs.ecx = K_CS;
	mock.regs.eax = 0x11111111;
	DONE(emulate_system, "\x66\x0F\x02\xC1"); /* 16 bits */
	assert_int_equal(mock.regs.eax, 0x11119B00);
}

static void lsl_shows_the_guests_limits(void **state)
{
	(void)state;
	mock.regs.ecx = K_CS;
	DONE(emulate_system, "\x0F\x03\xC1");
	assert_true(mock.regs.eflags & EFL_ZF && mock.regs.eax == 0xFFFFFFFF);
	mock.regs.ecx = TSS_SEL;
	DONE(emulate_system, "\x0F\x03\xC1");
	assert_true(mock.regs.eflags & EFL_ZF && mock.regs.eax == 103);
	mock.regs.ecx = GATE_SEL; /* has none */
	DONE(emulate_system, "\x0F\x03\xC1");
	assert_true(!(mock.regs.eflags & EFL_ZF) && mock.regs.eax == 103);
}

static bool verifies(bool write, u16 sel)
{
	mock.regs.eax = sel;
	if (write)
		DONE(emulate_system, "\x0F\x00\xE8");
	else
		DONE(emulate_system, "\x0F\x00\xE0");
	return mock.regs.eflags & EFL_ZF;
}

static void verr_and_verw(void **state)
{
	(void)state;
	assert_true(verifies(false, K_CS));
	assert_true(verifies(false, K_DS));
	assert_false(verifies(true, K_CS));
	assert_true(verifies(true, K_DS));
	assert_true(verifies(true, U_DS));
	assert_false(verifies(true, K_DS | 3));
	assert_false(verifies(true, READONLY_DS));
	assert_true(verifies(false, READONLY_DS));
	assert_false(verifies(false, TSS_SEL));
	assert_false(verifies(false, 0));
	assert_false(verifies(false, LAST_SEL + 8));
}

/* ---- segment registers ---- */

static void selectors_are_read_with_rpl_0(void **state)
{
	(void)state;
	mock.regs.eax = 0xFFFFFFFF;
	DONE(emulate_system, "\x8C\xC8"); /* mov %cs, %eax: zeroes above */
	assert_int_equal(mock.regs.eax, K_CS);
	mock.regs.eax = 0xFFFFFFFF;
	DONE(emulate_system, "\x66\x8C\xD0"); /* mov %ss, %ax */
	assert_int_equal(mock.regs.eax, 0xFFFF0000 | K_DS);
	mock.regs.ebx = MOCK_DATA;
	put_word(MOCK_DATA, 0xFFFFFFFF);
	DONE(emulate_system, "\x8C\x0B"); /* mov %cs, (%ebx): 16 bits */
	assert_int_equal(mock_word(MOCK_DATA), 0xFFFF0000 | K_CS);
	put_word(MOCK_STACK - 4, 0xFFFFFFFF);
	DONE(emulate_system, "\x0E"); /* push %cs */
	assert_int_equal(stack_word(0), K_CS);
	DONE(emulate_system, "\x16"); /* push %ss */
	assert_int_equal(stack_word(0), K_DS);
	mock.regs.fs = U_DS;
	DONE(emulate_system, "\x0F\xA0"); /* push %fs */
	assert_int_equal(stack_word(0), U_DS);
	mock.regs.esp = MOCK_STACK;
	DONE(emulate_system, "\x66\x0E");
	assert_int_equal(mock.regs.esp, MOCK_STACK - 2);
}

static void selectors_are_loaded_with_the_checks_of_ring_0(void **state)
{
	(void)state;
	mock.regs.eax = K_DS;
	DONE(emulate_system, "\x8E\xD0"); /* mov %ax, %ss */
	assert_int_equal(mock.regs.ss, K_DS | 1);
	assert_true(vcpu->virt.intr_shadow);
	DONE(emulate_system, "\x8E\xD8"); /* mov %ax, %ds */
	assert_int_equal(mock.regs.ds, K_DS);
	assert_false(vcpu->virt.intr_shadow);
	mock.regs.eax = 3; /* null */
	DONE(emulate_system, "\x8E\xC0");
	assert_int_equal(mock.regs.es, 3);
	RAISES("\x8E\xD0", VEC_GP, 0); /* null into ss */
	mock.regs.eax = U_DS;
	DONE(emulate_system, "\x8E\xE0"); /* fs */
	assert_int_equal(mock.regs.fs, U_DS);
	RAISES("\x8E\xD0", VEC_GP, U_DS & ~3); /* ss of ring 3 */
	mock.regs.eax = K_DS | 1;
	RAISES("\x8E\xD8", VEC_GP, K_DS); /* RPL 1 > DPL 0: as ring 0 has it */
	mock.regs.eax = LAST_SEL + 8;
	RAISES("\x8E\xD8", VEC_GP, LAST_SEL + 8);
	mock.regs.eax = TSS_SEL;
	RAISES("\x8E\xD8", VEC_GP, TSS_SEL);
	mock.regs.eax = ABSENT_DS;
	RAISES("\x8E\xD8", VEC_NP, ABSENT_DS);
	RAISES("\x8E\xD0", VEC_SS, ABSENT_DS);
	mock.regs.eax = READONLY_DS;
	RAISES("\x8E\xD0", VEC_GP, READONLY_DS);
	mock.regs.eax = K_CS;
	DONE(emulate_system, "\x8E\xD8"); /* readable code */
	RAISES("\x8E\xD0", VEC_GP, K_CS);
}

static void selectors_are_popped(void **state)
{
	(void)state;
	mock.regs.esp -= 8;
	put_word(mock.regs.esp, 0x55550000 | U_DS);
	put_word(mock.regs.esp + 4, K_DS);
	DONE(emulate_system, "\x1F"); /* pop %ds */
	assert_int_equal(mock.regs.ds, U_DS);
	DONE(emulate_system, "\x17"); /* pop %ss */
	assert_int_equal(mock.regs.ss, K_DS | 1);
	assert_int_equal(mock.regs.esp, MOCK_STACK);
	assert_true(vcpu->virt.intr_shadow);
	mock.regs.esp -= 4;
	put_word(mock.regs.esp, TSS_SEL);
	RAISES("\x0F\xA9", VEC_GP, TSS_SEL); /* pop %gs: esp stays */
}

static void far_pointers_load_both_or_neither(void **state)
{
	(void)state;
	mock.regs.ebx = MOCK_DATA;
	mock_put(MOCK_DATA, "\x78\x56\x34\x12\x23\x00", 6);
	DONE(emulate_system, "\xC4\x33"); /* les (%ebx), %esi */
	assert_true(mock.regs.es == U_DS && mock.regs.esi == 0x12345678);
	mock_put(MOCK_DATA, "\x00\x10\x02\x00\x10\x00", 6);
	DONE(emulate_system, "\x0F\xB2\x23"); /* lss (%ebx), %esp */
	assert_true(mock.regs.ss == (K_DS | 1) && mock.regs.esp == 0x21000);
	mock_put(MOCK_DATA, "\x34\x12\x10\x00", 4);
	mock.regs.edi = 0xFFFFFFFF;
	DONE(emulate_system, "\x66\x0F\xB5\x3B"); /* lgs (%ebx), %di */
	assert_true(mock.regs.gs == K_DS && mock.regs.edi == 0xFFFF1234);
	mock_put(MOCK_DATA, "\x34\x12\x00\x00\x28\x00", 6);
	RAISES("\xC5\x3B", VEC_GP, TSS_SEL);
}

static void loading_sets_the_accessed_bit(void **state)
{
	(void)state;
	assert_false(mock_word(MOCK_GDT + (U_DS & ~7) + 4) & DESC_A);
	mock.regs.eax = U_DS;
	DONE(emulate_system, "\x8E\xD8");
	assert_true(mock_word(MOCK_GDT + (U_DS & ~7) + 4) & DESC_A);
}

/* The CPU says not present, because the real descriptor is not as long as the guest's is fresh. */
static void the_first_use_by_the_cpu_sets_it_too(void **state)
{
	(void)state;
	assert_false(mock.gdt[U_DS / 8].hi & DESC_P);
	assert_true(first_use(vcpu, U_DS & ~SEL_RPL));
	assert_true(mock.gdt[U_DS / 8].hi & DESC_P && desc_dpl(mock.gdt[U_DS / 8]) == 3);
	assert_true(mock_word(MOCK_GDT + (U_DS & ~7) + 4) & DESC_A);
	/* Any other reason is the guest's affair. */
	assert_false(first_use(vcpu, U_DS & ~SEL_RPL));
	assert_false(first_use(vcpu, ABSENT_DS));
	assert_false(first_use(vcpu, TSS_SEL));
	assert_false(first_use(vcpu, (BASED_DS) | ERR_EXT));
	assert_false(first_use(vcpu, LAST_SEL + 8));
	assert_false(first_use(vcpu, 0));
	assert_int_equal(mock.injected, 0);
}

static void a_null_selector_keeps_its_rpl(void **state)
{
	(void)state;
	mock.regs.eax = 2;
	DONE(emulate_system, "\x8E\xE0"); /* mov %eax, %fs */
	assert_true(vcpu->domain->catch_reads);
	mock.regs.fs = 0;		  /* as the CPU makes of it */
	DONE(emulate_system, "\x8C\xE1"); /* mov %fs, %ecx */
	assert_int_equal(mock.regs.ecx, 2);
	mock.regs.eax = 0;
	DONE(emulate_system, "\x8E\xE0");
	DONE(emulate_system, "\x8C\xE1");
	assert_int_equal(mock.regs.ecx, 0);
	mock.regs.eax = K_DS;
	DONE(emulate_system, "\x8E\xE0");
	DONE(emulate_system, "\x8C\xE1");
	assert_int_equal(mock.regs.ecx, K_DS);
}

/* A new DPL under a selector that is loaded: the old descriptor stays until another is loaded. */
static void a_loaded_segment_does_not_become_useless(void **state)
{
	struct desc old;

	(void)state;
	mock.regs.eax = U_DS;
	DONE(emulate_system, "\x8E\xE0"); /* mov %eax, %fs */
	old = mock.gdt[U_DS / 8];
	put_word(MOCK_GDT + (U_DS & ~7) + 4, FLAT_ACCESS | DESC_A | 0xF0000);
	segments_sync(vcpu);
	assert_memory_equal(&mock.gdt[U_DS / 8], &old, sizeof(old));
	mock.regs.fs = 0;
	segments_sync(vcpu);
	assert_int_equal(desc_dpl(mock.gdt[U_DS / 8]), 1);
}

static void a_watched_word_is_struck_by_what_we_emulate(void **state)
{
	(void)state;
	mock.regs.ebx = vcpu->virt.dr[1] = MOCK_DATA;
	vcpu->virt.dr[7] = 0x8 | 0xDu << 20;			 /* DR1, four bytes, writes */
	assert_int_equal(SYSTEM("\x0F\x01\x63\x03"), EMUL_DONE); /* smsw 3(%ebx) */
	assert_true(mock.injected == 1 && mock.vec == VEC_DB && vcpu->virt.dr[6] == 2);
	assert_int_equal(mock.regs.eip, MOCK_CODE + 4);
	rewind_code();
	vcpu->virt.dr[6] = 0;
	DONE(emulate_system, "\x0F\x01\x63\x04"); /* beside it */
	mock.regs.edx = 1;
	DONE(emulate_system, "\x0F\x01\x33"); /* lmsw (%ebx) only reads */
	vcpu->virt.dr[7] |= 2u << 20;
	assert_int_equal(SYSTEM("\x0F\x01\x33"), EMUL_DONE);
	assert_true(mock.injected == 1 && vcpu->virt.dr[6] == 2);
	/* Not if the instruction fails. */
	rewind_code();
	mock.regs.ebx = MOCK_DATA + PAGE_SIZE - 4;
	vcpu->virt.dr[1] = MOCK_DATA + PAGE_SIZE - 4;
	mock.rights[(MOCK_DATA >> PAGE_SHIFT) + 1] = 0;
	assert_int_equal(SYSTEM("\x0F\x01\x03"), EMUL_EXCEPTION); /* sgdt (%ebx) */
	assert_true(mock.injected == 1 && mock.vec == VEC_PF);
}

/* ---- far transfers ---- */

static void far_jumps_and_calls(void **state)
{
	(void)state;
	mock.regs.cs = GATE_BOOT_CS;
	assert_int_equal(SYSTEM("\xEA\x00\x20\x01\x00\x08\x00"), EMUL_DONE);
	assert_true(mock.regs.cs == (K_CS | 1) && mock.regs.eip == 0x12000);
	mock.regs.ebx = MOCK_DATA;
	mock_put(MOCK_DATA, "\x00\x30\x01\x00\x08\x00", 6);
	assert_int_equal(SYSTEM("\xFF\x1B"), EMUL_DONE); /* lcall *(%ebx) */
	assert_int_equal(mock.regs.eip, 0x13000);
	assert_true(stack_word(0) == 0x12002 && stack_word(1) == K_CS);
	assert_int_equal(SYSTEM("\xCB"), EMUL_DONE); /* lret */
	assert_true(mock.regs.eip == 0x12002 && mock.regs.cs == (K_CS | 1));
	assert_int_equal(mock.regs.esp, MOCK_STACK);
	assert_int_equal(SYSTEM("\x9A\x00\x40\x01\x00\x08\x00"), EMUL_DONE);
	assert_int_equal(stack_word(0), 0x12009);
	assert_int_equal(SYSTEM("\xCA\x08\x00"), EMUL_DONE); /* lret $8 */
	assert_int_equal(mock.regs.esp, MOCK_STACK + 8);
	assert_int_equal(SYSTEM("\xFF\x2B"), EMUL_DONE); /* ljmp *(%ebx) */
	assert_int_equal(mock.regs.eip, 0x13000);
	assert_int_equal(mock.injected, 0);
}

static void bad_far_jumps_are_refused(void **state)
{
	(void)state;
	RAISES("\xEA\x00\x20\x01\x00\x00\x00", VEC_GP, 0);
	RAISES("\xEA\x00\x20\x01\x00\x10\x00", VEC_GP, K_DS);
	RAISES("\xEA\x00\x20\x01\x00\x1B\x00", VEC_GP, U_CS & ~3);
	RAISES("\xEA\x00\x20\x01\x00\x09\x00", VEC_GP, K_CS); /* RPL 1, as ring 0 has it */
	RAISES("\xEA\x00\x20\x01\x00\x30\x00", VEC_NP, ABSENT_CS);
	RAISES("\xEA\x00\x20\x01\x00\x68\x00", VEC_GP, 0x68);
	mock.rights[(MOCK_STACK - 1) >> PAGE_SHIFT] = 0;
	RAISES("\x9A\x00\x20\x01\x00\x08\x00", VEC_PF, PF_W); /* cs stays */
	assert_int_equal(SYSTEM("\xEA\x00\x20\x01\x00\x50\x00"), EMUL_DONE);
	assert_int_equal(mock.regs.cs, CONFORMING_CS | 1);
}

/* ---- call gates ---- */

static void put_gate(u32 cs, u32 type_dpl_count)
{
	put_word(MOCK_GDT + GATE_SEL, cs << 16 | 0x3000);
	put_word(MOCK_GDT + GATE_SEL + 4, 0x10000 | DESC_P | type_dpl_count);
}
#define CALL_GATE(n) ((n) << DESC_DPL_SHIFT | DESC_CALL_GATE << 8)
#define CALL	     "\x9A\x00\x00\x00\x00\x60\x00"
#define CALL_RPL3    "\x9A\x00\x00\x00\x00\x63\x00"

static void a_call_gate_within_the_kernel(void **state)
{
	(void)state;
	put_gate(K_CS, CALL_GATE(0));
	assert_int_equal(SYSTEM(CALL), EMUL_DONE);
	assert_true(mock.regs.cs == (K_CS | 1) && mock.regs.eip == 0x13000);
	assert_true(stack_word(0) == MOCK_CODE + 7 && stack_word(1) == K_CS);
	rewind_code();
	put_gate(K_CS, (CALL_GATE(0)) & ~0x800u); /* 16 bits */
	assert_int_equal(SYSTEM(CALL), EMUL_DONE);
	assert_int_equal(mock.regs.eip, 0x3000);
	assert_int_equal(stack_word(0), K_CS << 16 | ((MOCK_CODE + 7) & 0xFFFF));
	rewind_code();
	RAISES(CALL_RPL3, VEC_GP, GATE_SEL);
	put_gate(ABSENT_CS, CALL_GATE(0));
	RAISES(CALL, VEC_NP, ABSENT_CS);
	put_gate(K_DS, CALL_GATE(0));
	RAISES(CALL, VEC_GP, K_DS);
	put_gate(U_CS, CALL_GATE(0));
	RAISES(CALL, VEC_GP, U_CS & ~3);
	put_gate(0, CALL_GATE(0));
	RAISES(CALL, VEC_GP, 0);
	put_word(MOCK_GDT + GATE_SEL + 4, CALL_GATE(0)); /* not present */
	RAISES(CALL, VEC_NP, GATE_SEL);
	put_gate(TSS_SEL, DESC_TASK_GATE << 8);
	assert_int_equal(SYSTEM(CALL), EMUL_DONE);
	assert_true(mock.killed && mock.kill_reason == END_forbidden);
}

/* An application at MOCK_CODE with three words on its stack. */
static void start_application(u32 ss0)
{
	mock_start();
	mock.regs.cs = U_CS;
	mock.regs.ss = U_DS;
	first_use(vcpu, U_CS & ~3);
	first_use(vcpu, U_DS & ~3);
	mock.regs.esp = 0x50000;
	put_word(0x50000, 1);
	put_word(0x50004, 2);
	put_word(0x50008, 3);
	vcpu->virt.tr = (struct table_reg){MOCK_TSS, 103};
	vcpu->virt.tr_wide = true;
	vcpu->virt.tr_sel = TSS_SEL;
	put_word(MOCK_TSS + 4, MOCK_STACK);
	put_word(MOCK_TSS + 8, ss0);
	put_gate(K_CS, CALL_GATE(3) | 2);
}

static void a_call_gate_from_an_application(void **state)
{
	static const struct {
		u32 ss0, vec, err;
	} bad[] = {
	    {0, VEC_TS, 0},
	    {K_DS | 3, VEC_TS, K_DS},
	    {K_CS, VEC_TS, K_CS},
	    {U_DS, VEC_TS, U_DS & ~3},
	    {READONLY_DS, VEC_TS, READONLY_DS},
	    {ABSENT_DS, VEC_SS, ABSENT_DS},
	    {LAST_SEL + 8, VEC_TS, LAST_SEL + 8},
	};

	(void)state;
	start_application(K_DS);
	assert_int_equal(SYSTEM(CALL_RPL3), EMUL_DONE);
	assert_true(mock.regs.cs == (K_CS | 1) && mock.regs.eip == 0x13000);
	assert_true(mock.regs.ss == (K_DS | 1) && mock.regs.esp == MOCK_STACK - 24);
	assert_true(stack_word(0) == MOCK_CODE + 7 && stack_word(1) == U_CS);
	assert_true(stack_word(2) == 1 && stack_word(3) == 2);
	assert_true(stack_word(4) == 0x50000 && stack_word(5) == U_DS);
	for (u32 k = 0; k < ARRAY_SIZE(bad); k++) {
		start_application(bad[k].ss0);
		RAISES(CALL_RPL3, bad[k].vec, bad[k].err);
	}
	start_application(K_DS);
	vcpu->virt.tr.limit = 10;
	RAISES(CALL_RPL3, VEC_TS, TSS_SEL);
	start_application(K_DS);
	mock.rights[(MOCK_STACK - 1) >> PAGE_SHIFT] = 0;
	RAISES(CALL_RPL3, VEC_PF, PF_W);
	start_application(K_DS);
	put_gate(K_CS, CALL_GATE(0));
	RAISES(CALL_RPL3, VEC_GP, GATE_SEL);
	start_application(K_DS);
	put_gate(U_CS, CALL_GATE(3));
	assert_int_equal(SYSTEM(CALL_RPL3), EMUL_DONE);
	assert_true(mock.regs.cs == U_CS && mock.regs.esp == 0x50000 - 8);
	start_application(K_DS);
	RAISES("\x9A\x00\x00\x00\x00\x08\x00", VEC_GP, K_CS);
}

static void push_frame(u32 eip, u32 cs, u32 eflags)
{
	mock.regs.esp -= 12;
	put_word(mock.regs.esp, eip);
	put_word(mock.regs.esp + 4, cs);
	put_word(mock.regs.esp + 8, eflags);
}

static void iret_to_the_kernel(void **state)
{
	(void)state;
	push_frame(0x12345, K_CS, EFL_FIXED | EFL_IF | EFL_ZF | EFL_RF | EFL_IOPL);
	assert_int_equal(SYSTEM("\xCF"), EMUL_DONE);
	assert_true(mock.regs.eip == 0x12345 && mock.regs.cs == (K_CS | 1));
	assert_int_equal(mock.regs.esp, MOCK_STACK);
	assert_true(vcpu->virt.intr_flag == 1 && vcpu->virt.iopl == 3);
	assert_int_equal(mock.regs.eflags, EFL_FIXED | EFL_IF | EFL_ZF | EFL_RF);
	/* 16-bit operands */
	rewind_code();
	mock.regs.esp -= 6;
	mock_put(mock.regs.esp, "\x00\x20\x08\x00\x03\x00", 6);
	assert_int_equal(SYSTEM("\x66\xCF"), EMUL_DONE);
	assert_true(mock.regs.eip == 0x2000 && mock.regs.esp == MOCK_STACK);
	assert_int_equal(vcpu->virt.intr_flag, 0);
}

static void iret_to_an_application(void **state)
{
	(void)state;
	mock.regs.esp -= 8;
	put_word(mock.regs.esp, 0x70000);
	put_word(mock.regs.esp + 4, U_DS);
	push_frame(0x60000, U_CS, EFL_FIXED | EFL_IF);
	assert_int_equal(SYSTEM("\xCF"), EMUL_DONE);
	assert_int_equal(mock.injected, 0);
	assert_true(mock.regs.eip == 0x60000 && mock.regs.cs == U_CS);
	assert_true(mock.regs.esp == 0x70000 && mock.regs.ss == U_DS);
	assert_int_equal(vcpu->virt.intr_flag, 1);
}

static void bad_irets_are_refused_whole(void **state)
{
	static const struct {
		u32 cs, ss, eflags, vec, err;
	} bad[] = {
	    {0, U_DS, 0, VEC_GP, 0},
	    {K_DS, U_DS, 0, VEC_GP, K_DS},
	    {K_CS | 3, U_DS, 0, VEC_GP, K_CS}, /* a ring-0 segment for ring 3 */
	    {U_CS & ~3, U_DS, 0, VEC_GP, U_CS & ~3},
	    {LAST_SEL + 8, U_DS, 0, VEC_GP, LAST_SEL + 8},
	    {ABSENT_CS, U_DS, 0, VEC_NP, ABSENT_CS},
	    {U_CS, 0, 0, VEC_GP, 0},
	    {U_CS, K_DS, 0, VEC_GP, K_DS},
	    {U_CS, K_DS | 3, 0, VEC_GP, K_DS},
	    {U_CS, U_CS, 0, VEC_GP, U_CS & ~3},
	    {U_CS, U_DS & ~3, 0, VEC_GP, U_DS & ~3}, /* RPL 0 for ring 3 */
	};

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(bad); k++) {
		mock_start();
		mock.regs.esp -= 8;
		put_word(mock.regs.esp, 0x70000);
		put_word(mock.regs.esp + 4, bad[k].ss);
		push_frame(0x60000, bad[k].cs, bad[k].eflags | EFL_FIXED | EFL_IF);
		RAISES("\xCF", bad[k].vec, bad[k].err);
		assert_int_equal(vcpu->virt.intr_flag, 0);
	}
	mock_start();
	vcpu->virt.tr = (struct table_reg){MOCK_TSS, 103};
	vcpu->virt.tr_wide = true;
	mock_put(MOCK_TSS, "\x28\x00", 2);
	mock.regs.eflags |= EFL_NT;
	RAISES("\xCF", VEC_TS, TSS_SEL);
	mock_start();
	mock.rights[(MOCK_STACK - 12) >> PAGE_SHIFT] = 0;
	mock.regs.esp -= 12;
	RAISES("\xCF", VEC_PF, 0);
	mock_start();
	push_frame(0x60000, U_CS, EFL_FIXED | EFL_VM);
	SYSTEM("\xCF");
	assert_true(mock.killed && mock.kill_reason == END_forbidden);
	mock_start();
	push_frame(0x60000, K_CS | 2, EFL_FIXED);
	put_word(MOCK_GDT + K_CS + 4, mock_word(MOCK_GDT + K_CS + 4) | DPL(2));
	SYSTEM("\xCF");
	assert_true(mock.killed);
}

static void software_interrupts_go_to_the_guests_gate(void **state)
{
	(void)state;
	DONE(emulate_system, "\xCD\x80");
	assert_int_equal(mock.software, 0x80);
	DONE(emulate_system, "\xCC");
	assert_int_equal(mock.software, VEC_BP);
	mock.software = 0;
	DONE(emulate_system, "\xCE"); /* OF is clear */
	assert_int_equal(mock.software, 0);
	mock.regs.eflags |= EFL_OF;
	DONE(emulate_system, "\xCE");
	assert_int_equal(mock.software, VEC_OF);
}

/* ---- ports ---- */

static void ports_of_all_sizes(void **state)
{
	(void)state;
	mock.regs.eax = 0x11223344;
	mock.regs.edx = 0x5503F8;
	DONE(emulate_system, "\xEE"); /* out %al, %dx */
	assert_true(mock.io_port == 0x3F8 && mock.io_size == 1 && mock.io_value == 0x44);
	DONE(emulate_system, "\x66\xEF");
	assert_true(mock.io_size == 2 && mock.io_value == 0x3344);
	DONE(emulate_system, "\xEF");
	assert_true(mock.io_size == 4 && mock.io_value == 0x11223344);
	DONE(emulate_system, "\xE6\xF4"); /* out %al, $0xf4 */
	assert_true(mock.io_port == 0xF4 && mock.io_size == 1);
	mock.io_count = 0;
	DONE(emulate_system, "\xEC"); /* in %dx, %al */
	assert_int_equal(mock.regs.eax, 0x112233D4);
	DONE(emulate_system, "\x66\xE5\x60");
	assert_true(mock.regs.eax == 0x1122C3D5 && mock.io_port == 0x60 && mock.io_size == 2);
	DONE(emulate_system, "\xED");
	assert_int_equal(mock.regs.eax, 0xA1B2C3D6);
}

static void string_ports(void **state)
{
	(void)state;
	mock.regs.edx = 0x1F0;
	mock.regs.edi = MOCK_DATA;
	mock.regs.ecx = 10;
	DONE(emulate_system, "\xF3\x66\x6D"); /* rep insw */
	assert_true(mock.regs.ecx == 0 && mock.regs.edi == MOCK_DATA + 20 && mock.io_count == 10);
	assert_int_equal(mock_word(MOCK_DATA + 16), 0xC3DDC3DC);
	mock.regs.ecx = 0;
	DONE(emulate_system, "\xF3\x6C"); /* nothing to do */
	assert_int_equal(mock.io_count, 10);
	mock.regs.eflags |= EFL_DF;
	mock.regs.esi = MOCK_DATA + 16;
	mock.regs.ecx = 2;
	DONE(emulate_system, "\xF3\x6F"); /* rep outsl, backwards */
	assert_int_equal(mock.regs.esi, MOCK_DATA + 8);
	assert_int_equal(mock.io_value, 0xC3DBC3DA);
	mock.regs.eflags &= ~EFL_DF;
	DONE(emulate_system, "\x6E"); /* outsb */
	assert_int_equal(mock.regs.esi, MOCK_DATA + 9);
	/* A long one takes several emulations. */
	rewind_code();
	mock.regs.ecx = 1000;
	mock.regs.edi = MOCK_DATA;
	for (u32 n = 0; mock.regs.eip == MOCK_CODE; n++) {
		assert_true(n < 20);
		assert_int_equal(SYSTEM("\xF3\x6C"), EMUL_DONE);
	}
	assert_int_equal(mock.regs.edi, MOCK_DATA + 1000);
	/* A page that cannot be written: the port is not read. */
	mock.io_count = 0;
	mock.regs.ecx = 4;
	mock.regs.edi = MOCK_DATA;
	mock.rights[MOCK_DATA >> PAGE_SHIFT] = PTE_P;
	rewind_code();
	RAISES("\xF3\x6C", VEC_PF, PF_P | PF_W);
	assert_int_equal(mock.io_count, 0);
}

/* ---- fetching ---- */

static void a_patch_is_the_instruction_under_it(void **state)
{
	(void)state;
	mock_patched_at = MOCK_CODE;
	mock_patched_byte = 0x9C;
	DONE(emulate_system, "\xF4");
	assert_int_equal(mock.regs.esp, MOCK_STACK - 4);
	assert_false(mock.killed);
	/* One in the next instruction does not disturb this one, which crosses a page. */
	mock_patched_at = MOCK_CODE + PAGE_SIZE;
	mock_patched_byte = 0x20;
	mock.regs.eip = MOCK_CODE + PAGE_SIZE - 1;
	DONE(emulate_system, "\x0F\xF4\xC0"); /* mov %cr0, %eax */
	assert_int_equal(mock.regs.eax, vcpu->virt.cr0);
}

static void code_that_is_not_there_faults(void **state)
{
	(void)state;
	mock.regs.eip = MOCK_CODE + PAGE_SIZE - 1;
	mock_put(mock.regs.eip, "\x0F\x06", 2);
	mock.rights[(MOCK_CODE >> PAGE_SHIFT) + 1] = 0;
	assert_int_equal(emulate_system(vcpu), EMUL_EXCEPTION);
	assert_true(mock.vec == VEC_PF && vcpu->virt.cr2 == MOCK_CODE + PAGE_SIZE);
	assert_int_equal(mock.regs.eip, MOCK_CODE + PAGE_SIZE - 1);
}

static void applications_and_ordinary_instructions_are_not_for_us(void **state)
{
	(void)state;
	assert_int_equal(SYSTEM("\x90"), EMUL_UNKNOWN);
	assert_int_equal(SYSTEM("\x0F\xA2"), EMUL_UNKNOWN);
	mock.regs.cs = U_CS;
	assert_int_equal(SYSTEM("\xFA"), EMUL_UNKNOWN);
	assert_int_equal(mock.injected, 0);
}

static void no_breakpoint_strikes_the_hypervisor_or_its_gate(void **state)
{
	(void)state;
	mock.gate.va = 0x40400000;
	vcpu->virt.dr[0] = 0x1000;
	vcpu->virt.dr[1] = 0x40403000; /* the gate */
	vcpu->virt.dr[2] = HV_BASE;
	vcpu->virt.dr[3] = 0x403FFFFC;
	/* All four enabled: execution, read, write, and an I/O access. */
	vcpu->virt.dr[7] = 0xAA | 0x0 << 16 | 0xF << 20 | 0xD << 24 | 0x2 << 28;
	load_debug_registers(vcpu);
	assert_int_equal(mock.dr7, 0x2);
	vcpu->virt.dr[7] = 0xC0 | 0xDu << 28;
	load_debug_registers(vcpu);
	assert_int_equal(mock.dr7, 0xC0 | 0xDu << 28);
}

static void ring_3_may_do_what_iopl_and_the_map_of_ports_allow(void **state)
{
	const u16 map = sizeof(struct tss);
	const u8 bits[] = {0xFF, 0xFE, 0xFF}; /* port 8 only */

	(void)state;
	mock.regs.cs = U_CS;
	assert_int_equal(SYSTEM("\xFB"), EMUL_UNKNOWN); /* sti */
	vcpu->virt.iopl = 3;
	assert_int_equal(SYSTEM("\xFB"), EMUL_DONE);
	assert_int_equal(SYSTEM("\xE4\x09"), EMUL_DONE);	/* in $9, %al */
	assert_int_equal(SYSTEM("\x0F\x20\xC0"), EMUL_UNKNOWN); /* mov %cr0, %eax */
	vcpu->virt.iopl = 2;
	vcpu->virt.tr = (struct table_reg){0x9000, map + 1};
	vcpu->virt.tr_wide = true;
	mock_put(0x9000 + offsetof(struct tss, iomap), &map, 2);
	mock_put(0x9000 + map, bits, sizeof(bits));
	assert_int_equal(SYSTEM("\xE4\x09"), EMUL_UNKNOWN);
	assert_int_equal(SYSTEM("\xE4\x07"), EMUL_UNKNOWN);
	/* The byte behind port 8's must be within the segment, too. */
	assert_int_equal(SYSTEM("\xE4\x08"), EMUL_UNKNOWN);
	vcpu->virt.tr.limit++;
	assert_int_equal(SYSTEM("\xE4\x08"), EMUL_DONE);
	assert_int_equal(SYSTEM("\xE5\x08"), EMUL_UNKNOWN); /* in $8, %eax */
	assert_int_equal(SYSTEM("\xFB"), EMUL_UNKNOWN);
}

static void what_is_no_instruction_is_undefined_in_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(SYSTEM("\x0F\x20\xC8"), EMUL_EXCEPTION); /* mov %cr1, %eax */
	assert_int_equal(mock.vec, VEC_UD);
	mock.regs.cs = U_CS;
	assert_int_equal(SYSTEM("\x0F\x20\xC8"), EMUL_UNKNOWN);
}

static void a_code_segment_with_a_base(void **state)
{
	struct desc d = mock_desc(0x8000, 0xFFFFF, FLAT_ACCESS | DESC_CODE | DESC_A);

	(void)state;
	mock_put(MOCK_GDT + K_CS, &d, 8);
	segments_sync(vcpu);
	mock_put(0x8000 + 0x9000, "\xFA", 1);
	mock.regs.eip = 0x9000;
	vcpu->virt.intr_flag = 1;
	assert_int_equal(emulate_system(vcpu), EMUL_DONE);
	assert_true(mock.regs.eip == 0x9001 && !vcpu->virt.intr_flag);
}

static void the_boot_loaders_segments_can_be_named_until_the_first_lgdt(void **state)
{
	(void)state;
	vcpu->virt.gdt = (struct table_reg){0, 0};
	segments_init(vcpu);
	mock.regs.esp = MOCK_STACK;
	DONE(emulate_system, "\x0E");
	assert_int_equal(stack_word(0), GATE_BOOT_CS - 1);
	mock.regs.esp = MOCK_STACK;
	push_frame(0x12000, GATE_BOOT_CS - 1, EFL_FIXED);
	assert_int_equal(SYSTEM("\xCF"), EMUL_DONE);
	assert_true(mock.regs.cs == GATE_BOOT_CS && mock.regs.eip == 0x12000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, start)
	const struct CMUnitTest tests[] = {
	    T(pushf_shows_the_virtual_if_and_iopl),
	    T(popf_changes_the_virtual_if_and_never_the_real_one),
	    T(sti_holds_interrupts_off_for_one_instruction),
	    T(our_own_single_step_is_never_seen),
	    T(hlt_with_interrupts_off_ends_the_domain),
	    T(a_single_stepped_instruction_is_followed_by_a_debug_exception),
	    T(control_registers_are_virtual),
	    T(bad_values_for_control_registers_are_refused),
	    T(lmsw_and_smsw_see_the_virtual_cr0),
	    T(invlpg_takes_an_address_and_touches_nothing),
	    T(debug_registers_are_virtual),
	    T(model_specific_registers),
	    T(table_registers_come_back_as_they_were_loaded),
	    T(lgdt_fills_the_real_table_without_ring_0),
	    T(more_of_a_long_table_is_copied_when_it_is_used),
	    T(a_new_table_does_not_pull_the_ground_away),
	    T(a_write_to_the_gdt_is_followed),
	    T(lldt_and_ltr_check_and_remember),
	    T(lar_shows_the_guests_descriptors),
	    T(lsl_shows_the_guests_limits),
	    T(verr_and_verw),
	    T(selectors_are_read_with_rpl_0),
	    T(selectors_are_loaded_with_the_checks_of_ring_0),
	    T(selectors_are_popped),
	    T(far_pointers_load_both_or_neither),
	    T(loading_sets_the_accessed_bit),
	    T(the_first_use_by_the_cpu_sets_it_too),
	    T(a_null_selector_keeps_its_rpl),
	    T(a_loaded_segment_does_not_become_useless),
	    T(a_watched_word_is_struck_by_what_we_emulate),
	    T(far_jumps_and_calls),
	    T(bad_far_jumps_are_refused),
	    T(a_call_gate_within_the_kernel),
	    T(a_call_gate_from_an_application),
	    T(iret_to_the_kernel),
	    T(iret_to_an_application),
	    T(bad_irets_are_refused_whole),
	    T(software_interrupts_go_to_the_guests_gate),
	    T(ports_of_all_sizes),
	    T(string_ports),
	    T(a_patch_is_the_instruction_under_it),
	    T(code_that_is_not_there_faults),
	    T(applications_and_ordinary_instructions_are_not_for_us),
	    T(no_breakpoint_strikes_the_hypervisor_or_its_gate),
	    T(ring_3_may_do_what_iopl_and_the_map_of_ports_allow),
	    T(what_is_no_instruction_is_undefined_in_the_kernel),
	    T(a_code_segment_with_a_base),
	    T(the_boot_loaders_segments_can_be_named_until_the_first_lgdt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
