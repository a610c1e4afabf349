/* memory.c: page tables that all share, but for a directory each; and telling the others. */
#include "mp.h"

#define LOW_TABLES 3u /* 12 MB, where they are */

static u32 low[LOW_TABLES][1024] PAGE_ALIGNED, registers[1024] PAGE_ALIGNED;
static u32 directory[MAX_CPUS][1024] PAGE_ALIGNED, common[1024] PAGE_ALIGNED;
static u32 table[MAX_CPUS][1024] PAGE_ALIGNED;
static volatile u32 own[MAX_CPUS][1024] PAGE_ALIGNED, pages[NR_PAGES][1024] PAGE_ALIGNED;
static volatile u32 page_lock[NR_PAGES], mapped[NR_PAGES], value[NR_PAGES];
static volatile u32 to_flush[MAX_CPUS], still[MAX_CPUS]; /* by who asks: what, and of whom */

void make_tables(void)
{
	for (u32 i = 0; i < LOW_TABLES * 1024; i++)
		low[i / 1024][i % 1024] = i << 12 | WRITABLE;
	for (const u8 *p = user_begin; p < user_end; p += 4096)
		low[0][(u32)p >> 12] |= USER;
	registers[0] = 0xFEE00000 | 0x18 | WRITABLE;
	for (u32 i = 0; i < LOW_TABLES; i++)
		common[i] = (u32)low[i] | WRITABLE | USER;
	common[APIC >> 22] = (u32)registers | WRITABLE;
	for (u32 nr = 0; nr < nr_cpus; nr++) {
		memcpy(directory[nr], common, sizeof(common));
		directory[nr][PRIVATE >> 22] = (u32)table[nr] | WRITABLE;
		table[nr][0] = (u32)own[nr] | WRITABLE;
		own[nr][0] = nr + 100;
	}
	for (u32 i = 0; i < NR_PAGES; i++)
		mapped[i] = WRITABLE;
}

void begin_paging(void)
{
	write_cr3((u32)directory[me()->nr]);
	write_cr0(read_cr0() | CR0_PG | CR0_WP);
	apic_at = APIC;
	me()->own_base = true;
}

static bool read_faults(const volatile u32 *p)
{
	struct me *m = me();
	u32 before = m->faults, got;

	asm volatile("movl $1f, %1\n\tmovl %2, %0\n1:"
		     : "=r"(got), "=m"(m->go_on)
		     : "m"(*p)
		     : "memory");
	return m->faults != before;
}

static bool write_faults(volatile u32 *p, u32 val)
{
	struct me *m = me();
	u32 before = m->faults;

	asm volatile("movl $1f, %1\n\tmovl %2, %0\n1:"
		     : "=m"(*p), "=m"(m->go_on)
		     : "r"(val)
		     : "memory");
	return m->faults != before;
}

/* Somebody has changed an entry. */
void flush_c(void)
{
	u32 bit = 1u << me()->nr;

	for (u32 by = 0; by < nr_cpus; by++)
		if (still[by] & bit) {
			invlpg(to_flush[by]);
			__atomic_fetch_and(&still[by], ~bit, __ATOMIC_SEQ_CST);
		}
	apic_write(0xB0, 0);
}

static void tell_others(const volatile void *va)
{
	u32 nr = me()->nr, others = ((1u << nr_cpus) - 1) & ~(1u << nr);

	if (!others)
		return;
	to_flush[nr] = (u32)va;
	__atomic_store_n(&still[nr], others, __ATOMIC_SEQ_CST);
	asm volatile("cli");
	apic_write(0x300, 0xC0000 | VEC_FLUSH);
	asm volatile("sti");
	while (still[nr])
		asm volatile("pause");
}

/* A page goes, comes back, may be written or not: what one does holds for all. Of its random
 * numbers it takes always as many. */
void act_page(void)
{
	u32 i = below(NR_PAGES), change = below(4), val = me()->random;
	volatile u32 *pte = &low[0][(u32)pages[i] >> 12];
	static const u8 to[] = {0, READ_ONLY, WRITABLE};

	lock(&page_lock[i]);
	must(read_faults(pages[i]) == (mapped[i] == 0));
	if (mapped[i])
		must(pages[i][0] == value[i]);
	if (mapped[i] == WRITABLE)
		value[i] = val;
	must(write_faults(pages[i], val) == (mapped[i] != WRITABLE));
	must(!(*pte & 0x20) == !(mapped[i] && *pte & 0x20));
	if (change < 3) {
		mapped[i] = to[change];
		*pte = (u32)pages[i] | mapped[i];
		invlpg((u32)pages[i]);
		tell_others(pages[i]);
	}
	unlock(&page_lock[i]);
}

void act_base(void)
{
	struct me *m = me();

	m->own_base = !m->own_base;
	write_cr3((u32)(m->own_base ? directory[m->nr] : common));
	must(read_faults((const volatile u32 *)PRIVATE) == !m->own_base);
	if (m->own_base)
		must(*(const volatile u32 *)PRIVATE == m->nr + 100);
}
