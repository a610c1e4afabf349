/*[H23] build_native.c: the boot loader of a shadow-mode guest. */
#include "boot/multiboot.h"
#include "cpu/gate.h"
#include "dev/vdev.h"
#include "build/build.h"
#include "dom/account.h"
#include "dom/elf.h"
#include "dom/segments.h"
#include "dom/time.h"
#include "find/find.h"
#include "lib/printk.h"
#include "lib/range.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/shadow/reclaim.h"

#define PAGES_AT_A_TIME 4096u /* given back */

#define LOW_MEMORY_KB 639	  /* up to the extended BIOS data area */
#define EBDA_PA	      0x9FC00u	  /* the extended BIOS data area: its length in KB, 1, and zeroes */
#define BIOS_IRET     0xF000FF53u /* in real mode: segment and offset */
#define MBI_PA	      0x1000u	  /* multiboot_info, module list, memory map, strings */
#define CMDLINE_PA    0x2000u
#define BOOT_DEVICE   0x8000FFFFu /* the first disk: of partitions nothing is known */

/* Copy into guest-physical memory; false if the guest has no such memory. src NULL: zeroes. */
static bool put(struct domain *d, u32 pa, const void *src, u32 len)
{
	while (len) {
		u32 offset = pa % PAGE_SIZE, part = PAGE_SIZE - offset;
		mfn_t m = populate(d, pa / PAGE_SIZE);
		u8 *page;

		if (!mfn_valid(m))
			return false;
		if (part > len)
			part = len;
		page = map_domain_page(m);
		if (src) {
			memcpy(page + offset, src, part);
			src = (const u8 *)src + part;
		} else {
			memset(page + offset, 0, part);
		}
		unmap_domain_page(page);
		pa += part;
		len -= part;
	}
	return true;
}

static bool load_segments(struct domain *d, const struct elf *elf, u32 *end)
{
	struct elf_phdr seg;
	u32 i = 0;
	int more;

	*end = 0;
	while ((more = elf_next_load(elf, &i, &seg)) == 1) {
		if (!put(d, seg.paddr, elf->file + seg.offset, seg.filesz) ||
		    !put(d, seg.paddr + seg.filesz, NULL, seg.memsz - seg.filesz)) {
			printk("trapline: the kernel wants memory at %x to %x; the guest has %u "
			       "KB: use mem=\n",
			       seg.paddr, seg.paddr + seg.memsz, d->nr_pages * 4);
			return false;
		}
		if (seg.paddr + seg.memsz > *end)
			*end = seg.paddr + seg.memsz;
	}
	if (more < 0 || *end == 0)
		printk("trapline: the guest kernel's ELF file is damaged\n");
	return more == 0 && *end != 0;
}

/* Where the loader is told what to load by the Multiboot header itself. NULL if it is not. */
static const struct multiboot_header *addresses(struct module kernel)
{
	u32 n = kernel.len < MULTIBOOT_SEARCH ? kernel.len : MULTIBOOT_SEARCH;

	for (u32 at = 0; at + sizeof(struct multiboot_header) <= n; at += 4) {
		const struct multiboot_header *h = (const void *)((const u8 *)kernel.start + at);

		if (h->magic == MULTIBOOT_MAGIC && h->magic + h->flags + h->checksum == 0)
			return h->flags & MULTIBOOT_HAS_ADDRESSES ? h : NULL;
	}
	return NULL;
}

/* What follows in the file from the header's place on, and zeroes behind it. */
static bool load_by_addresses(struct domain *d, struct module kernel,
			      const struct multiboot_header *h, u32 *image_end, u32 *end)
{
	u32 before = h->header_addr - h->load_addr, at = (const u8 *)h - (const u8 *)kernel.start;
	u32 len, zeroes = 0;

	if (h->header_addr < h->load_addr || before > at)
		return false;
	at -= before;
	len = h->load_end_addr ? h->load_end_addr - h->load_addr : kernel.len - at;
	if (h->bss_end_addr > h->load_addr + len)
		zeroes = h->bss_end_addr - (h->load_addr + len);
	if (len > kernel.len - at || !range_end(h->load_addr, len, 1, image_end) ||
	    !range_end(*image_end, zeroes, 1, end) ||
	    !put(d, h->load_addr, (const u8 *)kernel.start + at, len) ||
	    !put(d, *image_end, NULL, zeroes))
		return false;
	d->vcpus->regs->eip = h->entry_addr;
	return true;
}

