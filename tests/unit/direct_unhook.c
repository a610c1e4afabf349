/*
 * direct_unhook.c: page tables that the guest writes freely (VMASST_TYPE_unhook_pagetables):
 * whatever it writes, the counts are the model's again once all tables are hooked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "direct_reference.h"
#include "insn/insn.h"
#include "insn_scale.h"
#include "mem/domain_page.h"
#include "mmu/direct/walk.h"

/* Frames: directory 0, whose slot 0 hooks table 1, which maps frame n at address n * 4096, so that
 * the guest can reach its tables; slots 1 and 2 hook tables 2 and 3. Table 4 is pinned, but hooked
 * nowhere. Frames 5 to 13 are data. */
#define KERNEL	    1u
#define FIRST_TABLE 2u
#define LAST_TABLE  4u
#define FIRST_DATA  5u

static u32 random_state, unhooked, killed;

static u32 below(u32 n)
{
	return test_random(&random_state) % n;
}

/* What writable.c needs besides. */
enum emul emulate_write(struct vcpu *v)
{
	(void)v;
	return EMUL_UNKNOWN;
}
void domain_kill(struct domain *d, u8 reason, u32 code, const char *text)
{
	(void)d, (void)reason, (void)code, (void)text;
	killed++;
}
u8 *soft_tlb_fill(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	(void)v, (void)va, (void)len, (void)write;
	return NULL;
}
void direct_invlpg(struct vcpu *v, vaddr_t va)
{
	(void)v, (void)va;
}
u32 *walk_l1e(struct vcpu *v, vaddr_t va, mfn_t *table)
{
	u32 pde = v->domain->direct->base[va >> 22], *page;

	if (!(pde & PTE_P))
		return NULL;
	*table = mfn(pde >> 12);
	page = map_domain_page(*table);
	return page + (va >> 12) % 1024;
}

/* The CPU: find the entry of `va`, asking the hypervisor about faults as it would be asked. */
static u32 *touch(u32 va, bool write)
{
	for (u32 tries = 0; tries < 4; tries++) {
		u32 pde = memory[0][va >> 22];
		u32 *entry = &memory[pde >> 12][(va >> 12) % 1024];

		if (!(pde & PTE_P)) {
			if (!rehook_missing(guest.vcpus, va))
				return NULL;
		} else if (!(*entry & PTE_P)) {
			return NULL;
		} else if (write && !(*entry & PTE_RW)) {
			if (!writable_fault(guest.vcpus, va))
				return NULL;
			unhooked++;
		} else {
			return entry;
		}
	}
	fail_msg("no end to the faults at %x", va);
	return NULL;
}

/* A store by the guest's kernel into table `n`. */
static void store(u32 n, u32 index, u32 val)
{
	u32 *entry = touch(n << 12, true);

	assert_non_null(entry);
	assert_int_equal(*entry >> 12, n);
	memory[n][index] = val;
}

static void setup(void)
{
	static struct cpu_regs regs = {.cs = FLAT_RING1_CS};
	static u32 before[NR_UNHOOKED][1024];

	machine_init();
	memset(&model, 0, sizeof(model));
	for (u32 n = 0; n < PLAYED; n++) {
		model.allocated[n] = true;
		memory[KERNEL][n] = pte(n, PTE_P | (n >= FIRST_DATA ? PTE_RW : 0));
	}
	memory[0][0] = pte(KERNEL, PTE_P | PTE_RW);
	memory[0][1] = pte(2, PTE_P | PTE_RW);
	memory[0][2] = pte(3, PTE_P | PTE_RW);
	assert_int_equal(finish(new_base(guest.vcpus, mfn(0))), 0);
	assert_int_equal(finish(pin_table(&guest, mfn(4), FT_PAGE_TABLE)), 0);
	model.pinned_l1[4] = true;
	guest.direct->base = memory[0];
	guest.direct->unhooked[0].before = before[0];
	guest.direct->unhooked[1].before = before[1];
	guest.direct->unhooked[0].table = guest.direct->unhooked[1].table = NO_FRAME;
	guest.vcpus->regs = &regs;
	guest.vm_assist = ASSIST_UNHOOK;
	unhooked = killed = 0;
}

/* The model looks at few indices; the kernel's table uses more, which never change. */
static u32 kernel_refs(u32 n)
{
	bool seen = false;

	for (u32 i = 0; i < NR_INDICES; i++)
		seen |= indices[i] == n;
	return !seen;
}

