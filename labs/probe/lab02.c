/* lab02.c: what lab 02 is judged by. Each scenario needs only the stages that lab.conf names. */
#include "lab02.h"

static u32 test_page(void)
{
	return draw(1023);
}
static u32 pool_page(void)
{
	return POOL + draw(256) * PAGE;
}
static u32 entry_of(u32 va)
{
	return va >> 12 & 1023;
}

/* 02.1: three ways to one page: through a table, through a 4 MB page, and where it is. */
static void alias(void)
{
	u32 va = TEST_BASE + test_page() * PAGE, pa = pool_page(), at = draw(1024) * 4;
	u32 value = draw(1 << 24) << 8 | 0x5A;

	pt_test[entry_of(va)] = pa | P | RW | A | D;
	pd[0x80000000u >> 22] = P | RW | A | D | PS | 0x1000; /* PAT: no bit of the address */
	paging_on();
	store(va + at, value);
	say("alias va=%x pa=%x wrote=%x\n", va, pa, value);
	say("alias pde=%x pte=%x large_pde=%x\n", pd[va >> 22], pt_test[entry_of(va)],
	    pd[0x80000000u >> 22]);
	say("alias identity=%x\n", load(pa + at));
	say("alias large_va=%x large=%x\n", 0x80000000u + pa, load(0x80000000u + pa + at));
	store(0x80000000u + pa + at, ~value);
	say("alias inverted=%x\n", load(va + at));
	finish(0);
}

/* 02.1: with CR0.WP off, the kernel may write what is read-only: also a page table in use. */
static void wp_off(void)
{
	u32 page = 1 + draw(1000), va = TEST_BASE + page * PAGE, pa = pool_page();
	u32 value = draw(1 << 24), table = va + PAGE, entry = table + 4 * (page + 2);

	pt_test[page] = pa | P | A | D;
	pt_test[page + 1] = (u32)pt_test | P | A | D;
	paging_on();
	asm volatile("movl %0, %%cr0" : : "r"(0x80000011u) : "memory");
	store(va, value);
	say("wp va=%x wrote=%x read=%x\n", va, value, load(pa));
	say("wp entry=%x pte=%x\n", entry, pa | P | RW | A | D);
	load(va);
	store(entry, pa | P | RW | A | D);
	say("wp mapped=%x\n", load(table + PAGE));
	finish(0);
}

static void do_load(void *va)
{
	load((u32)va);
}
static void do_store(void *va)
{
	store((u32)va, 1);
}

/* Read cr2 by way of another register each time. */
u32 read_cr2(u32 which)
{
	u32 val;

	switch (which % 3) {
	case 0:
		asm volatile("movl %%cr2, %%eax" : "=a"(val));
		break;
	case 1:
		asm volatile("movl %%cr2, %%edx" : "=d"(val));
		break;
	default:
		asm volatile("movl %%cr2, %%esi" : "=S"(val));
	}
	return val;
}

/* 02.2: faults in the kernel, each told with its error code and address. */
static void fault(void)
{
	u32 missing = TEST_BASE + test_page() * PAGE + draw(1024) * 4, ro = missing ^ (1 << 12);
	u32 no_table = 0x50000000u + draw(1 << 20) * 4;
	u32 which = draw(3);

	pt_test[entry_of(ro)] = pool_page() | P | A;
	paging_on();
	say("fault missing=%x readonly=%x no_table=%x\n", missing, ro, no_table);
	load(ro);
	say("fault pde=%x pte=%x\n", pd[ro >> 22], pt_test[entry_of(ro)]);
	try(do_load, (void *)missing);
	say("fault read vec=%u err=%u cr2=%x\n", trap_vec, trap_err, read_cr2(which));
	try(do_store, (void *)missing);
	say("fault write vec=%u err=%u cr2=%x\n", trap_vec, trap_err, read_cr2(which + 1));
	try(do_store, (void *)ro);
	say("fault readonly vec=%u err=%u cr2=%x\n", trap_vec, trap_err, read_cr2(which + 2));
	try(do_load, (void *)no_table);
	say("fault no_table vec=%u err=%u cr2=%x\n", trap_vec, trap_err, read_cr2(which));
	finish(0);
}

/* 02.2: the other control registers, as the guest left them. */
static void registers(void)
{
	u32 cr0, cr3, cr4;

	paging_on();
	asm volatile("movl %%cr0, %0" : "=r"(cr0));
	asm volatile("movl %%cr3, %%edi\n\tmovl %%edi, %0" : "=r"(cr3) : : "edi");
	asm volatile("movl %%cr4, %0" : "=r"(cr4));
	say("registers want cr3=%x\n", (u32)pd);
	say("registers cr0=%x cr3=%x cr4=%x\n", cr0, cr3, cr4);
	finish(0);
}

