/*
 * share.c: option share=: many domains of one kernel from the start, and when the first of them
 * ends, how they have shared the processor.
 *
 *   share=WORD,WORD,...    each [COUNTx]ROLE ADVANCE[wWARP], as in share=s10,2xs5,l10w500000
 *
 * ROLE is a letter that the guest is told (role=), ADVANCE and WARP are BVT's mcu_advance and
 * warpvalue. A capital letter is a domain of the other design than mmu=, on the second kernel.
 */
#include "boot/options.h"
#include "boot/start.h"
#include "dom/run.h"
#include "dom/time.h"
#include "lib/div.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "trace/trace.h"
#include "trap/trap.h"

static u64 begun;

/* A number at *at, which moves on behind it. */
static u32 number(const char **at)
{
	u32 n = 0;

	while (**at >= '0' && **at <= '9')
		n = n * 10 + *(*at)++ - '0';
	return n;
}

static u32 us(u64 ns)
{
	div_u64(&ns, 1000);
	return ns;
}

/* A domain has ended: so has the time for which they were to run. */
static void report(struct domain *first)
{
	struct sched_params p;

	printk("trapline: shared %u us by %s\n", us(system_time() - begun),
	       this_cpu.sched.ops->name);
	for (struct domain *d = domains; d; d = d->next) {
		struct vcpu_runstate_info r = vcpu_runstate(d->vcpus);

		if (!domain_sched_get(d, &p))
			p = (struct sched_params){0};
		printk("trapline: domain %u: advance %u warp %u: ran %u us, waited %u us, slept %u "
		       "us\n",
		       d->id, p.mcu_advance, p.warpback ? p.warpvalue : 0, us(domain_cpu_time(d)),
		       us(r.time[RUNSTATE_runnable]), us(r.time[RUNSTATE_blocked]));
	}
	machine_exit(first->end_reason == END_poweroff ? first->end_code : 2);
}

static struct domain *begin(char role, u16 id, const struct module *modules)
{
	bool other = role < 'a';
	const struct guest_ops *design =
	    (options.mmu == MMU_SHADOW) != other ? &shadow_guest : &direct_guest;
	u32 len = strlen(options.guest);
	struct domain *d;

	if (len + sizeof(" role=x") > sizeof(options.guest))
		return NULL;
	memcpy(options.guest + len, " role=x", sizeof(" role=x"));
	options.guest[len + strlen(" role=")] = other ? role + 'a' - 'A' : role;
	d = start_domain(design, id, modules[other], (struct module){0});
	options.guest[len] = '\0';
	return d;
}

bool share(const struct module modules[2])
{
	u16 id = 0;

	trace_hand_overs = true;
	for (const char *at = options.share; *at; at += *at == ',') {
		u32 count = at[0] >= '0' && at[0] <= '9' ? number(&at) : 1;
		struct sched_params p = {0};
		char role;

		at += *at == 'x';
		role = *at ? *at++ : '?';
		p.mcu_advance = number(&at);
		p.warpback = *at == 'w';
		at += p.warpback;
		p.warpvalue = number(&at);
		if (!count || !p.mcu_advance || (*at && *at != ',')) {
			printk("trapline: share=: not understood at '%s'\n", at);
			return false;
		}
		while (count--) {
			struct domain *d = begin(role, id++, modules);

			if (!d)
				return false;
			domain_sched_set(d, &p);
		}
	}
	begun = system_time();
	domain_ended = report;
	return true;
}
