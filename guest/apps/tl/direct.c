/* direct.c: the start of day of a direct-mode domain (start_of_day.h says what it finds). */
#include <trapline/start_of_day.h>
#include "tl/tl.h"

#define CHUNK 1024u /* pages asked for at a time */

#define PTE_TABLE     0x067u /* present, writable, user, accessed, dirty */
#define PTE_DATA      0x063u
#define PTE_READ_ONLY 0x061u

struct build {
	u32 domid, nr_pages;
	struct rings rings;
	u32 *frames; /* [nr_pages] machine frames */
	struct layout at;
};

/* Write into the domain; pages that are never written are zero. */
static void put(const struct build *b, u32 va, const void *from, u32 len)
{
	while (len) {
		u32 offset = va % PAGE, part = len < PAGE - offset ? len : PAGE - offset;
		s32 err = poke(b->domid, b->frames[(va - b->at.start) / PAGE], offset, from, part);

		if (err)
			fail("writing into the new domain: %s", error_text(err));
		va += part;
		from = (const u8 *)from + part;
		len -= part;
	}
}

/* The hexadecimal number behind KEY in "KEY=value,KEY=value,..." */
static bool value_of(const char *text, u32 len, const char *key, u32 *value)
{
	u32 n = strlen(key);

	for (u32 i = 0; i + n < len; i++) {
		if (memcmp(text + i, key, n) || (i && text[i - 1] != ','))
			continue;
		*value = 0;
		for (i += n; i < len; i++) {
			u32 digit = (u32)text[i] - '0', letter = ((u32)text[i] | 0x20) - 'a';

			if (text[i] == 'x')
				continue;
			if (digit > 9 && letter > 5)
				break;
			*value = *value << 4 | (digit <= 9 ? digit : letter + 10);
		}
		return true;
	}
	return false;
}

static void get_memory(struct build *b)
{
	u32 n;

	b->frames = memory(b->nr_pages * sizeof(u32));
	for (u32 pfn = 0; pfn < b->nr_pages; pfn++)
		b->frames[pfn] = pfn;
	for (u32 pfn = 0; pfn < b->nr_pages; pfn += n) {
		n = b->nr_pages - pfn < CHUNK ? b->nr_pages - pfn : CHUNK;
		if (populate(b->domid, b->frames + pfn, n) != (s32)n)
			fail("%s", error_text(-12));
	}
}

static void put_kernel(const struct build *b, struct file f)
{
	const struct elf_segment *s;

	for (u32 i = 0; (s = elf_next(f, &i));)
		put(b, s->vaddr, f.at + s->offset, s->filesz);
}

static u32 entry_of(const struct build *b, u32 va, u32 flags)
{
	return b->frames[(va - b->at.start) / PAGE] * PAGE | flags;
}

/* A table at a time, and last the directory that leads to them. */
static void put_tables(const struct build *b)
{
	static u32 directory[1024], table[1024];
	u32 at = b->at.tables + PAGE, tables_end = b->at.tables + b->at.nr_tables * PAGE;

	for (u32 va = b->at.start; va < b->at.end; at += PAGE) {
		memset(table, 0, sizeof(table));
		directory[va >> 22] = entry_of(b, at, PTE_TABLE);
		do {
			bool read_only = va >= b->at.tables && va < tables_end;

			table[va / PAGE % 1024] =
			    entry_of(b, va, read_only ? PTE_READ_ONLY : PTE_DATA);
			va += PAGE;
		} while (va % MB4 && va < b->at.end);
		put(b, at, table, sizeof(table));
	}
	put(b, b->at.tables, directory, sizeof(directory));
}

static void make_rings(struct build *b)
{
	b->rings = (struct rings){
	    .store_mfn = b->frames[(b->at.store - b->at.start) / PAGE],
	    .store_port = channel_for_us(b->domid),
	    .console_mfn = b->frames[(b->at.console - b->at.start) / PAGE],
	    .console_port = channel_for_us(b->domid),
	};
}