/* An entry that is a linear address, as loaders understand it: it lies in one of the segments. */
static u32 physical_entry(const struct elf *elf)
{
	u32 entry = elf->header.entry, i = 0;
	struct elf_phdr seg;

	while (elf_next_load(elf, &i, &seg) == 1)
		if (seg.flags & ELF_PF_X && entry >= seg.vaddr && entry - seg.vaddr < seg.filesz)
			return entry - seg.vaddr + seg.paddr;
	return entry;
}

static bool load_elf(struct domain *d, const struct elf *elf, u32 *end)
{
	d->vcpus->regs->eip = physical_entry(elf);
	return load_segments(d, elf, end);
}

/* What a BIOS leaves: interrupt vectors, and what it knows of the machine. */
static bool put_bios_data(struct domain *d)
{
	static const struct {
		u16 at, word;
	} data[] = {{0x400, 0x3F8}, /* COM1 */
		    {0x40E, EBDA_PA / 16},
		    {0x410, 0x206}, /* an FPU, a PS/2 mouse, one serial port */
		    {0x413, EBDA_PA / 1024},
		    /* The keyboard's buffer: where to read and write, begin, end. */
		    {0x41A, 0x1E},
		    {0x41C, 0x1E},
		    {0x480, 0x1E},
		    {0x482, 0x3E},
		    {0x476, 0xC0},  /* how disks are driven */
		    {0x47C, 0x0A},  /* how long COM1 is waited for */
		    {0x496, 0x10}}; /* a keyboard of 101 keys */
	const u32 vector = BIOS_IRET;
	const u8 ebda_kb = 1;
	bool done = put(d, EBDA_PA, &ebda_kb, 1);

	for (u32 i = 0; done && i < 256; i++)
		done = put(d, i * sizeof(vector), &vector, sizeof(vector));
	for (u32 i = 0; done && i < ARRAY_SIZE(data); i++)
		done = put(d, data[i].at, &data[i].word, 2);
	return done;
}

static bool describe_memory(struct domain *d, const char *cmdline, u32 initrd_pa,
			    struct module initrd)
{
	struct boot {
		struct multiboot_info info;
		struct multiboot_module mod;
		struct multiboot_mmap map[2];
		char loader[8];
	} __attribute__((packed)) mb = {
	    .info = {.flags = MBI_MEM | MBI_DEVICE | MBI_CMDLINE | MBI_MODS | MBI_MMAP | MBI_LOADER,
		     .mem_lower = LOW_MEMORY_KB,
		     .mem_upper = d->nr_pages * 4 - 1024,
		     .boot_device = BOOT_DEVICE,
		     .cmdline = CMDLINE_PA,
		     .mods_count = initrd.start != NULL,
		     .mods_addr = MBI_PA + offsetof(struct boot, mod),
		     .mmap_length = 2 * sizeof(struct multiboot_mmap),
		     .mmap_addr = MBI_PA + offsetof(struct boot, map),
		     .loader = MBI_PA + offsetof(struct boot, loader)},
	    .mod = {.start = initrd_pa,
		    .end = initrd_pa + initrd.len,
		    .string = MBI_PA + sizeof(struct boot)},
	    .map = {{20, 0, LOW_MEMORY_KB * 1024, 1},
		    {20, 0x100000, (u64)(d->nr_pages - 256) * PAGE_SIZE, 1}},
	    .loader = "qemu",
	};
	const char *name = initrd.start ? initrd.name : "";
	u32 len = strlen(cmdline) + 1, name_len = strlen(name) + 1;