/* 02.2: a page fault that cannot be delivered is a double fault. */
static void doubled(void)
{
	u32 missing = TEST_BASE + test_page() * PAGE;

	paging_on();
	idt[2 * 14 + 1] &= ~0x8000u;
	try(do_load, (void *)missing);
	say("double va=%x vec=%u err=%u cr2=%x\n", missing, trap_vec, trap_err, read_cr2(0));
	finish(0);
}

/* 02.3: a page that is mapped as used gets its memory at the write; its first use costs nothing. */
static void map_new(void)
{
	u32 page = 1 + draw(1021), va = TEST_BASE + page * PAGE;
	u32 fresh = pool_page(), value = draw(1 << 24);

	/* The table's own first entry is in use, so that the table has a shadow. */
	pt_test[0] = (POOL + 0x100000) | P | RW | A | D;
	paging_on();
	store(TEST_BASE, 1);
	say("map va=%x pa=%x pte=%x\n", va, fresh, fresh | P | RW | A | D);
	pt_test[page] = fresh | P | RW | A | D;
	store(va, value);
	say("map wrote=%x read=%x\n", value, load(fresh));
	finish(0);
}

/* 02.3: one that is not, gets it when it is touched. */
static void map_lazily(void)
{
	u32 page = 1 + draw(1020), va = TEST_BASE + page * PAGE, fresh = pool_page();

	pt_test[0] = (POOL + 0x100000) | P | RW | A | D;
	paging_on();
	store(TEST_BASE, 1);
	say("lazy va=%x pte=%x\n", va, fresh | P | RW);
	pt_test[page] = fresh | P | RW;
	say("lazy mapped\n");
	/* Where nothing is mapped the other bits are the kernel's own, as of a page on a disk. */
	say("lazy gone=%x\n", fresh ^ PAGE);
	pt_test[page + 1] = (fresh ^ PAGE) | RW | A | D;
	/* Read, but not written: that will be used. */
	say("lazy clean=%x\n", fresh ^ 2 * PAGE);
	pt_test[page + 2] = (fresh ^ 2 * PAGE) | P | RW | A;
	say("lazy read=%u\n", load(va));
	finish(0);
}

/* 02.1e: what TABLES=outofsync is for: entry after entry, and the hypervisor hears of it once. */
static void freely(void)
{
	u32 n = 32 + draw(64), first = 1 + draw(900), sum = 0;

	pt_test[0] = POOL | P | RW | A | D;
	paging_on();
	store(TEST_BASE, 1);
	say("freely table=%x n=%u\n", (u32)pt_test, n);
	for (u32 i = 0; i < n; i++)
		pt_test[first + i] = (POOL + i % 16 * PAGE) | P | RW | A | D;
	asm volatile("movl %0, %%cr3" : : "r"(pd) : "memory");
	for (u32 i = 0; i < n; i++)
		store(TEST_BASE + (first + i) * PAGE + 4 * i, i);
	for (u32 i = 0; i < n; i++)
		sum += load(POOL + i % 16 * PAGE + 4 * i) == i;
	say("freely right=%u\n", sum);
	finish(0);
}

/* 02.3: an entry that leads elsewhere now. */
static void remap(void)
{
	u32 page = 1 + draw(1021), va = TEST_BASE + page * PAGE;
	u32 one = pool_page(), two = one ^ PAGE, value = draw(1 << 24);

	store(one, value);
	store(two, ~value);
	pt_test[page] = one | P | RW | A | D;
	paging_on();
	say("remap va=%x one=%x two=%x\n", va, value, ~value);
	say("remap before=%x\n", load(va));
	pt_test[page] = two | P | RW | A | D;
	flush(va);
	say("remap after=%x\n", load(va));
	store(va, 7);
	say("remap wrote=%u\n", load(two));
	finish(0);
}

/* 02.3 and 02.2: what is unmapped, or made read-only, is so at once. */
static void unmap(void)
{
	u32 page = 1 + draw(1021), va = TEST_BASE + page * PAGE;

	pt_test[page] = pool_page() | P | RW | A | D;
	paging_on();
	store(va, 1);
	say("unmap va=%x\n", va);
	pt_test[page] &= ~RW;
	flush(va);
	try(do_store, (void *)va);
	say("unmap readonly vec=%u err=%u\n", trap_vec, trap_err);
	pt_test[page] = 0;
	flush(va);
	try(do_load, (void *)va);
	say("unmap gone vec=%u err=%u\n", trap_vec, trap_err);
	finish(0);
}

extern u8 user_code[], user_touch[];
asm("user_code: int $0x80\n"
    "user_touch: movl $1, (%eax)\n"
    "int $0x80");

struct user {
	u32 eip, eflags, eax;
};
static void do_user(void *arg)
{
	const struct user *u = arg;

	enter_user(u->eip, (u32)stack_top - 12288, u->eflags, u->eax);
}

