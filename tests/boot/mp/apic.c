/* apic.c: which processors there are, and how they speak to each other. */
#include "mp.h"

enum {
	ID = 0x20,
	VERSION = 0x30,
	TPR = 0x80,
	EOI = 0xB0,
	LDR = 0xD0,
	DFR = 0xE0,
	SVR = 0xF0,
	ISR = 0x100,
	IRR = 0x200,
	ICR = 0x300,
	ICR_HIGH = 0x310,
	LVT_TIMER = 0x320,
	LVT_LINT0 = 0x350,
	TIMER_INITIAL = 0x380,
	TIMER_CURRENT = 0x390,
	TIMER_DIVIDE = 0x3E0,
};
#define INIT	  0x4500u
#define STARTUP	  0x4600u
#define LOGICAL	  0x800u
#define TO_SELF	  0x40000u
#define TO_ALL	  0x80000u
#define TO_OTHERS 0xC0000u
#define ENABLED	  0x100u
#define MASKED	  0x10000u
#define PERIODIC  0x20000u

u32 apic_at = 0xFEE00000;
static volatile u32 box[MAX_CPUS], arrived, gone, begun;

u32 apic_read(u32 reg)
{
	return *(volatile u32 *)(apic_at + reg);
}

void apic_write(u32 reg, u32 val)
{
	*(volatile u32 *)(apic_at + reg) = val;
}

static const u8 *find_tables(u32 from, u32 to)
{
	for (const u8 *p = (const u8 *)from; p < (const u8 *)to; p += 16) {
		u8 sum = 0;

		if (*(const u32 *)p != 0x5F504D5F) /* _MP_ */
			continue;
		for (u32 i = 0; i < 16; i++)
			sum += p[i];
		if (!sum)
			return p;
	}
	return NULL;
}

u32 count_cpus(void)
{
	const u8 *mp = find_tables(0xF0000, 0x100000), *config, *p;
	u32 n = 0, boots = 0;
	u8 sum = 0;

	if (!mp)
		return 1;
	config = *(const u8 *const *)(mp + 4);
	for (u32 i = 0; i < *(const u16 *)(config + 4); i++)
		sum += config[i];
	must(*(const u32 *)config == 0x504D4350 && !sum); /* PCMP */
	must(*(const u32 *)(config + 36) == apic_at);
	p = config + 44;
	for (u32 i = 0; i < *(const u16 *)(config + 34); i++) {
		if (*p) {
			p += 8;
			continue;
		}
		must(p[1] == n);
		n += p[3] & 1;
		boots += p[3] >> 1 & 1;
		p += 20;
	}
	must(n && n <= MAX_CPUS && boots == 1);
	return n;
}

static void send(u32 to, u32 what)
{
	u32 flags;

	/* Two words: no handler comes between. */
	asm volatile("pushfl\n\tpopl %0\n\tcli" : "=r"(flags) : : "memory");
	apic_write(ICR_HIGH, to << 24);
	apic_write(ICR, what);
	while (apic_read(ICR) & 0x1000)
		;
	asm volatile("pushl %0\n\tpopfl" : : "r"(flags) : "memory");
}

static void wait_us(u32 us)
{
	for (u64 until = rdtsc() + us * 1000; rdtsc() < until;)
		;
}

/* INIT, and STARTUP twice, as it is done; the second one is lost. Bare QEMU has been seen to let a
 * processor stand at its first instruction. */
void start_cpu(u32 nr)
{
	u32 before = me_of(nr)->starts, page = (TRAMPOLINE >> 12) + nr % 2;

	starting = nr;
	while (me_of(nr)->starts == before) {
		send(nr, INIT);
		wait_us(10000);
		send(nr, STARTUP | page);
		wait_us(200);
		send(nr, STARTUP | page);
		for (u32 i = 0; i < 1000 && me_of(nr)->starts == before; i++)
			wait_us(100);
	}
}

void apic_begin(void)
{
	u32 lint0 = apic_read(LVT_LINT0);

	must(apic_read(ID) >> 24 == me()->nr);
	must((apic_read(VERSION) & 0xFF) == 0x14);
	/* The first one's takes the PICs' interrupts, all others' nothing. */
	must(me()->nr ? lint0 == MASKED : (lint0 & 0x10700) == 0x700);
	if (me()->nr)
		must(apic_read(SVR) == 0xFF);
	apic_write(SVR, ENABLED | VEC_UNUSUAL);
	apic_write(LDR, 1u << (24 + me()->nr));
	must(apic_read(LDR) == 1u << (24 + me()->nr));
	must(apic_read(DFR) == 0xFFFFFFFF);
	apic_write(TIMER_DIVIDE, 0); /* by 2 */
	apic_write(LVT_TIMER, VEC_ALARM);
	apic_write(TPR, 0);
}

static u32 take(volatile u32 *p)
{
	return __atomic_exchange_n(p, 0, __ATOMIC_SEQ_CST);
}

static bool bit(u32 set, u32 vec)
{
	return apic_read(set + vec / 32 * 16) >> vec % 32 & 1;
}

