/* setup.c: the random guest's memory and paging, from the boot loader's flat world. */
#include "native.h"

#define FLAGS_KERNEL (PTE_P | PTE_RW | PTE_A | PTE_D)
#define FLAGS_TABLE  (PTE_P | PTE_RW | PTE_A)

static u32 kernel_l1[1024] PAGE_ALIGNED, user_l1[1024] PAGE_ALIGNED;
static u32 direct_l1[REGIONS][1024] PAGE_ALIGNED;
extern u8 user_page[];

/* Low and high ones, neighbours, and both sides of the middle. The last two lie in the top 64 MB,
 * the very last one in the 4 MB where a gate would like to be. */
u32 index_set[NR_INDEX] = {1, 2, 3, 300, 511, 767, 1022, 1023};

struct cpu cpu;

u32 table_pa(u32 n)
{
	return MEMORY_PA + n / TABLES_PER_REGION * REGION_BYTES + n % TABLES_PER_REGION * PAGE_SIZE;
}

u32 random_frame_pa(void)
{
	return MEMORY_PA + random_below(REGIONS) * REGION_BYTES +
	       random_below(TABLES_PER_REGION + DATA_PER_REGION) * PAGE_SIZE;
}

static void fixed_entries(u32 *table)
{
	table[SLOT_KERNEL] = (u32)kernel_l1 | FLAGS_TABLE;
	table[SLOT_USER] = (u32)user_l1 | FLAGS_TABLE | PTE_US;
	for (u32 r = 0; r < REGIONS; r++)
		table[SLOT_DIRECT + r] = (u32)direct_l1[r] | FLAGS_TABLE;
}

static void name_words(u32 frame_pa)
{
	u32 *words = (u32 *)frame_pa;

	for (u32 i = 0; i < NR_INDEX; i++)
		words[index_set[i]] = data_word(frame_pa + 4 * index_set[i]);
}

/* Paging is off still: physical addresses are where they are. */
static void fill_memory(void)
{
	for (u32 r = 0; r < REGIONS; r++) {
		u32 base = MEMORY_PA + r * REGION_BYTES;

		for (u32 i = 0; i < DATA_PER_REGION; i++)
			name_words(base + (TABLES_PER_REGION + i) * PAGE_SIZE);
		/* What 4 MB pages show beyond the first frames. */
		for (u32 i = 0; i < NR_INDEX; i++)
			if (index_set[i] >= TABLES_PER_REGION)
				name_words(base + index_set[i] * PAGE_SIZE);
	}
	for (u32 n = 0; n < NR_TABLES; n++) {
		memset(model[n], 0, PAGE_SIZE);
		fixed_entries(model[n]);
		memcpy((void *)table_pa(n), model[n], PAGE_SIZE);
	}
}

void setup(const struct fuzz_options *o)
{
	if (o->low) {
		index_set[NR_INDEX - 2] = 1006;
		index_set[NR_INDEX - 1] = 1007;
	}
	for (u32 i = 0; i < 1024; i++) {
		kernel_l1[i] = i * PAGE_SIZE | FLAGS_KERNEL;
		for (u32 r = 0; r < REGIONS; r++)
			direct_l1[r][i] =
			    (MEMORY_PA + r * REGION_BYTES + i * PAGE_SIZE) | FLAGS_KERNEL;
	}
	user_l1[0] = (u32)user_page | PTE_P | PTE_US | PTE_A;
	fill_memory();
	cpu.cr4 = CR4_PSE;
	cpu.cr3 = table_pa(0);
	cpu.cr0 = read_cr0() | CR0_PG | CR0_WP;
	write_cr4(cpu.cr4);
	write_cr3(cpu.cr3);
	write_cr0(cpu.cr0);
}
