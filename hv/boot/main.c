/*[H02] main.c: from the boot loader to the first domain. */
#include "boot/multiboot.h"
#include "boot/options.h"
#include "boot/start.h"
#include "comm/evtchn.h"
#include "comm/inventory.h"
#include "cpu/gate.h"
#include "cpu/layout.h"
#include "hw/pic.h"
#include "hw/uart.h"
#include "dom/time.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/frame.h"
#include "mem/heap.h"
#include "mem/swap.h"
#include "trace/trace.h"
#include "trap/trap.h"

#define HEAP_BYTES (12u << 20)
#define MB	   (1u << 20)

extern u8 hv_end[];

void hv_main(u32 magic, maddr_t info) __attribute__((noreturn));

/* The end of the memory that starts at 1 MiB, cut to what the frame table is made for. */
static u32 memory_end(const struct multiboot_info *mbi)
{
	u32 kb = mbi->flags & MBI_MEM ? mbi->mem_upper : 0;

	if (kb < 31 * 1024) {
		printk("trapline: at least 32 MB of memory is needed, found %u KB\n", kb);
		machine_exit(2);
	}
	if (kb > 1023 * 1024)
		kb = 1023 * 1024;
	return 1 * MB + (kb & ~3u) * 1024;
}

static struct module module(const struct multiboot_info *mbi, u32 i)
{
	const struct multiboot_module *m = hv_virt(maddr(mbi->mods_addr));

	if (!(mbi->flags & MBI_MODS) || i >= mbi->mods_count)
		return (struct module){0};
	if (m[i].end > HV_LINEAR_SIZE || m[i].start > m[i].end) {
		printk("trapline: module %u lies beyond the first 48 MB of memory\n", i);
		machine_exit(2);
	}
	return (struct module){hv_virt(maddr(m[i].start)), m[i].end - m[i].start,
			       m[i].string ? hv_virt(maddr(m[i].string)) : ""};
}

/* Take `bytes` at *at, and move it on by whole pages. */
static maddr_t carve(u32 *at, u32 bytes)
{
	maddr_t m = maddr(*at);

	*at = (*at + bytes + PAGE_SIZE - 1) & PAGE_MASK;
	if (*at > HV_LINEAR_SIZE) {
		printk("trapline: the hypervisor's own memory, with the guest's files, does not "
		       "fit 48 MB\n");
		machine_exit(2);
	}
	return m;
}

/* Behind the image and the modules: frame table, M2P, trace ring, heap; the rest is for guests. */
static maddr_t lay_out_memory(const struct multiboot_info *mbi)
{
	u32 end = memory_end(mbi), frames = end / PAGE_SIZE, at = hv_phys(hv_end).a;
	maddr_t table, m2p_at, ring, heap;

	for (u32 i = 0; mbi->flags & MBI_MODS && i < mbi->mods_count; i++) {
		u32 module_end = hv_phys(module(mbi, i).start).a + module(mbi, i).len;

		if (module_end > at)
			at = (module_end + PAGE_SIZE - 1) & PAGE_MASK;
	}
	table = carve(&at, frames * sizeof(struct frame));
	m2p_at = carve(&at, frames * sizeof(u32));
	ring = carve(&at, options.trace_kb * 1024);
	heap = carve(&at, HEAP_BYTES);
	frames_init(hv_virt(table), hv_virt(m2p_at), frames);
	for (u32 i = 0; i < at / PAGE_SIZE; i++)
		frame_table[i] = (struct frame){.owner = DOM_HV, .refs = 1};
	heap_init(heap, maddr(at));
	frames_release(at / PAGE_SIZE, frames);
	return ring;
}

bool probe_segment_limits(void)
{
	extern u32 probe_read(void);
	/* A data segment of one byte, where memory goes on behind it. */
	struct gate *g = current->domain->gate;
	u16 sel = g->reserved_sel + GATE_SEL_LDT;
	struct desc *d = gate_descriptor(g, sel);
	u32 minded;

	*d = (struct desc){HV_LINEAR << 16, (HV_LINEAR & 0xFF000000) | (HV_LINEAR >> 16 & 0xFF) |
						DESC_P | DESC_S | DESC_RW | DESC_A | DESC_DB};
	asm volatile("movl %0, %%gs" : : "r"((u32)sel));
	minded = probe_read();
	asm volatile("movl %0, %%gs" : : "r"(0));
	*d = (struct desc){0, 0};
	return minded;
}