static void put_start_info(const struct plan *p, const struct build *b, u32 initrd_len)
{
	static struct start_info si;
	struct xen_domctl op = {0};

	if (domctl(&op, XEN_DOMCTL_getdomaininfo, b->domid))
		fail("the new domain has gone");
	si = (struct start_info){
	    .magic = "xen-3.0-x86_32",
	    .nr_pages = b->nr_pages,
	    .shared_info = (u32)op.u.getdomaininfo.shared_info_frame * PAGE,
	    .store_mfn = b->rings.store_mfn,
	    .store_evtchn = b->rings.store_port,
	    .console_mfn = b->rings.console_mfn,
	    .console_evtchn = b->rings.console_port,
	    .pt_base = b->at.tables,
	    .nr_pt_frames = b->at.nr_tables,
	    .mfn_list = b->at.p2m,
	    .mod_start = initrd_len ? b->at.initrd : 0,
	    .mod_len = initrd_len,
	};
	strlcpy(si.cmd_line, p->cmdline, sizeof(si.cmd_line));
	put(b, b->at.start_info, &si, sizeof(si));
	if (p->contact)
		*p->contact = (struct contact){b->domid, channel_for_us(b->domid),
					       b->frames[(b->at.start_info - b->at.start) / PAGE]};
}

static void get_ready(const struct build *b, u32 entry)
{
	static struct vcpu_guest_context c;
	s32 err = pin_directory(b->domid, b->frames[(b->at.tables - b->at.start) / PAGE]);

	if (err)
		fail("the new domain's page tables: %s", error_text(err));
	c.user_regs.cs = FLAT_RING1_CS;
	c.user_regs.ds = c.user_regs.es = FLAT_RING1_DS;
	c.user_regs.ss = FLAT_RING1_SS;
	c.user_regs.eip = entry;
	c.user_regs.esp = b->at.stack + PAGE;
	c.user_regs.esi = b->at.start_info;
	c.kernel_ss = FLAT_RING1_SS;
	c.kernel_sp = b->at.stack + PAGE;
	c.event_callback_cs = c.failsafe_callback_cs = FLAT_RING1_CS;
	c.ctrlreg[3] = xen_pfn_to_cr3(b->frames[(b->at.tables - b->at.start) / PAGE]);
	err = set_context(b->domid, &c);
	if (err)
		fail("the new domain's registers: %s", error_text(err));
}

/* The end of what the kernel occupies. */
static u32 kernel_end(const struct plan *p, const struct build *b, struct file f)
{
	const struct elf_segment *s;
	u32 end = 0;

	for (u32 i = 0; (s = elf_next(f, &i));) {
		if (s->vaddr < b->at.start)
			fail("%s has a part below its VIRT_BASE", p->kernel);
		if (s->vaddr + s->memsz > end)
			end = s->vaddr + s->memsz;
	}
	if (!end || end > HYPERVISOR_VIRT_START - (256u << 20))
		fail("%s has nothing to load, or lies too high", p->kernel);
	return end;
}

void build_direct(const struct plan *p, u32 domid)
{
	struct file kernel = p->kernel_file, initrd = p->initrd_file;
	const struct elf_header *h = elf_open(p, kernel);
	struct build b = {.domid = domid, .nr_pages = p->nr_pages};
	u32 len, entry = h->entry;
	const char *text = elf_text(kernel, "__xen_guest", &len);

	if (!text)
		fail("%s is not made for Xen (no section __xen_guest): try mmu=shadow", p->kernel);
	if (!value_of(text, len, "VIRT_BASE=", &b.at.start) || b.at.start % PAGE)
		fail("%s does not say its VIRT_BASE", p->kernel);
	value_of(text, len, "VIRT_ENTRY=", &entry);
	if (!lay_out(&b.at, kernel_end(p, &b, kernel), initrd.len, b.nr_pages, false))
		fail("%s and its initrd do not fit into mem=%u: give it more", p->kernel,
		     b.nr_pages / 256);
	get_memory(&b);
	put_kernel(&b, kernel);
	put(&b, b.at.initrd, initrd.at, initrd.len);
	put(&b, b.at.p2m, b.frames, b.nr_pages * sizeof(u32));
	make_rings(&b);
	put_start_info(p, &b, initrd.len);
	put_tables(&b);
	get_ready(&b, entry);
	record_domain(p, domid, &b.rings);
	munmap((u32)b.frames, b.nr_pages * sizeof(u32));
}
