/*[H23] build_native.c: the boot loader of a shadow-mode guest. */
#include "boot/multiboot.h"
#include "cpu/gate.h"
#include "dev/vdev.h"
#include "dom/build.h"
#include "dom/elf.h"
#include "dom/segments.h"
#include "dom/time.h"
#include "insn/scan.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/shadow/shadow.h"

#define LOW_MEMORY_KB 640
#define MBI_PA	      0x1000u /* multiboot_info, module list, memory map */
#define CMDLINE_PA    0x2000u

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

static bool describe_memory(struct domain *d, const char *cmdline, u32 initrd_pa, u32 initrd_len)
{
	struct {
		struct multiboot_info info;
		struct multiboot_module mod;
		struct multiboot_mmap map[2];
	} __attribute__((packed)) mb = {
	    .info = {.flags = MBI_MEM | MBI_CMDLINE | MBI_MMAP | (initrd_len ? MBI_MODS : 0),
		     .mem_lower = LOW_MEMORY_KB,
		     .mem_upper = d->nr_pages * 4 - 1024,
		     .cmdline = CMDLINE_PA,
		     .mods_count = initrd_len != 0,
		     .mods_addr = MBI_PA + sizeof(struct multiboot_info),
		     .mmap_length = 2 * sizeof(struct multiboot_mmap),
		     .mmap_addr =
			 MBI_PA + sizeof(struct multiboot_info) + sizeof(struct multiboot_module)},
	    .mod = {.start = initrd_pa, .end = initrd_pa + initrd_len, .string = CMDLINE_PA},
	    .map = {{20, 0, LOW_MEMORY_KB * 1024, 1},
		    {20, 0x100000, (u64)(d->nr_pages - 256) * PAGE_SIZE, 1}},
	};
	u32 len = strlen(cmdline) + 1;

	return len <= PAGE_SIZE && put(d, MBI_PA, &mb, sizeof(mb)) &&
	       put(d, CMDLINE_PA, cmdline, len);
}

bool build_native(struct domain *d, struct module kernel, struct module initrd, const char *cmdline,
		  u32 nr_pages)
{
	struct vcpu *v = &d->vcpu;
	u32 list_pages = (nr_pages * sizeof(mfn_t) + PAGE_SIZE - 1) / PAGE_SIZE, end, initrd_pa;
	struct elf elf;

	if (!elf_open(&elf, kernel.start, kernel.len)) {
		printk("trapline: the guest kernel is no 32-bit x86 ELF file\n");
		return false;
	}
	d->mmu = &shadow_ops;
	d->nr_pages = nr_pages;
	d->p2m = hv_alloc_pages(list_pages);
	d->vdev = vdev_create(system_time());
	if (!d->p2m || !d->vdev || !shadow_init(d)) {
		printk("trapline: no memory to describe a guest of %u pages\n", nr_pages);
		return false;
	}
	for (u32 i = 0; i < nr_pages; i++)
		d->p2m[i] = mfn(INVALID_FRAME);

	if (!load_segments(d, &elf, &end))
		return false;
	initrd_pa = (end + PAGE_SIZE - 1) & PAGE_MASK;
	if (!put(d, initrd_pa, initrd.start, initrd.len) ||
	    !describe_memory(d, cmdline, initrd_pa, initrd.len)) {
		printk("trapline: the guest's %u KB do not hold its initrd: use mem=\n",
		       nr_pages * 4);
		return false;
	}
	if (!d->ahead && !scan_kernel(d, &elf))
		return false;

	v->virt.cr0 = CR0_PE | CR0_ET;
	v->virt.idt.limit = 0;
	v->regs->eip = elf.header.entry;
	v->regs->eax = MULTIBOOT_LOADED;
	v->regs->ebx = MBI_PA;
	v->regs->eflags = EFL_IF | EFL_FIXED;
	segments_init(v);
	shadow_select_root(v);
	return !d->dying;
}
