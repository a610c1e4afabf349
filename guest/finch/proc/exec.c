/* exec.c: from an ELF file to a process image (System V ABI, i386 supplement, chapter 5). */
#include "proc/proc.h"
#include "fs/fs.h"
#include "lib/lib.h"

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum;
};

struct elf_segment {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#define ET_EXEC	     2
#define EM_386	     3
#define PT_LOAD	     1
#define PF_WRITABLE  2
#define EFLAGS_START 0x202 /* IF, and the bit that is always 1 */

#define ARGS_TOP USER_STACK_TOP

s32 args_init(struct args *a)
{
	*a = (struct args){.page = page_alloc()};
	return a->page ? 0 : -ENOMEM;
}

s32 args_add(struct args *a, const char *s, u32 len)
{
	/* Half of the page at most: the rest is the program's first stack. */
	if (a->argc == MAX_ARGS || a->used + len + 1 > PAGE_SIZE / 2)
		return -E2BIG;
	a->used += len + 1;
	memcpy(a->page + PAGE_SIZE - a->used, s, len);
	a->at[a->argc++] = ARGS_TOP - a->used;
	return 0;
}

/* argc, argv[], NULL below the strings. @return the stack pointer to start with */
static u32 args_finish(struct args *a)
{
	u32 top = (a->used + 3) & ~3u, words = a->argc + 2;
	u32 *w = (u32 *)(a->page + PAGE_SIZE - top) - words;

	w[0] = a->argc;
	memcpy(w + 1, a->at, a->argc * sizeof(u32));
	w[a->argc + 1] = 0;
	return ARGS_TOP - top - words * sizeof(u32);
}

/*
 * A segment of the file becomes a region; its pages are read when touched. What lies between
 * the end of the file's part and the end of the segment (.bss) is zeros.
 */
static s32 load_segment(struct space *s, const struct initrd_file *f, const struct elf_segment *p)
{
	vaddr_t start = p->vaddr & ~(PAGE_SIZE - 1);
	vaddr_t end = (p->vaddr + p->memsz + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	u32 lead = p->vaddr - start;
	struct region *r;

	if (start < USER_STACK_TOP || end <= start || end > USER_MMAP || p->filesz > p->memsz ||
	    p->offset < lead || p->offset > f->size || p->filesz > f->size - p->offset ||
	    region_overlaps(s, start, end))
		return -ENOEXEC;
	r = region_add(s, start, end, p->flags & PF_WRITABLE ? PROT_READ | PROT_WRITE : PROT_READ);
	if (!r)
		return -ENOEXEC;
	r->file = f->data + p->offset - lead;
	r->file_len = lead + p->filesz;
	if (end > s->heap)
		s->heap = s->brk = end;
	return 0;
}

static s32 load_elf(struct space *s, const struct initrd_file *f, u32 *entry)
{
	struct elf_header h;
	s32 err = 0;

	if (f->size < sizeof(h))
		return -ENOEXEC;
	memcpy(&h, f->data, sizeof(h));
	if (memcmp(h.ident, "\177ELF\1\1", 6) || h.type != ET_EXEC || h.machine != EM_386 ||
	    h.phentsize != sizeof(struct elf_segment) || h.phoff > f->size ||
	    h.phnum > (f->size - h.phoff) / sizeof(struct elf_segment))
		return -ENOEXEC;
	for (u32 i = 0; i < h.phnum && !err; i++) {
		struct elf_segment p;

		memcpy(&p, f->data + h.phoff + i * sizeof(p), sizeof(p));
		if (p.type == PT_LOAD && p.memsz)
			err = load_segment(s, f, &p);
	}
	*entry = h.entry;
	return !err && h.entry >= KERNEL_BASE ? -ENOEXEC : err;
}

/* The stack, whose first page is the one with the arguments. */
static s32 add_stack(struct space *s, struct args *a)
{
	vaddr_t last = USER_STACK_TOP - PAGE_SIZE;
	pte_t *slot;

	if (!region_add(s, USER_STACK_TOP - USER_STACK_SIZE, USER_STACK_TOP,
			PROT_READ | PROT_WRITE))
		return -ENOMEM;
	slot = table_make(s, last);
	if (!slot)
		return -ENOMEM;
	*slot = pte_make(frame_of(a->page), PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D);
	a->page = NULL;
	return 0;
}

static void reset_signals(void)
{
	for (u32 i = 0; i < NSIG; i++) {
		if (current->handlers[i] != SIG_IGN)
			current->handlers[i] = SIG_DFL;
	}
}

s32 proc_exec(const char *path, struct args *a)
{
	struct trapframe *tf = proc_frame(current);
	struct initrd_file f;
	struct space fresh, old = current->space;
	u32 entry = 0, esp = args_finish(a);
	s32 err = initrd_find(path, &f) ? 0 : -ENOENT;

	if (!err)
		err = space_init(&fresh);
	if (!err) {
		err = load_elf(&fresh, &f, &entry);
		if (!err)
			err = add_stack(&fresh, a);
		if (err)
			space_free(&fresh);
	}
	if (a->page)
		page_free(a->page);
	if (err)
		return err;

	mmu_activate(fresh.dir);
	fresh.live = true;
	current->space = fresh;
	space_enter(&current->space);
	if (old.dir)
		space_free(&old);
	strlcpy(current->name, f.name, NAME_SIZE);
	reset_signals();
	*tf = (struct trapframe){
	    .eip = entry, .cs = USER_CS, .eflags = EFLAGS_START, .esp = esp, .ss = USER_DS};
	return 0;
}
