/*
 * shadow.c: what a PC's boot loader does (Multiboot 1), for a domain with mmu=shadow: the
 * unmodified kernel at its physical addresses, what a BIOS leaves in low memory, the initrd, and
 * the description of the machine.
 */
#include "tl/tl.h"

#define LOW_MEMORY_KB	 639
#define EBDA		 0x9FC00u /* the extended BIOS data area: its length in KB, 1 */
#define BIOS_IRET	 0xF000FF53u
#define MBI		 0x1000u
#define CMDLINE		 0x2000u
#define MULTIBOOT_LOADED 0x2BADB002u
#define MBI_FLAGS	 0x24Fu /* memory, boot device, command line, modules, map, loader's name */
#define FIRST_DISK	 0x8000FFFFu

struct mbi {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
	u32 mmap_length, mmap_addr, drives[2], config_table, loader, rest[5];
	struct {
		u32 start, end, string, reserved;
	} mod;
	struct {
		u32 size;
		u64 addr, len;
		u32 type;
	} __attribute__((packed)) map[2];
	char loader_name[8], mod_name[64];
} __attribute__((packed));

static u32 domid, size; /* of its memory, in bytes */

static void put(u32 pa, const void *from, u32 len)
{
	if (pa > size || len > size - pa)
		fail("that needs memory at %x, the domain has %u MB: give it more (mem=)", pa + len,
		     size >> 20);
	while (len) {
		u32 offset = pa % PAGE, part = len < PAGE - offset ? len : PAGE - offset;
		s32 err = poke(domid, pa / PAGE, offset, from, part);

		if (err)
			fail("writing into the new domain: %s",
			     error_text(err == -22 ? -12 : err)); /* there was no page for it */
		pa += part;
		from = (const u8 *)from + part;
		len -= part;
	}
}

/* @return the end of what the kernel occupies */
static u32 put_kernel(struct file f)
{
	const struct elf_segment *s;
	u32 end = 0;

	for (u32 i = 0; (s = elf_next(f, &i));) {
		put(s->paddr, f.at + s->offset, s->filesz);
		if (s->paddr + s->memsz > end)
			end = s->paddr + s->memsz;
	}
	return end;
}

static void put_bios_data(void)
{
	static const struct {
		u16 at, word;
	} data[] = {{0x400, 0x3F8}, {0x40E, EBDA / 16}, {0x410, 0x206}, {0x413, EBDA / 1024},
		    {0x41A, 0x1E},  {0x41C, 0x1E},	{0x480, 0x1E},	{0x482, 0x3E},
		    {0x476, 0xC0},  {0x47C, 0x0A},	{0x496, 0x10}};
	static u32 vectors[256];
	const u8 ebda_kb = 1;

	for (u32 i = 0; i < ARRAY_SIZE(vectors); i++)
		vectors[i] = BIOS_IRET;
	put(0, vectors, sizeof(vectors));
	for (u32 i = 0; i < ARRAY_SIZE(data); i++)
		put(data[i].at, &data[i].word, 2);
	put(EBDA, &ebda_kb, 1);
}

static void describe(const struct plan *p, u32 initrd_at, u32 initrd_len)
{
	struct mbi m = {
	    .flags = MBI_FLAGS,
	    .mem_lower = LOW_MEMORY_KB,
	    .mem_upper = p->nr_pages * 4 - 1024,
	    .boot_device = FIRST_DISK,
	    .cmdline = CMDLINE,
	    .mods_count = p->initrd != NULL,
	    .mods_addr = MBI + offsetof(struct mbi, mod),
	    .mmap_length = sizeof(m.map),
	    .mmap_addr = MBI + offsetof(struct mbi, map),
	    .loader = MBI + offsetof(struct mbi, loader_name),
	    .mod = {initrd_at, initrd_at + initrd_len, MBI + offsetof(struct mbi, mod_name), 0},
	    .map = {{20, 0, LOW_MEMORY_KB * 1024, 1},
		    {20, 0x100000, (u64)(p->nr_pages - 256) * PAGE, 1}},
	    .loader_name = "tl"};

	strlcpy(m.mod_name, p->initrd ? p->initrd : "", sizeof(m.mod_name));
	put(MBI, &m, sizeof(m));
	put(CMDLINE, p->cmdline, strlen(p->cmdline) + 1);
}

static void say_code(u32 start, u32 len)
{
	struct xen_domctl op = {.u.tl_code = {start, (u64)start + len}};
	s32 err = domctl(&op, XEN_DOMCTL_tl_code, domid);

	if (err)
		fail("the code at %x: %s", start, error_text(err));
}

/* Where was this part of the file loaded to? */
static bool loaded_at(struct file f, const struct elf_section *s, u32 *pa)
{
	const struct elf_segment *seg;

	for (u32 i = 0; (seg = elf_next(f, &i));)
		if (s->addr >= seg->vaddr && s->addr - seg->vaddr < seg->filesz &&
		    s->size <= seg->filesz - (s->addr - seg->vaddr)) {
			*pa = seg->paddr + (s->addr - seg->vaddr);
			return true;
		}
	return false;
}

/* The executable sections; of a file without any, the executable segments. */
static void say_all_code(struct file f)
{
	const struct elf_section *s;
	const struct elf_segment *seg;
	u32 found = 0, pa;

	for (u32 i = 0; (s = elf_section(f, i)); i++)
		if (s->flags & ELF_EXECINSTR && s->size && loaded_at(f, s, &pa)) {
			say_code(pa, s->size);
			found++;
		}
	for (u32 i = 0; !found && (seg = elf_next(f, &i));)
		if (seg->flags & ELF_EXECUTABLE)
			say_code(seg->paddr, seg->filesz);
}

/* An entry that is a linear address, as loaders understand it: it lies in one of the segments. */
static u32 physical_entry(struct file f, u32 entry)
{
	const struct elf_segment *s;

	for (u32 i = 0; (s = elf_next(f, &i));)
		if (s->flags & ELF_EXECUTABLE && entry >= s->vaddr && entry - s->vaddr < s->filesz)
			return entry - s->vaddr + s->paddr;
	return entry;
}

void build_shadow(const struct plan *p, u32 id)
{
	static struct vcpu_guest_context c;
	struct file kernel = p->kernel_file, initrd = p->initrd_file;
	const struct elf_header *h = elf_open(p, kernel);
	u32 initrd_at, len;
	s32 err;

	if (elf_text(kernel, "__xen_guest", &len))
		fail("%s is made for Xen (it has a section __xen_guest): try mmu=direct",
		     p->kernel);
	domid = id;
	size = p->nr_pages * PAGE;
	initrd_at = (put_kernel(kernel) + PAGE - 1) & ~(PAGE - 1);
	put(initrd_at, initrd.at, initrd.len);
	put_bios_data();
	describe(p, initrd_at, initrd.len);
	say_all_code(kernel);
	c.user_regs.eip = physical_entry(kernel, h->entry);
	c.user_regs.eax = MULTIBOOT_LOADED;
	c.user_regs.ebx = MBI;
	err = set_context(domid, &c);
	if (err)
		fail("the new domain's registers: %s", error_text(err));
	record_domain(p, domid, NULL);
}
