/* show.c: tl's verbs that only look. */
#include "tl/tl.h"

/* 64-bit division, which the compiler would call a function of its own for. */
static u32 to_ms(u64 ns)
{
	u32 high = (u32)(ns >> 32), rest = high % 1000000, low = (u32)ns;

	asm("divl %2" : "+a"(low), "+d"(rest) : "r"(1000000) : "cc");
	return low;
}

static const char *state_of(const struct xen_domctl_getdomaininfo *d)
{
	static const char *const ends[] = {"ended", "reboot", "suspended", "crashed"};
	u32 why = d->flags >> XEN_DOMINF_shutdownshift & 3;

	if (d->flags & XEN_DOMINF_dying)
		return "zombie";
	if (d->flags & XEN_DOMINF_shutdown)
		return ends[why];
	if (d->flags & XEN_DOMINF_paused)
		return "paused";
	if (d->flags & XEN_DOMINF_running)
		return "running";
	return d->flags & XEN_DOMINF_blocked ? "blocked" : "ready";
}

static const char *mmu_of(const struct xen_domctl_getdomaininfo *d)
{
	return d->flags & XEN_DOMINF_hvm_guest ? "shadow" : "direct";
}

static void show_line(const struct xen_domctl_getdomaininfo *d)
{
	printf("%-16s %5u %-6s %7u %7u %7u %-9s %9u", name_of(d), d->domain, mmu_of(d),
	       (u32)d->tot_pages * 4, (u32)d->max_pages * 4, memory_target(d), state_of(d),
	       to_ms(d->cpu_time));
	if (d->max_vcpu_id)
		printf("  %u of %u vcpus", d->nr_online_vcpus, d->max_vcpu_id + 1);
	printf("\n");
}

int show_list(void)
{
	struct xen_domctl_getdomaininfo d;
	u32 id = 0;

	printf("%-16s %5s %-6s %7s %7s %7s %-9s %9s\n", "NAME", "ID", "MMU", "MEM KB", "MAX KB",
	       "AIM KB", "STATE", "TIME ms");
	while (next_domain(&id, &d))
		show_line(&d);
	return 0;
}

/* One of several vcpus. */
static void show_vcpu(u32 domid, u32 vcpu)
{
	struct xen_domctl op = {.u.getvcpuinfo.vcpu = vcpu};
	const struct xen_domctl_getvcpuinfo *i = &op.u.getvcpuinfo;
	s32 err = domctl(&op, XEN_DOMCTL_getvcpuinfo, domid);

	if (err)
		fail("%s", error_text(err));
	printf("vcpu=%u state=%s time=%u ms\n", vcpu,
	       !i->online   ? "down"
	       : i->running ? "running"
	       : i->blocked ? "blocked"
			    : "ready",
	       to_ms(i->cpu_time));
}

static void show_machine(void)
{
	struct xen_sysctl op = {0};
	const struct xen_sysctl_physinfo *p = &op.u.physinfo;
	s32 err = sysctl(&op, XEN_SYSCTL_physinfo);

	if (err)
		fail("%s", error_text(err));
	printf(
	    "memory: %u KB, free: %u KB, free of the hypervisor's own: %u KB, processor: %u MHz\n",
	    (u32)p->total_pages * 4, (u32)p->free_pages * 4, (u32)p->scrub_pages * 4,
	    p->cpu_khz / 1000);
}

