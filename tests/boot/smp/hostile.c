/* hostile.c: what is refused, and harms nobody. */
#include "smp.h"

static struct vcpu_guest_context bad;

static s32 initialise_with(void)
{
	return vcpu_op(VCPUOP_initialise, 1, &bad);
}

/* One word of a good context is another. */
#define refused(word, value)                                                                       \
	do {                                                                                       \
		make_context(&bad, 1);                                                             \
		bad.word = value;                                                                  \
		must(initialise_with() == -EINVAL);                                                \
		must(vcpu_op(VCPUOP_up, 1, NULL) == -EINVAL);                                      \
	} while (0)

static void bad_contexts(void)
{
	u32 ring0[] = {0xE008, 0xE010, 0x08, 0};

	for (u32 i = 0; i < 4; i++) {
		refused(user_regs.cs, ring0[i]);
		refused(user_regs.ss, ring0[i]);
		refused(kernel_ss, ring0[i]);
		refused(event_callback_cs, ring0[i]);
		refused(failsafe_callback_cs, ring0[i]);
	}
	refused(trap_ctxt[3].address, HYPERVISOR_VIRT_START);
	refused(event_callback_eip, HYPERVISOR_VIRT_START);
	refused(ctrlreg[3], xen_pfn_to_cr3(mfn_of(&bad))); /* it can be written */
	refused(ctrlreg[3], xen_pfn_to_cr3(0));		   /* the hypervisor's */
	refused(ctrlreg[3], xen_pfn_to_cr3(0xFFFFF));	   /* nobody's */
	refused(gdt_ents, FIRST_RESERVED_GDT_ENTRY + 1);
	refused(gdt_ents, 0xFFFFFFFF);
	refused(gdt_ents, 1); /* of frame 0 */
	refused(ldt_ents, 1);
	must(vcpu_op(VCPUOP_initialise, 1, (const void *)HYPERVISOR_VIRT_START) == -EFAULT);
	must(vcpu_op(VCPUOP_initialise, 1, NULL) == -EFAULT);
}

static void bad_numbers(u32 nr)
{
	struct evtchn_bind_ipi ipi = {nr, 0};
	struct evtchn_bind_virq virq = {VIRQ_TIMER, nr, 0};

	make_context(&bad, 0);
	for (u32 cmd = 0; cmd < 12; cmd++)
		must(vcpu_op(cmd, nr, &bad) == -ENOENT);
	must(evtchn(EVTCHNOP_bind_ipi, &ipi) == -ENOENT);
	must(evtchn(EVTCHNOP_bind_virq, &virq) == -ENOENT);
}

void before_they_run(void)
{
	struct evtchn_bind_virq console = {VIRQ_CONSOLE, 1, 0};

	bad_numbers(nr_vcpus);
	bad_numbers(32);
	bad_numbers(0xFFFFFFFF);
	make_context(&bad, 0);
	must(vcpu_op(VCPUOP_initialise, 0, &bad) == -EEXIST);
	if (nr_vcpus == 1)
		return;
	must(vcpu_op(VCPUOP_is_up, 1, NULL) == 0);
	must(vcpu_op(VCPUOP_up, 1, NULL) == -EINVAL);
	must(evtchn(EVTCHNOP_bind_virq, &console) == -EINVAL);
	must(vcpu_op(VCPUOP_stop_singleshot_timer, 1, NULL) == -EINVAL);
	bad_contexts();
}

/* The last vcpu keeps its page directory all the time: it stays one, pinned or not. */
static void base_in_use(void)
{
	const u32 *dir = directory[nr_vcpus - 1];
	u32 mfn = mfn_of(dir);

	must(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) == 0);
	must(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0) == -EINVAL);
	must(set_pte(dir, mfn << 12 | WRITABLE, UVMF_INVLPG) == -EINVAL);
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0) == 0);
}

void while_they_run(void)
{
	struct {
		u32 port, vcpu;
	} bind = {ipi_port[1], 0};

	for (u32 i = 0; i < nr_vcpus; i++) {
		make_context(&bad, i);
		must(vcpu_op(VCPUOP_initialise, i, &bad) == -EEXIST);
	}
	must(evtchn(EVTCHNOP_bind_vcpu, &bind) == -EINVAL); /* an IPI stays */
	bind.vcpu = nr_vcpus;
	must(evtchn(EVTCHNOP_bind_vcpu, &bind) == -ENOENT);
	base_in_use();
}