void letter_c(void)
{
	must(bit(ISR, VEC_LETTER));
	me()->received += take(&box[me()->nr]);
	apic_write(EOI, 0);
}

void alarm_c(void)
{
	me()->alarms++;
	apic_write(EOI, 0);
}

static void put_letter(u32 to)
{
	__atomic_fetch_add(&box[to], 1, __ATOMIC_SEQ_CST);
	me()->sent[to]++;
}

/* To one, by its number or its bit. */
void act_letter(void)
{
	u32 to = below(nr_cpus);

	put_letter(to);
	if (below(2))
		send(to, VEC_LETTER);
	else
		send(1u << to, LOGICAL | VEC_LETTER);
}

/* To several. */
void act_letters(void)
{
	u32 how = below(4), set = below(1u << nr_cpus);

	for (u32 to = 0; to < nr_cpus; to++)
		if (how == 0 || how == 1 || (how == 2 && to != me()->nr) ||
		    (how == 3 && set >> to & 1))
			put_letter(to);
	switch (how) {
	case 0:
		send(0, TO_ALL | VEC_LETTER);
		return;
	case 1:
		send(0xFF, VEC_LETTER);
		return;
	case 2:
		send(0, TO_OTHERS | VEC_LETTER);
		return;
	case 3:
		if (set)
			send(set, LOGICAL | VEC_LETTER);
	}
}

/* One to oneself waits: for interrupts to be on, or for a lower priority. */
void act_later(void)
{
	struct me *m = me();
	u32 before;

	asm volatile("cli");
	before = m->received;
	put_letter(m->nr);
	if (below(2)) {
		apic_write(TPR, VEC_LETTER & 0xF0);
		send(0, TO_SELF | VEC_LETTER);
		asm volatile("sti\n\tnop\n\tnop");
		must(bit(IRR, VEC_LETTER) && m->received == before);
		must(apic_read(TPR) == (VEC_LETTER & 0xF0));
		apic_write(TPR, (VEC_LETTER & 0xF0) - 16 + below(16));
		asm volatile("nop\n\tnop");
		must(m->received > before);
		apic_write(TPR, 0);
	} else {
		send(0, TO_SELF | VEC_LETTER);
		must(bit(IRR, VEC_LETTER) && m->received == before);
		asm volatile("sti\n\tnop\n\tnop");
		must(!bit(IRR, VEC_LETTER) || box[m->nr]);
		must(m->received > before);
	}
}

/* Sleeps until its own timer wakes it, not before. */
void act_alarm(void)
{
	struct me *m = me();
	u32 ticks = (10000 + below(50000)) * slow, periods = below(3) ? 1 : 3, before = m->alarms;
	u64 start = rdtsc();

	apic_write(LVT_TIMER, VEC_ALARM | (periods > 1 ? PERIODIC : 0));
	apic_write(TIMER_INITIAL, ticks);
	must(apic_read(TIMER_INITIAL) == ticks);
	must(apic_read(TIMER_CURRENT) <= ticks);
	for (;;) {
		asm volatile("cli");
		if (m->alarms - before >= periods)
			break;
		asm volatile("sti\n\thlt" : : : "memory");
	}
	apic_write(LVT_TIMER, MASKED | VEC_ALARM);
	apic_write(TIMER_INITIAL, 0);
	must(apic_read(TIMER_CURRENT) == 0);
	asm volatile("sti\n\tnop");
	/* It counts nanoseconds by two. */
	must(rdtsc() - start >= (u64)ticks * 2 * (periods > 1 ? 2 : 1) * 9 / 10);
	m->alarms_set += periods;
}

void act_look(void)
{
	u32 high = below(256) << 24;

	must(apic_read(ID) >> 24 == me()->nr);
	must((apic_read(SVR) & 0x1FF) == (ENABLED | VEC_UNUSUAL));
	must(apic_read(LDR) == 1u << (24 + me()->nr));
	asm volatile("cli");
	apic_write(ICR_HIGH, high);
	must(apic_read(ICR_HIGH) == high);
	/* Parts of one instruction: read, change, write. */
	*(volatile u32 *)(apic_at + TPR) |= 0x31;
	must(apic_read(TPR) == 0x31);
	*(volatile u32 *)(apic_at + TPR) &= ~0x31u;
	must(apic_read(TPR) == 0);
	asm volatile("sti");
	/* Of the others nothing is seen. */
	for (u32 vec = 0xE0; vec < 0x100; vec++)
		must(!bit(IRR, vec) && !bit(ISR, vec));
}

/* Letters that were sent before have arrived: interrupts are on. */
void barrier(void)
{
	struct me *m = me();

	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	while (arrived < nr_cpus)
		asm volatile("pause");
	asm volatile("nop\n\tcli");
	m->received += take(&box[m->nr]);
	__atomic_add_fetch(&gone, 1, __ATOMIC_SEQ_CST);
	while (gone < nr_cpus)
		asm volatile("pause");
}