	return len <= PAGE_SIZE && name_len <= PAGE_SIZE - sizeof(mb) && put_bios_data(d) &&
	       put(d, MBI_PA, &mb, sizeof(mb)) && put(d, MBI_PA + sizeof(mb), name, name_len) &&
	       put(d, CMDLINE_PA, cmdline, len);
}

bool build_native(struct domain *d, struct module kernel, struct module initrd, const char *cmdline,
		  u32 nr_pages)
{
	struct vcpu *v = d->vcpus;
	u32 image_end = 0, end, initrd_pa;
	const struct multiboot_header *h = addresses(kernel);
	struct elf elf;
	bool is_elf = elf_open(&elf, kernel.start, kernel.len);

	if (!is_elf && !h) {
		printk("trapline: the guest kernel is no 32-bit x86 ELF file, and its Multiboot "
		       "header has "
		       "no addresses\n");
		return false;
	}
	if (native_set_max(d, nr_pages) || !create_native(d)) {
		printk("trapline: no memory to describe a guest of %u pages\n", nr_pages);
		return false;
	}
	if (h && !load_by_addresses(d, kernel, h, &image_end, &end)) {
		printk("trapline: the guest's %u KB do not hold what its Multiboot header says: "
		       "use mem=\n",
		       nr_pages * 4);
		return false;
	}
	if (!h && !load_elf(d, &elf, &end))
		return false;
	initrd_pa = (end + PAGE_SIZE - 1) & PAGE_MASK;
	if (!put(d, initrd_pa, initrd.start, initrd.len) ||
	    !describe_memory(d, cmdline, initrd_pa, initrd)) {
		printk("trapline: the guest's %u KB do not hold its initrd: use mem=\n",
		       nr_pages * 4);
		return false;
	}
	if (!d->ahead && !(is_elf ? scan_kernel(d, &elf) : scan_image(d, h->load_addr, image_end)))
		return false;

	v->regs->eax = MULTIBOOT_LOADED;
	v->regs->ebx = MBI_PA;
	return native_start(v);
}

bool create_native(struct domain *d)
{
	d->mmu = &shadow_ops;
	d->vdev = vdev_create(system_time());
	return d->vdev && shadow_init(d) && (!d->breakpoints || ahead_init(d));
}

bool native_start(struct vcpu *v)
{
	v->virt.cr0 = CR0_PE | CR0_ET;
	v->virt.idt.limit = 0;
	v->regs->eflags = EFL_IF | EFL_FIXED;
	v->initialised = true;
	segments_init(v);
	shadow_select_root(v);
	return !v->domain->dying;
}

/* A part of its memory. @return true if that was all */
static bool give_back(struct domain *d)
{
	u32 end =
	    d->swept + PAGES_AT_A_TIME < d->nr_pages ? d->swept + PAGES_AT_A_TIME : d->nr_pages;

	for (; d->swept < end; d->swept++) {
		if (mfn_valid(d->p2m[d->swept]))
			page_put(d, frame_of(d->p2m[d->swept]));
		else if (p2m_swapped(d->p2m[d->swept]))
			swap_forget(d, d->swept);
	}
	return end == d->nr_pages;
}

bool release_native(struct domain *d)
{
	struct vcpu *v;

	if (d->shadow && d->shadow->pages && !shadow_drop_part(d))
		return false;
	if (d->p2m && !give_back(d))
		return false;
	hv_free_pages(d->p2m, pages_of(d->nr_pages * sizeof(mfn_t)));
	d->p2m = NULL;
	d->nr_pages = 0;
	if (d->shadow)
		d->mmu->destroy(d);
	scan_end(d);
	ahead_end(d);
	for_each_vcpu(v, d)
	{
		hv_free_page(v->apic);
		v->apic = NULL;
	}
	vdev_destroy(d->vdev);
	d->vdev = NULL;
	return true;
}
