/* direct_descriptors.c: which segments and selectors a direct-mode guest may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "hcall/desc.h"
#include "hcall/hcall.h"
#include "insn_scale.h"

#define CODE   (DESC_P | DESC_S | DESC_CODE | DESC_RW | DESC_DB)
#define DATA   (DESC_P | DESC_S | DESC_RW | DESC_DB)
#define DPL(n) ((n) << DESC_DPL_SHIFT)

static struct desc make(u32 base, u32 limit_field, u32 bits)
{
	return (struct desc){
	    .lo = base << 16 | (limit_field & 0xFFFF),
	    .hi = (base & 0xFF000000) | (base >> 16 & 0xFF) | (limit_field & 0xF0000) | bits,
	};
}
static bool ok(struct desc d)
{
	return descriptor_check(&d);
}

static void a_descriptor_of_ring_0_is_refused(void **s)
{
	(void)s;
	assert_false(ok(make(0, 0xFF, CODE | DPL(0))));
	assert_false(ok(make(0, 0xFF, DATA | DPL(0))));
	assert_true(ok(make(0, 0xFF, CODE | DPL(1))));
	assert_true(ok(make(0, 0xFF, DATA | DPL(3))));
	/* Not present: using it faults, whatever it says. */
	assert_true(ok(make(0, 0xFF, (CODE & ~DESC_P) | DPL(0))));
}

static void of_system_descriptors_only_call_gates_to_own_code_pass(void **s)
{
	(void)s;
	for (u32 type = 0; type < 16; type++)
		if (type != DESC_CALL_GATE)
			assert_false(ok(make(0, 0xFF, DESC_P | type << 8 | DPL(1))));
	struct desc gate = {.lo = 0x0019u << 16, .hi = DESC_P | DESC_CALL_GATE << 8 | DPL(3)};
	assert_true(ok(gate));
	gate.lo = (u32)FLAT_RING1_CS << 16;
	assert_true(ok(gate));
	gate.lo = 0xE008u << 16; /* the hypervisor's code */
	assert_false(ok(gate));
	gate.lo = 0xE009u << 16; /* RPL 1 would not help */
	assert_false(ok(gate));
	gate.lo = 0x0018u << 16;
	assert_false(ok(gate));
}

static void a_flat_segment_is_shortened_to_the_end_of_the_m2p_table(void **s)
{
	struct desc d = make(0, 0xFFFFF, DATA | DESC_G | DPL(1));

	(void)s;
	assert_true(descriptor_check(&d));
	assert_int_equal(desc_limit(d), 0xFC3FFFFF);
	d = make(0x10000000, 0xFFFFF, CODE | DESC_G | DPL(3));
	assert_true(descriptor_check(&d));
	assert_int_equal(desc_base(d) + desc_limit(d), 0xFC3FFFFF);
}

/* Every address that a present segment reaches, by the CPU's rules. */
static bool reaches(struct desc d, u32 va)
{
	u32 offset = va - desc_base(d), limit = desc_limit(d);

	if (!(d.hi & DESC_CODE) && (d.hi & DESC_EC))
		return offset > limit && (offset <= 0xFFFF || (d.hi & DESC_DB));
	return offset <= limit;
}

static void no_segment_that_passes_reaches_the_hypervisor(void **s)
{
	static const u32 probes[] = {0xFC400000, 0xFC400001, 0xFC401000, 0xFD000000,
				     0xFF400000, 0xFFC00000, 0xFFFFF000, 0xFFFFFFFF};
	u32 x = test_seed(), passed = 0;

	(void)s;
	for (u32 i = 0; i < 200000 * test_scale(); i++) {
		u32 base = test_random(&x) << 4 ^ test_random(&x);
		u32 bits = test_random(&x) & (0xFF00 | DESC_G | DESC_DB);
		struct desc d;

		if (i % 3 == 0)
			base &= 0xFFFFF000;
		if (i % 5 == 0)
			base = 0;
		d = make(base, test_random(&x) & 0xFFFFF, bits | DESC_P | DESC_S);
		if (!descriptor_check(&d))
			continue;
		passed++;
		for (u32 p = 0; p < ARRAY_SIZE(probes); p++)
			assert_false(reaches(d, probes[p]));
	}
	assert_true(passed > 1000);
}

static void only_selectors_of_ring_1_outside_our_page_pass(void **s)
{
	(void)s;
	assert_true(ring1_selector_ok(FLAT_RING1_CS, FLAT_RING1_CS));
	assert_true(ring1_selector_ok(0x0061, FLAT_RING1_CS));
	assert_true(ring1_selector_ok(0x0065, FLAT_RING1_CS)); /* of the LDT */
	assert_false(ring1_selector_ok(0x0060, FLAT_RING1_CS));
	assert_false(ring1_selector_ok(0x0063, FLAT_RING1_CS));
	assert_false(ring1_selector_ok(0xE008, FLAT_RING1_CS));
	assert_false(ring1_selector_ok(0xE009, FLAT_RING1_CS));
	assert_false(ring1_selector_ok(FLAT_RING1_DS, FLAT_RING1_CS));
	assert_false(ring1_selector_ok(0x10061, FLAT_RING1_CS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_descriptor_of_ring_0_is_refused),
	    cmocka_unit_test(of_system_descriptors_only_call_gates_to_own_code_pass),
	    cmocka_unit_test(a_flat_segment_is_shortened_to_the_end_of_the_m2p_table),
	    cmocka_unit_test(no_segment_that_passes_reaches_the_hypervisor),
	    cmocka_unit_test(only_selectors_of_ring_1_outside_our_page_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