/* The M2P table, read-only, in the first 4 MiB of the hypervisor's part of each address space. */
static void map_m2p(void)
{
	u32 *pt = hv_alloc_page();
	u32 pages = (nr_frames * sizeof(u32) + PAGE_SIZE - 1) / PAGE_SIZE;

	for (u32 i = 0; i < pages; i++)
		pt[i] = (hv_phys(m2p).a + i * PAGE_SIZE) | PTE_P | PTE_A | PTE_D;
	m2p_pde = hv_phys(pt).a | PTE_P | PTE_A;
	hv_page_directory[MACH2PHYS_VIRT_START >> 22] = m2p_pde;
}

/* The first one's end is the machine's. That of others concerns Domain 0. */
static void machine_end(struct domain *d)
{
	bool well = d->end_reason == END_poweroff && d->end_code == 0;

	audit();
	if (d->managed) {
		evtchn_send_virq(domains->vcpus, VIRQ_DOM_EXC);
		return;
	}
	machine_exit(well ? 0 : d->end_reason == END_poweroff ? d->end_code : 2);
}

static void end_recording(void)
{
	record_inventory(INVENTORY_end);
	trace_flush();
}

void hv_main(u32 magic, maddr_t info)
{
	const struct multiboot_info *mbi = hv_virt(info);
	maddr_t ring;
	const struct guest_ops *design;
	struct module modules[3];
	u32 khz;

	uart_init();
	trap_init();
	if (magic != MULTIBOOT_LOADED)
		panic("not started by a Multiboot 1 loader (magic %x)", magic);
	if (mbi->flags & MBI_CMDLINE)
		options_parse(hv_virt(maddr(mbi->cmdline)));
	designs[MMU_SHADOW] = &shadow_guest;
	designs[MMU_DIRECT] = &direct_guest;
	design = designs[options.mmu];
	if (!module(mbi, 0).len) {
		printk("trapline: no guest kernel: pass it as the first module\n");
		machine_exit(2);
	}
	ring = lay_out_memory(mbi);
	hv_page_directory[HV_WINDOW >> 22] = hv_phys(window_pt).a | PTE_P | PTE_RW;
	map_m2p();

	pic_init();
	if (!gate_create(hypervisor.vcpus, &shadow_guest.gate, false, false))
		panic("no memory for the first gate");
	gate_activate(hypervisor.vcpus);
	context_init(&hypervisor.vcpus->context);
	limits_checked = probe_segment_limits();
	khz = time_init();
	sched_init(&this_cpu.sched, options.sched, system_time());
	sched_set_allowance(&this_cpu.sched, options.allowance * 1000);
	if (options.stream)
		uart2_init();
	trace_ring_mfn = maddr_mfn(ring);
	trace_ring_pages = options.trace_kb * 1024 / PAGE_SIZE;
	trace_init(hv_virt(ring), options.trace_kb * 1024, options.trace, options.stream, khz);
	at_machine_exit(end_recording);
	trace_machine(&trace_nobody, LANE_VMM, LANE_VMM, design->mode, limits_checked, nr_frames,
		      khz);
	record_inventory(INVENTORY_begin);
	printk("trapline: mmu=%s isolation=%s (segment limits are %s by this CPU), %u MB, %u MHz\n",
	       design->name, choose_isolation(design), limits_checked ? "checked" : "not checked",
	       nr_frames / 256, khz / 1000);

	if (options.swap)
		swap_init();
	pic_unmask(0);
	pic_unmask(4);
	uart_enable_rx_irq();
	domain_ended = machine_end;
	for (u32 i = 0; i < ARRAY_SIZE(modules); i++)
		modules[i] = module(mbi, i);
	if (options.selftest)
		selftest(modules[0], modules[1], modules[2]);
	else if (options.together)
		start_together(design, modules[0], modules[1]);
	else if (options.share[0] ? !share(modules)
				  : !start_domain(design, options.domid, modules[0], modules[1]))
		machine_exit(2);
	schedule();
	resume();
}
