/* boot.c (pv): what the domain builder tells in start_info, put into struct boot. */
#include "hypercall.h"
#include "lib/lib.h"

static char cmdline[256];
static struct boot boot;

union shared_page shared_page __attribute__((aligned(PAGE_SIZE)));

void pv_start(const struct start_info *si)
{
	strlcpy(cmdline, si->cmd_line, sizeof(cmdline));
	boot.cmdline = cmdline;
	answer_init(si);
	blkfront_init(si);
	is_domain0 = si->flags & SIF_PRIVILEGED;
	boot.nr_pages = si->nr_pages < MAX_PAGES ? si->nr_pages : MAX_PAGES;
	if (si->mod_start) {
		boot.initrd = (const u8 *)si->mod_start;
		boot.initrd_size = si->mod_len;
	}
	/* Everything up to the boot stack lies together: image, initrd, start_info, tables. */
	boot.nr_busy = 1;
	boot.busy[0].end = mmu_init(si, boot.nr_pages);
	xenbus_init(si);
	if (hyper_update_va_mapping(&shared_page, si->shared_info | PTE_P | PTE_RW | PTE_A | PTE_D,
				    UVMF_INVLPG))
		panic("cannot map shared_info");
	kmain(&boot);
}