static void compare_all(u32 step)
{
	struct derived x = now();

	assert_int_equal(guest.direct->nr_unhooked, 0);
	for (u32 n = 0; n < PLAYED; n++) {
		struct frame *f = &frame_table[n];
		u32 more = kernel_refs(n), refs = x.refs[n] + more;
		u32 count = x.as[n][TABLE] + x.as[n][DIRECTORY] + x.as[n][WRITABLE] +
			    (n >= FIRST_DATA ? more : 0);

		if (f->refs != refs || f->type_count != count)
			fail_msg("step %u: frame %u: %u references, type count %u; the model says "
				 "%u, %u",
				 step, n, f->refs, f->type_count, refs, count);
	}
	assert_true(x.sound);
	assert_int_equal(pages_mapped, 0);
}

static u32 good_entry(void)
{
	u32 flags = (below(5) ? PTE_P : 0) | (below(2) ? PTE_RW : 0) | (below(2) ? PTE_A : 0);

	return pte(FIRST_DATA + below(PLAYED - FIRST_DATA), flags);
}

static void free_writing_keeps_the_counts(void **unused)
{
	u32 steps = 20000 * test_scale();

	(void)unused;
	random_state = test_seed();
	setup();
	printf("# %u steps, SEED=%u\n", steps, test_seed());
	for (u32 step = 0; step < steps; step++) {
		u32 n = FIRST_TABLE + below(LAST_TABLE - FIRST_TABLE + 1);

		switch (below(8)) {
		case 0: /* the guest uses a mapping through a table that may be out */
			touch((1 + below(2)) << 22 | indices[below(NR_INDICES)] << 12, false);
			break;
		case 1: /* it calls the hypervisor about page tables */
			rehook_all(guest.vcpus);
			compare_all(step);
			break;
		default:
			store(n, indices[below(NR_INDICES)], good_entry());
		}
	}
	rehook_all(guest.vcpus);
	compare_all(steps);
	assert_int_equal(killed, 0);
	printf("# %u times unhooked\n", unhooked);
	assert_true(unhooked > steps / 20);
}

static void a_bad_entry_ends_the_domain_and_does_not_stay(void **unused)
{
	static const u32 bad[] = {KERNEL << 12 | PTE_P | PTE_RW, 3u << 12 | PTE_P | PTE_RW,
				  2u << 12 | PTE_P | PTE_RW,	 FOREIGN << 12 | PTE_P,
				  5u << 12 | PTE_P | PTE_PS,	 0xFFFFF000 | PTE_P};

	(void)unused;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		setup();
		store(2, 1, pte(5, PTE_P | PTE_RW));
		store(2, 2, bad[i]);
		store(2, 3, pte(6, PTE_P));
		rehook_all(guest.vcpus);
		assert_int_equal(killed, 1);
		assert_int_equal(memory[2][2], 0);
		compare_all(i);
	}
}

static void a_table_through_which_it_is_mapped_stays_hooked(void **unused)
{
	(void)unused;
	setup();
	assert_null(touch(KERNEL << 12, true));
	assert_int_equal(guest.direct->nr_unhooked, 0);
	compare_all(0);
}

static void a_mapping_of_ours_cannot_be_rewritten_through_another_table(void **unused)
{
	(void)unused;
	setup();
	/* Table 4, which is hooked nowhere, is written through a mapping in table 3. */
	store(3, 0, pte(4, PTE_P));
	assert_non_null(touch(2u << 22, true));
	assert_int_equal(guest.direct->unhooked[1].table.n, 4);
	assert_int_equal(memory[3][0] & PTE_RW, PTE_RW);
	/* Writing table 3, which holds that mapping, must end the other's freedom first. */
	store(3, 1, 0);
	assert_int_equal(memory[3][0] & PTE_RW, 0);
	rehook_all(guest.vcpus);
	assert_int_equal(killed, 0);
	compare_all(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(free_writing_keeps_the_counts),
	    cmocka_unit_test(a_bad_entry_ends_the_domain_and_does_not_stay),
	    cmocka_unit_test(a_table_through_which_it_is_mapped_stays_hooked),
	    cmocka_unit_test(a_mapping_of_ours_cannot_be_rewritten_through_another_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
