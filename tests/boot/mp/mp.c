/*
 * mp.c: a random program for several processors: each does so many rounds, one act a round, and
 * looks each time whether all is as it should be. What is shared is counted by all, and summed up
 * at the end. What each does depends on the seed alone, so the sums are the same on any machine.
 *
 * On the command line: seed=, rounds=, slow= (times as long are the alarms' periods: a handler that
 * takes longer than one leaves its processor nothing else to do).
 */
#include "mp.h"

u32 nr_cpus, seed, nr_rounds, slow;
volatile u32 starting;
static volatile u32 counter[NR_COUNTERS], counter_lock[NR_COUNTERS], sum, all_begun;

void fail(const char *what)
{
	print("mp: cpu %u, round %u: does not hold: %s\n", me()->nr, me()->rounds, what);
	power_off(false);
}

void unexpected_c(u32 w0, u32 w1, u32 w2) __attribute__((noreturn));
void unexpected_c(u32 w0, u32 w1, u32 w2)
{
	print("mp: an interrupt or exception; on the stack lie %x %x %x\n", w0, w1, w2);
	fail("no other interrupt");
}

struct me *me_of(u32 nr)
{
	return (struct me *)stacks[nr];
}

u32 below(u32 n)
{
	struct me *m = me();

	m->random ^= m->random << 13;
	m->random ^= m->random >> 17;
	m->random ^= m->random << 5;
	return m->random % n;
}

void lock(volatile u32 *l)
{
	while (__atomic_exchange_n(l, 1, __ATOMIC_SEQ_CST))
		asm volatile("pause");
}

void unlock(volatile u32 *l)
{
	__atomic_store_n(l, 0, __ATOMIC_SEQ_CST);
}

static void act_count(void)
{
	u32 i = below(NR_COUNTERS), seen;

	lock(&counter_lock[i]);
	seen = counter[i];
	asm volatile("pause");
	counter[i] = seen + 1;
	unlock(&counter_lock[i]);
	me()->counted[i]++;
}

static void act_add(void)
{
	u32 n = below(100);

	__atomic_fetch_add(&sum, n, __ATOMIC_SEQ_CST);
	me()->added += n;
}

static void round(void)
{
	static void (*const acts[])(void) = {
	    act_count,	act_add,     act_page,	act_page,  act_page,
	    act_letter, act_later,   act_alarm, act_look,  act_base,
	    act_fpu,	act_letters, act_watch, act_ring3, act_descriptor,
	};

	acts[below(sizeof(acts) / sizeof(acts[0]))]();
	check_state();
	me()->rounds++;
}

static void sum_up(void)
{
	u32 counted[NR_COUNTERS] = {0}, added = 0, letters = 0, alarms = 0, to, sent;

	for (u32 nr = 0; nr < nr_cpus; nr++) {
		const struct me *m = me_of(nr);

		for (u32 i = 0; i < NR_COUNTERS; i++)
			counted[i] += m->counted[i];
		added += m->added;
		alarms += m->alarms_set;
		must(m->rounds == nr_rounds && m->alarms >= m->alarms_set);
		must(!m->ticks == !!nr);
	}
	for (to = 0; to < nr_cpus; to++) {
		sent = 0;
		for (u32 from = 0; from < nr_cpus; from++)
			sent += me_of(from)->sent[to];
		must(me_of(to)->received == sent);
		letters += sent;
	}
	for (u32 i = 0; i < NR_COUNTERS; i++)
		must(counted[i] == counter[i]);
	must(added == sum);
	print(
	    "mp: cpus=%u seed=%u rounds=%u counted=%u added=%u letters=%u alarms=%u: all is as it "
	    "should be\n",
	    nr_cpus, seed, nr_rounds, counted[0], added, letters, alarms);
}

/* The last one is stopped where it is, and begins anew. */
static void start_again(void)
{
	start_cpu(nr_cpus - 1);
	print("mp: cpu %u has begun %u times\n", nr_cpus - 1, me_of(nr_cpus - 1)->starts);
}

static void run(void)
{
	struct me *m = me();

	m->random = (seed + 1) * 0x9E3779B9 + m->nr * 0x85EBCA6B + 1;
	asm volatile("sti");
	while (m->rounds < nr_rounds)
		round();
	barrier();
	if (m->nr == 0) {
		sum_up();
		if (nr_cpus > 1)
			start_again();
		power_off(true);
	}
	for (;;)
		asm volatile("cli\n\thlt");
}

void begin_cpu(void) __attribute__((noreturn));
void begin_cpu(void)
{
	struct me *m = me();

	m->nr = starting;
	if (!m->starts) {
		begin_paging();
		begin_state();
		apic_begin(); /* before that, nothing that is sent arrives */
	}
	if (m->starts++)
		for (;;)
			asm volatile("cli\n\thlt");
	while (!all_begun)
		asm volatile("pause");
	run();
	__builtin_unreachable();
}

static u32 word_of(const char *line, const char *name, u32 otherwise)
{
	u32 n = 0, len = 0;

	while (name[len])
		len++;
	for (; *line; line++) {
		u32 i = 0;

		while (i < len && line[i] == name[i])
			i++;
		if (i == len)
			break;
	}
	if (!*line)
		return otherwise;
	for (line += len; *line >= '0' && *line <= '9'; line++)
		n = n * 10 + *line - '0';
	return n;
}

static void start_pit(void)
{
	static const u8 words[][2] = {{0x20, 0x11}, {0x21, VEC_PIC}, {0x21, 4},
				      {0x21, 1},    {0x21, 0xFE},    {0xA1, 0xFF},
				      {0x43, 0x34}, {0x40, 0xA9},    {0x40, 0x04}};

	for (u32 i = 0; i < sizeof(words) / 2; i++)
		outb(words[i][0], words[i][1]);
}

static void put_trampoline(void)
{
	extern u8 cpu_entry[];
	static u64 flat[3] = {0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF};
	u8 *at = (u8 *)TRAMPOLINE;

	(void)cpu_entry;
	memcpy(at, trampoline, trampoline_stack - trampoline);
	memcpy(at + 0x1000, trampoline_stack, trampoline_end - trampoline_stack);
	*(u16 *)(at + 0xFF8) = sizeof(flat) - 1;
	*(u32 *)(at + 0xFFA) = (u32)flat;
}

void begin(const char *cmdline) __attribute__((noreturn));
void begin(const char *cmdline)
{
	console_init();
	seed = word_of(cmdline, "seed=", 1);
	nr_rounds = word_of(cmdline, "rounds=", 200);
	slow = word_of(cmdline, "slow=", 1);
	nr_cpus = count_cpus();
	make_tables();
	begin_state();
	put_trampoline();
	begin_paging();
	apic_begin();
	start_pit();
	for (u32 nr = 1; nr < nr_cpus; nr++)
		start_cpu(nr);
	all_begun = true;
	run();
	__builtin_unreachable();
}
