/* main.c: the order in which the kernel comes up. Each port's first code ends by calling kmain. */
#include "proc/proc.h"
#include "fs/fs.h"
#include "lib/lib.h"

void kmain(const struct boot *boot)
{
	const char *seed = option(boot->cmdline, "seed");

	printk("finch: port=%s pages=%u initrd=%u\n", PORT_NAME, boot->nr_pages, boot->initrd_size);
	rng_seed(seed ? parse_number(seed) : 1);
	frame_init(boot);
	initrd_init(boot);
	arch_init();
	proc_start_init(boot);
}
