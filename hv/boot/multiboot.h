/* multiboot.h: what a Multiboot 1 loader hands over, to us and by us (specification 0.6.96, 3.3).
 */
#ifndef HV_MULTIBOOT_H
#define HV_MULTIBOOT_H

#include <trapline/types.h>

#define MULTIBOOT_LOADED 0x2BADB002u

#define MBI_MEM	    0x001u
#define MBI_DEVICE  0x002u
#define MBI_CMDLINE 0x004u
#define MBI_MODS    0x008u
#define MBI_MMAP    0x040u
#define MBI_LOADER  0x200u

#define MULTIBOOT_MAGIC		0x1BADB002u
#define MULTIBOOT_SEARCH	8192u	 /* the header lies in so many bytes of the file */
#define MULTIBOOT_HAS_ADDRESSES 0x10000u /* flags: they count, and not what an ELF file says */

/** In the kernel's file (specification 3.1). */
struct multiboot_header {
	u32 magic, flags, checksum; /* which add up to 0 */
	u32 header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr;
};

struct multiboot_info {
	u32 flags;
	u32 mem_lower, mem_upper; /* KiB below 640 KiB, and from 1 MiB up to the first hole */
	u32 boot_device;
	u32 cmdline;
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
	u32 drives[2], config_table;
	u32 loader; /* its name */
	u32 rest[5];
} __attribute__((packed));

struct multiboot_module {
	u32 start, end; /* first byte, byte after the last */
	u32 string;
	u32 reserved;
} __attribute__((packed));

struct multiboot_mmap {
	u32 size; /* of the rest of this entry */
	u64 addr, len;
	u32 type; /* 1: usable memory */
} __attribute__((packed));

#endif
