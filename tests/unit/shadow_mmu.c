/*
 * shadow_mmu.c: shadow mode on a machine of the test's own: seeded page-table edits and accesses,
 * each held against a reference walker of the guest's tables, with the invariants of shadows.
 */
#include "shadow_machine.h"

static void a_random_guest_sees_its_own_tables(void **state)
{
	const char *scale = getenv("TRAPLINE_TEST_SCALE");
	u32 rounds = 4000 * (scale ? atoi(scale) : 1);

	(void)state;
	for (u32 run = 1; run <= 5; run++) {
		seed = run;
		dom.lazy_tables = run > 3;
		dom.shadow_bound = run % 2 ? 12 : 0; /* too few for all: evictions too */
		start();
		dom.vcpus->virt.cr0 = CR0_PE | CR0_PG | (run == 3 ? 0 : CR0_WP);
		dom.vcpus->virt.cr4 = run == 1 || run == 4 ? 0 : CR4_PSE;
		shadow_ops.cr_changed(dom.vcpus, 0);
		for (u32 n = 0; n < rounds; n++) {
			u32 what = next_random() % 8;

			if (what < 4) {
				u32 slot = next_random() % 2
					       ? slots[next_random() % ARRAY_SIZE(slots)]
					       : next_random() % 6;

				guest_store(next_random() % TABLES, slot, random_entry());
			} else if (what < 7) {
				u32 va = random_va(),
				    access = next_random() % 2 * PF_W | next_random() % 2 * PF_US;
				struct ref before = ref_walk(va, access);

				write_value = random_entry();
				/* Where tables are read again only when told so, tell. */
				if (dom.lazy_tables)
					shadow_ops.invlpg(dom.vcpus, va);
				cpu_access(va, access);
				check_marks(va, access, before);
			} else if (next_random() % 4 == 0) {
				dom.vcpus->virt.cr3 = next_random() % TABLES << 12;
				shadow_ops.cr_changed(dom.vcpus, 0);
			}
			assert_false(dom.dying);
			check_invariants();
		}
		stop();
	}
}

static void unpaged_memory_is_populated_by_touch(void **state)
{
	(void)state;
	start();
	for (u32 va = 0; va < 64 * PAGE_SIZE; va += PAGE_SIZE * 4) {
		struct guest_fault pf;
		u32 frame;

		assert_false(mfn_valid(dom.p2m[va >> 12]));
		assert_true(dom.mmu->page_fault(dom.vcpus, va, PF_W, &pf));
		assert_true(cpu_walk(va, PF_W, &frame));
		assert_int_equal(frame, dom.p2m[va >> 12].n);
		assert_int_equal(m2p[frame], va >> 12);
	}
	assert_int_equal(dom.populated, 16);
	stop();
}

static void the_gate_moves_out_of_the_guests_way(void **state)
{
	(void)state;
	start();
	dom.vcpus->virt.cr0 = CR0_PE | CR0_PG | CR0_WP;
	guest_store(1, 5, 9 << 12 | PTE_P | PTE_RW);
	guest_store(0, 1023, 1 << 12 | PTE_P | PTE_RW);
	shadow_ops.cr_changed(dom.vcpus, 0);
	assert_int_equal(gate.va, 1022u << 22);
	cpu_access(0xFFC05000, PF_W);
	guest_store(0, 1022, 1 << 12 | PTE_P | PTE_RW);
	assert_int_equal(gate.va, 1021u << 22);
	cpu_access(0xFF805000, PF_W);
	/* A guest that leaves no room at all is told so. */
	for (u32 i = 0; i < 1024 && !dom.dying; i++)
		guest_store(0, i, 1 << 12 | PTE_P | PTE_RW);
	assert_true(dom.dying);
	stop();
}

static void a_guest_may_map_all_of_its_addresses_to_nothing(void **state)
{
	(void)state;
	start();
	dom.vcpus->virt.cr0 = CR0_PE | CR0_PG | CR0_WP;
	dom.vcpus->virt.cr4 = CR4_PSE;
	for (u32 i = 1; i < 1024; i++)
		guest_store(0, i, i << 22 | PTE_PS | PTE_P | PTE_RW);
	guest_store(0, 0, PTE_PS | PTE_P | PTE_RW);
	shadow_ops.cr_changed(dom.vcpus, 0);
	for (u32 i = 0; i < 8; i++) {
		u32 slot = gate.va >> 22;

		cpu_access(slot << 22 | 0x345678, i % 2 * PF_W);
		assert_true(gate.va >> 22 != slot || i % 2); /* a write is emulated */
		cpu_access((16 + i) << 12, PF_W);
		check_invariants();
		if (i % 2)
			cpu_access(500 << 22, 0);
	}
	assert_false(dom.dying);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unpaged_memory_is_populated_by_touch),
	    cmocka_unit_test(the_gate_moves_out_of_the_guests_way),
	    cmocka_unit_test(a_guest_may_map_all_of_its_addresses_to_nothing),
	    cmocka_unit_test(a_random_guest_sees_its_own_tables),
	};

	return cmocka_run_group_tests_name("shadow_mmu", tests, NULL, NULL);
}
