/* events.c (pv): what a PC calls interrupts: bits in shared_info, each bound to a source. */
#include "hypercall.h"
#include "dev/ata.h"
#include "dev/ne2k.h"
#include "lib/lib.h"

static s32 timer_port, console_port, ata_port, ne2k_port;

bool console_is_polled(void)
{
	return console_port < 0;
}

static void serve(u32 port)
{
	if ((s32)port == timer_port) {
		time_catch_up();
		if (console_is_polled())
			console_poll();
	} else if ((s32)port == console_port) {
		console_poll();
	} else if (port == xenbus_port()) {
		xenbus_pump();
	} else if ((s32)port == ata_port || (s32)port == ne2k_port) {
		if ((s32)port == ata_port)
			ata_interrupt();
		else
			ne2k_interrupt();
		hypercall(__HYPERVISOR_physdev_op, PHYSDEVOP_irq_unmask_notify, 0, 0, 0);
	} else if (!blkfront_happened(port) && !netfront_happened(port) && !evtchn_happened(port)) {
		answer_if_asked(port);
	}
}

bool events_own(u32 port)
{
	return !port || (s32)port == timer_port || (s32)port == console_port ||
	       (s32)port == ata_port || (s32)port == ne2k_port || port == xenbus_port();
}

/* Bits that the hypervisor sets at any time: taken all at once. */
static u32 take_bits(u32 *word, u32 bits)
{
	return __atomic_fetch_and(word, ~bits, __ATOMIC_SEQ_CST) & bits;
}

void arch_interrupt(u32 vec)
{
	struct shared_info *s = &shared_page.info;
	struct vcpu_info *v = &s->vcpu_info[0];
	u32 words, bits;

	(void)vec;
	/* Cleared before the bits are looked at: one that comes later sets it anew. */
	*(volatile u8 *)&v->evtchn_upcall_pending = 0;
	words = take_bits(&v->evtchn_pending_sel, ~0u);
	for (; words; words &= words - 1) {
		u32 w = (u32)__builtin_ctz(words);

		bits = take_bits(&s->evtchn_pending[w], ~s->evtchn_mask[w]);
		for (; bits; bits &= bits - 1)
			serve(w * 32 + (u32)__builtin_ctz(bits));
	}
}

/* Without a hypercall: what has come meanwhile is raised by us, and seen on the way out. */
void event_unmask(u32 port)
{
	struct shared_info *s = &shared_page.info;
	u32 bit = 1u << port % 32;

	take_bits(&s->evtchn_mask[port / 32], bit);
	if (!(__atomic_load_n(&s->evtchn_pending[port / 32], __ATOMIC_SEQ_CST) & bit))
		return;
	__atomic_fetch_or(&s->vcpu_info[0].evtchn_pending_sel, 1u << port / 32, __ATOMIC_SEQ_CST);
	*(volatile u8 *)&s->vcpu_info[0].evtchn_upcall_pending = 1;
}

static s32 bind(u32 virq)
{
	s32 port = hyper_bind_virq(virq);

	if (port > 0) /* events are masked as a whole, so a pending one is seen later */
		take_bits(&shared_page.info.evtchn_mask[port / 32], 1u << port % 32);
	return port;
}

bool ports_open(void)
{
	u32 level = 1;

	return !hypercall(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl, (u32)&level, 0, 0);
}

/* Only Domain 0 has devices: the disks and the network card. */
void irq_enable(u32 irq)
{
	struct evtchn_bind_pirq b = {.pirq = irq};

	if (hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_pirq, (u32)&b, 0, 0))
		panic("interrupt %u is not to be had", irq);
	if (irq == IRQ_ATA)
		ata_port = (s32)b.port;
	else
		ne2k_port = (s32)b.port;
	take_bits(&shared_page.info.evtchn_mask[b.port / 32], 1u << b.port % 32);
}

void events_init(void)
{
	timer_port = bind(VIRQ_TIMER);
	if (timer_port < 0)
		panic("no timer: error %d", timer_port);
	console_port = bind(VIRQ_CONSOLE); /* without it the timer polls */
	if (xenbus_port())
		hyper_event_port(EVTCHNOP_unmask, xenbus_port());
}