/* 02.4: into ring 3 and out again. */
static void user(void)
{
	/* OF, SF, ZF, AF, PF, CF as drawn; IF on. */
	struct user u = {(u32)user_code, 0x202 | (draw(2) << 11) | (draw(16) << 6 & 0xD0) | draw(2),
			 draw(1 << 24)};

	paging_on();
	load((u32)user_code); /* so that ring 3 finds it in the shadow */
	say("user eip=%x eflags=%x eax=%x esp=%x\n", u.eip, u.eflags, u.eax,
	    (u32)stack_top - 12288);
	try(do_user, &u);
	say("user came vec=%u eip=%x cs=%x eflags=%x eax=%x esp=%x ss=%x\n", trap_vec, trap_eip - 2,
	    trap_cs, trap_eflags, trap_eax, trap_esp, trap_ss);
	finish(0);
}

/* 02.4 and 02.2: what an application may not touch. */
static void user_fault(void)
{
	u32 missing = TEST_BASE + test_page() * PAGE, kernel_only = missing ^ (1 << 12);
	struct user u = {(u32)user_touch, 0x202, missing};

	pt_test[entry_of(kernel_only)] = pool_page() | P | RW | A | D;
	paging_on();
	say("user missing=%x kernel_only=%x\n", missing, kernel_only);
	try(do_user, &u);
	say("user missing vec=%u err=%u eip=%x\n", trap_vec, trap_err, trap_eip - (u32)user_touch);
	u.eax = kernel_only;
	try(do_user, &u);
	say("user kernel_only vec=%u err=%u cr2=%x\n", trap_vec, trap_err, read_cr2(0));
	finish(0);
}

static void do_bad_iret(void *selector)
{
	asm volatile("pushl $0x202\n\t"
		     "pushl %0\n\t"
		     "pushl $1f\n\t"
		     "iretl\n"
		     "1:"
		     :
		     : "r"(selector)
		     : "memory");
}

/* 02.4: an iret within the kernel, and one to a segment that is none. */
static void kernel_iret(void)
{
	u32 flags = 0x2 | (draw(2) << 9) | (draw(2) << 11) | draw(2), after, moved;
	u32 bad = 0x100 + draw(16) * 8;

	paging_on();
	say("kernel eflags=%x bad=%u\n", flags, bad);
	moved = iret_here(flags);
	asm volatile("pushfl\n\tpopl %0\n\tcli" : "=r"(after));
	say("kernel moved=%u interrupts=%u want=%u\n", moved, after >> 9 & 1, flags >> 9 & 1);
	try(do_bad_iret, (void *)bad);
	say("kernel bad vec=%u err=%u cs=%u\n", trap_vec, trap_err, trap_cs & 0xFFFF);
	finish(0);
}

static void say_bits(const char *step, u32 page)
{
	say("ad %s a=%u d=%u pde=%u\n", step, pt_test[page] >> 5 & 1, pt_test[page] >> 6 & 1,
	    pd[TEST_BASE >> 22] >> 5 & 1);
}

/* 02.5: the bits that the processor sets, as the guest reads them. */
static void ad(void)
{
	u32 page = 1 + draw(1021), va = TEST_BASE + page * PAGE;

	pt_test[page] = pool_page() | P | RW;
	paging_on();
	say("ad va=%x\n", va);
	say_bits("start", page);
	load(va);
	say_bits("read", page);
	store(va, 1);
	say_bits("written", page);
	pt_test[page] &= ~D;
	flush(va);
	load(va);
	say_bits("cleaned", page);
	store(va, 2);
	say_bits("again", page);
	pt_test[page] &= ~(A | D);
	flush(va);
	say_bits("cleared", page);
	store(va, 3);
	say_bits("both", page);
	finish(0);
}

/* 02.5: a 4 MB page has its bits in the directory. */
static void ad_large(void)
{
	u32 slot = 0x80000000u >> 22, at = 0x80000000u + POOL + draw(256) * PAGE;

	pd[slot] = pd[slot + 1] = P | RW | PS;
	paging_on();
	say("ad large va=%x\n", at);
	load(at);
	say("ad large read bits=%u\n", pd[slot] >> 5 & 3);
	store(at, 1);
	say("ad large written bits=%u\n", pd[slot] >> 5 & 3);
	store(at + 0x400000, 1);
	say("ad large first written bits=%u\n", pd[slot + 1] >> 5 & 3);
	finish(0);
}

void lab02(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
	    {"alias", alias},
	    {"wp", wp_off},
	    {"fault", fault},
	    {"registers", registers},
	    {"double", doubled},
	    {"map", map_new},
	    {"lazy", map_lazily},
	    {"freely", freely},
	    {"remap", remap},
	    {"unmap", unmap},
	    {"user", user},
	    {"userfault", user_fault},
	    {"kerneliret", kernel_iret},
	    {"ad", ad},
	    {"adlarge", ad_large},
	};

	descriptors_init();
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (scenario_is(scenarios[i].name))
			scenarios[i].run();
	lab02_random();
	lab02_watched();
	lab02_exceptions();
	lab02_iret();
}