int show_info(const char *domain)
{
	static struct vcpu_guest_context c;
	struct xen_domctl op = {.u.vcpucontext = {.ctxt = (u32)&c}};
	struct xen_domctl_getdomaininfo d;
	const struct cpu_user_regs *r = &c.user_regs;
	s32 err;

	if (!domain) {
		show_machine();
		return 0;
	}
	find_domain(domain, &d);
	printf("name=%s id=%u mmu=%s state=%s mem=%u KB max=%u KB target=%u KB time=%u ms "
	       "vcpus=%u\n",
	       name_of(&d), d.domain, mmu_of(&d), state_of(&d), (u32)d.tot_pages * 4,
	       (u32)d.max_pages * 4, memory_target(&d), to_ms(d.cpu_time), d.nr_online_vcpus);
	if (d.flags & XEN_DOMINF_dying)
		return 0;
	if (d.flags & XEN_DOMINF_hvm_guest)
		memory_show(d.domain);
	memset(&c, 0, sizeof(c));
	err = domctl(&op, XEN_DOMCTL_getvcpucontext, d.domain);
	if (err)
		fail("%s", error_text(err));
	printf("eip=%08x cs=%04x eflags=%08x esp=%08x ss=%04x cr3=%08x\n", r->eip, r->cs, r->eflags,
	       r->esp, r->ss, c.ctrlreg[3]);
	printf("eax=%08x ebx=%08x ecx=%08x edx=%08x esi=%08x edi=%08x ebp=%08x\n", r->eax, r->ebx,
	       r->ecx, r->edx, r->esi, r->edi, r->ebp);
	for (u32 vcpu = 0; d.max_vcpu_id && vcpu <= d.max_vcpu_id; vcpu++)
		show_vcpu(d.domain, vcpu);
	return 0;
}

#define MAX_SHOWN 64

/* How much of a second each had, in per cent. */
static void one_second(void)
{
	static u32 before[MAX_SHOWN], ids[MAX_SHOWN];
	struct xen_domctl_getdomaininfo d;
	u32 n = 0;

	for (u32 id = 0; n < MAX_SHOWN && next_domain(&id, &d); n++) {
		ids[n] = d.domain;
		before[n] = to_ms(d.cpu_time);
	}
	sleep(HZ);
	printf("%-16s %5s %-9s %5s %9s %7s\n", "NAME", "ID", "STATE", "CPU%", "TIME ms", "MEM KB");
	for (u32 id = 0; next_domain(&id, &d);) {
		u32 had = to_ms(d.cpu_time), i = 0;

		while (i < n && ids[i] != d.domain)
			i++;
		printf("%-16s %5u %-9s %5u %9u %7u\n", name_of(&d), d.domain, state_of(&d),
		       (i < n ? had - before[i] : had) / 10, had, (u32)d.tot_pages * 4);
	}
}

int show_top(u32 rounds)
{
	for (; rounds; rounds--)
		one_second();
	return 0;
}

/* Is `prefix` where the line begins? */
static bool begins(const char *line, u32 len, const char *prefix)
{
	u32 n = strlen(prefix);

	return len >= n && !memcmp(line, prefix, n);
}

static u32 put_number(char *to, u32 n)
{
	char digits[10];
	u32 len = 0, k = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while (n /= 10);
	while (len)
		to[k++] = digits[--len];
	return k;
}

/* Of the console's text, all lines or those of one domain: "(d3) ...". */
int show_log(const char *domain)
{
	static char text[16384];
	struct xen_sysctl op = {.u.readconsole = {.buffer = (u32)text, .count = sizeof(text)}};
	char prefix[16] = "";
	struct xen_domctl_getdomaininfo d;
	u32 len, end;
	s32 err;

	if (domain) {
		find_domain(domain, &d);
		strlcpy(prefix, "(d", sizeof(prefix));
		strlcpy(prefix + 2 + put_number(prefix + 2, d.domain), ") ", 3);
	}
	memset(text, 0, sizeof(text));
	err = sysctl(&op, XEN_SYSCTL_readconsole);
	if (err)
		fail("%s", error_text(err));
	for (u32 at = 0; at < op.u.readconsole.count; at = end) {
		for (end = at; end < op.u.readconsole.count && text[end] != '\n'; end++)
			;
		len = end - at;
		end++;
		if (begins(text + at, len, prefix))
			write(1, text + at + strlen(prefix), len - strlen(prefix)),
			    write(1, "\n", 1);
	}
	return 0;
}
