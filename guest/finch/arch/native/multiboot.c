/* multiboot.c (native): what the boot loader tells (Multiboot 1, 3.3), put into struct boot. */
#include "arch.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define MULTIBOOT_LOADED 0x2BADB002
#define HAS_MEMORY	 0x1
#define HAS_CMDLINE	 0x4
#define HAS_MODULES	 0x8

struct multiboot {
	u32 flags, mem_lower, mem_upper; /* KB from 0, KB from 1 MB */
	u32 boot_device, cmdline, nr_modules, modules;
};

struct module {
	u32 start, end, string, reserved;
};

extern char kernel_end[];

#define PA(va)	   ((u32)(va)-KERNEL_BASE)
#define PFN_UP(pa) (((pa) + PAGE_SIZE - 1) >> PAGE_SHIFT)

static char cmdline[256];
static struct boot boot;

static void *at(u32 pa)
{
	return (void *)(pa + KERNEL_BASE);
}

static void keep_out(u32 first, u32 end)
{
	boot.busy[boot.nr_busy].first = first;
	boot.busy[boot.nr_busy++].end = end;
}

/* Loaders put the kernel's path before its options. */
static const char *options(const char *s)
{
	const char *eq = s;

	while (*eq && *eq != '=' && *eq != ' ')
		eq++;
	if (*eq == '=')
		return s;
	return *eq ? eq + 1 : eq;
}

void native_start(u32 magic, u32 info)
{
	struct multiboot *m = at(info);

	uart_init();
	if (magic != MULTIBOOT_LOADED || !(m->flags & HAS_MEMORY))
		panic("not started by a Multiboot loader");
	if (m->flags & HAS_CMDLINE)
		strlcpy(cmdline, options(at(m->cmdline)), sizeof(cmdline));
	boot.cmdline = cmdline;
	boot.nr_pages = (m->mem_upper + 1024) / 4;
	if (boot.nr_pages > MAX_PAGES)
		boot.nr_pages = MAX_PAGES;
	/* Below 1 MB lie the BIOS's data, the loader's information and a hole. */
	keep_out(0, PFN_UP(PA(kernel_end)));
	if ((m->flags & HAS_MODULES) && m->nr_modules) {
		struct module *mod = at(m->modules);

		boot.initrd = at(mod->start);
		boot.initrd_size = mod->end - mod->start;
		keep_out(mod->start >> PAGE_SHIFT, PFN_UP(mod->end));
	}
	mmu_init(boot.nr_pages);
	kmain(&boot);
}
