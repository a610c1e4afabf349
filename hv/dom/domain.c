/*[H18] domain.c: the beginning and the end of domains, and what is told of them. */
#include "cpu/context.h"
#include "cpu/gate.h"
#include "dom/account.h"
#include "dom/console.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/segments.h"
#include "dom/time.h"
#include "lib/printk.h"
#include "mmu/mmu.h"
#include "trace/trace.h"

const struct guest_ops *designs[NR_MMU];
bool segments_usual[NR_MMU];

_Static_assert(sizeof(struct domain) <= PAGE_SIZE && sizeof(struct vcpu) <= PAGE_SIZE,
	       "one page holds it");

struct domain *domain_create(const struct guest_ops *ops, u16 id, bool traced, bool segments)
{
	struct domain *d = domain_find(id) ? NULL : hv_alloc_page(), **end = &domains;

	static bool warned;

	if (!d)
		return NULL;
	if (segments && !limits_checked && !warned) {
		printk("trapline: warning: nothing protects the hypervisor from ring 1 here\n");
		warned = true;
	}
	d->id = id;
	d->mode = ops->mode;
	d->ops = ops;
	d->paused = true;
	d->records = ~0u;
	d->vcpus = vcpu_create(d, 0, traced, segments);
	if (!d->vcpus) {
		hv_free_page(d);
		return NULL;
	}
	while (*end)
		end = &(*end)->next;
	*end = d;
	trace_hand_overs |= domains->next != NULL;
	return d;
}

bool domain_destroy_part(struct domain *d)
{
	struct domain **at = &domains;
	struct vcpu *v;

	console_detach(d);
	if (!d->gone)
		for_each_vcpu(v, d) vcpu_remove(v);
	d->gone = true;
	/* The processor must not be using the page tables and the gate that are freed here. */
	if (current && current->domain == d)
		context_switch(hypervisor.vcpus);
	if (!d->ops->destroy(d))
		return false;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	vcpus_free(d);
	domain_free(d);
	return true;
}

static void dump(struct vcpu *v)
{
	const struct cpu_regs *r = v->regs;
	u8 code[8] = {0}, size;
	u32 n;

	printk("  eip %08x  cs %04x (ring %u)  eflags %08x\n", r->eip, r->cs & 0xFFFF, r->cs & 3,
	       r->eflags);
	printk("  eax %08x  ebx %08x  ecx %08x  edx %08x\n", r->eax, r->ebx, r->ecx, r->edx);
	printk("  esi %08x  edi %08x  ebp %08x  esp %08x\n", r->esi, r->edi, r->ebp, r->esp);
	printk("  ds %04x  es %04x  fs %04x  gs %04x  ss %04x\n", r->ds & 0xFFFF, r->es & 0xFFFF,
	       r->fs & 0xFFFF, r->gs & 0xFFFF, r->ss & 0xFFFF);
	v->domain->ops->dump(v);
	n = guest_fetch(v, code_address(v, &size), code, sizeof(code));
	printk("  code:");
	for (u32 i = 0; i < n; i++)
		printk(" %02x", code[i]);
	printk("%s\n", n ? "" : " (cannot be read)");
}

/* @return the vcpu that ran last; NULL: it had ended before */
static struct vcpu *end(struct domain *d, u8 reason, u32 code, const char *text)
{
	const char *how = reason == END_poweroff || reason == END_reboot ? "" : " ended";
	struct vcpu *v, *last = d->vcpus;

	if (d->dying)
		return NULL;
	d->dying = true;
	for_each_vcpu(v, d)
	{
		vcpu_stop(v, RUNSTATE_offline, system_time());
		if (v->gate == d->gate)
			last = v;
	}
	d->end_reason = reason;
	d->end_code = code;
	trace_domain_end(last, LANE_VMM, LANE_VMM, reason, code, last->regs->eip);
	if (reason != END_destroyed) /* otherwise whoever did it knows */
		printk("trapline: domain %u%s: %s (code %u)\n", d->id, how, text, code);
	return last;
}

void domain_shut_down(struct domain *d, u8 reason)
{
	end(d, reason, 0, "the guest shut itself down");
}

void domain_kill(struct domain *d, u8 reason, u32 code, const char *text)
{
	struct vcpu *last = end(d, reason, code, text);

	if (last && reason != END_destroyed && reason != END_poweroff && reason != END_reboot)
		dump(last);
}
