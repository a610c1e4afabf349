/* bench-pv-env.c: start of day, memory, and telling the results. */
#include "bench-pv.h"
#include "finch/arch/pv/version.h"

#define MAX_SAMPLES 64

const struct start_info *start_info;
static u32 samples[MAX_SAMPLES], nr_samples;

void bench_main(const struct start_info *si) __attribute__((noreturn));

s32 hypercall(u32 nr, u32 a1, u32 a2, u32 a3, u32 a4)
{
	s32 result;

	asm volatile("int $0x82"
		     : "=a"(result), "+b"(a1), "+c"(a2), "+d"(a3), "+S"(a4)
		     : "0"(nr)
		     : "memory", "edi");
	return result;
}

void say(const char *text)
{
	u32 len = 0;

	while (text[len])
		len++;
	hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, len, (u32)text, 0);
}

static void say_number(u32 n)
{
	char text[12], *p = text + sizeof(text);

	*--p = '\0';
	do
		*--p = '0' + n % 10;
	while (n /= 10);
	say(p);
}

void power_off(u32 reason)
{
	/* The older call is known to all. */
	hypercall(__HYPERVISOR_sched_op_compat, SCHEDOP_shutdown, reason, 0, 0);
	for (;;)
		;
}

void check(s32 err, const char *what)
{
	if (err >= 0)
		return;
	say("failed ");
	say(what);
	say("=");
	say_number(-err);
	say("\n");
	power_off(SHUTDOWN_crash);
}

/* Does `text` begin with `prefix`? @return what follows, or NULL */
static const char *after(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return NULL;
	return text;
}

bool scenario_is(const char *name)
{
	for (const char *p = start_info->cmd_line; *p; p++) {
		const char *value = after(p, "scenario="), *end = value ? after(value, name) : NULL;

		if (end && (!*end || *end == ' '))
			return true;
	}
	return false;
}

bool has_new_calls(void)
{
	u32 version = (u32)hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
	char extra[16] = "";

	hypercall(__HYPERVISOR_xen_version, XENVER_extraversion, (u32)extra, 0, 0);
	return new_calls(version, extra);
}

u32 mfn_of_pfn(u32 pfn)
{
	return ((const u32 *)start_info->mfn_list)[pfn];
}

u32 mfn_of(const void *va)
{
	return mfn_of_pfn(((u32)va - VIRT_BASE) / PAGE_SIZE);
}

u32 pde_maddr(const void *directory, u32 va)
{
	return mfn_of(directory) * PAGE_SIZE + (va >> 22) * sizeof(u32);
}

s32 mmu_update(u32 maddr, u32 val)
{
	struct mmu_update u = {maddr, val};

	return hypercall(__HYPERVISOR_mmu_update, (u32)&u, 1, 0, DOMID_SELF);
}

s32 mmuext(u32 cmd, u32 arg)
{
	struct mmuext_op op = {cmd, arg, 0};

	return hypercall(__HYPERVISOR_mmuext_op, (u32)&op, 1, 0, DOMID_SELF);
}

s32 map(u32 va, u32 pte)
{
	return hypercall(__HYPERVISOR_update_va_mapping, va, pte, 0, UVMF_INVLPG);
}

void make_read_only(const void *va)
{
	check(map((u32)va, mfn_of(va) * PAGE_SIZE | PTE_RO), "read-only");
}

void begin(void)
{
	nr_samples = 0;
}

/* Sorted as they come. */
void sample(u32 t)
{
	u32 i;

	if (nr_samples == MAX_SAMPLES)
		return;
	for (i = nr_samples++; i > 0 && samples[i - 1] > t; i--)
		samples[i] = samples[i - 1];
	samples[i] = t;
}

void report(const char *name, u32 overhead, u32 n)
{
	say("bench ");
	say(name);
	say("=");
	say_number((samples[nr_samples / 2] - overhead + n / 2) / n);
	say("\n");
}

static void set_up(void)
{
	struct trap_info traps[] = {
	    {6, 0, FLAT_RING1_CS, (u32)leave_user},
	    {0x80, 3, FLAT_RING1_CS, (u32)int80_return},
	    {0},
	};

	check(map((u32)&shared, start_info->shared_info | PTE_NORMAL), "shared-info");
	check(map((u32)user_page, mfn_of(user_page) * PAGE_SIZE | PTE_NORMAL | PTE_US),
	      "user-page");
	check(hypercall(__HYPERVISOR_set_trap_table, (u32)traps, 0, 0, 0), "set-trap-table");
	check(hypercall(__HYPERVISOR_stack_switch, FLAT_RING1_SS, (u32)trap_stack_top, 0, 0),
	      "stack-switch");
	check(hypercall(__HYPERVISOR_set_callbacks, FLAT_RING1_CS, (u32)event_upcall, FLAT_RING1_CS,
			(u32)failsafe),
	      "set-callbacks");
}

void bench_main(const struct start_info *si)
{
	start_info = si;
	set_up();
	measure();
	say("bench end=1\n");
	power_off(SHUTDOWN_poweroff);
}
