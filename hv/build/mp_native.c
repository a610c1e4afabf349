/*
 * mp_native.c: a PC with several processors: each has a local interrupt controller, and what a BIOS
 * says of them (MultiProcessor Specification 1.4, chapter 4). There is no I/O APIC: the PICs are
 * wired to the first processor (virtual wire mode).
 */
#include "build/build.h"
#include "dev/apic.h"
#include "hcall/errno.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/shadow/shadow.h"

#define MP_PA	    0xF5A00u /* where a BIOS is; its tables lie in one page */
#define ENABLED	    1
#define BOOTS	    2
#define TYPE_NMI    1
#define TYPE_EXTINT 3

struct mp {
	struct {
		char signature[4];
		u32 config;
		u8 length, version, checksum, features[5];
	} pointer;
	struct {
		char signature[4];
		u16 length;
		u8 version, checksum;
		char maker[8], product[12];
		u32 oem_table;
		u16 oem_size, entries;
		u32 apic, extended;
	} config;
	struct {
		u8 entry, bus;
		char name[6];
	} isa;
	struct {
		u8 entry, type;
		u16 flags;
		u8 bus, irq, apic, lint;
	} line[2];
	struct {
		u8 entry, apic, version, flags;
		u32 cpu, features, reserved[2];
	} processor[XEN_LEGACY_MAX_VCPUS];
} __attribute__((packed));

static struct mp mp = {
    .pointer = {.signature = "_MP_", .length = 1, .version = 4},
    .config = {.signature = "PCMP",
	       .version = 4,
	       .maker = "TRAPLINE",
	       .product = "virtual PC  ",
	       .apic = APIC_PFN * PAGE_SIZE},
    .isa = {1, 0, "ISA   "},
    .line = {{4, TYPE_EXTINT, 0, 0, 0, 0, 0}, {4, TYPE_NMI, 0, 0, 0, 0xFF, 1}},
};

/* What makes the bytes add up to 0. */
static u8 checksum(const void *table, u32 len)
{
	u8 sum = 0;

	while (len--)
		sum -= ((const u8 *)table)[len];
	return sum;
}

static void describe(u32 nr)
{
	u32 eax = 1, ebx, ecx, edx;

	asm("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	for (u32 i = 0; i < nr; i++) {
		mp.processor[i].apic = i;
		mp.processor[i].version = 0x14;
		mp.processor[i].flags = ENABLED | (i ? 0 : BOOTS);
		mp.processor[i].cpu = eax;
		mp.processor[i].features = edx;
	}
	mp.config.length = offsetof(struct mp, processor[nr]) - offsetof(struct mp, config);
	mp.config.entries = 3 + nr;
	mp.config.checksum = 0;
	mp.config.checksum = checksum(&mp.config, mp.config.length);
	mp.pointer.config = MP_PA + offsetof(struct mp, config);
	mp.pointer.checksum = 0;
	mp.pointer.checksum = checksum(&mp.pointer, sizeof(mp.pointer));
}

/* Of this many processors. */
static void put_tables(mfn_t m, u32 nr)
{
	u8 *page = map_domain_page(m);

	_Static_assert(MP_PA % PAGE_SIZE + sizeof(mp) <= PAGE_SIZE, "one page holds them");
	describe(nr);
	memcpy(page + MP_PA % PAGE_SIZE, &mp, offsetof(struct mp, processor[nr]));
	unmap_domain_page(page);
}

int add_vcpu_native(struct vcpu *v)
{
	struct domain *d = v->domain;
	mfn_t tables;

	if (d->begun)
		return -EBUSY;
	tables = populate(d, MP_PA / PAGE_SIZE);
	if (!mfn_valid(tables) || !apic_create(v))
		return -ENOMEM;
	if (!apic_create(d->vcpus)) {
		hv_free_page(v->apic);
		return -ENOMEM;
	}
	put_tables(tables, v->name.vcpu + 1);
	return 0;
}
