/* create.c: `tl create`: what a domain is to be made of, and making it. */
#include "tl/tl.h"

u32 number(const char *what, const char *word, u32 min, u32 max)
{
	u32 n;

	if (!whole_number(word, max, &n) || n < min)
		bad_usage("%s=%s is not a number from %u to %u", what, word, min, max);
	return n;
}

const char *value(const char *arg, const char *word)
{
	u32 n = strlen(word);

	return !strncmp(arg, word, n) && arg[n] == '=' ? arg + n + 1 : NULL;
}

static bool is_mode_shadow(const char *word)
{
	if (strcmp(word, "shadow") && strcmp(word, "direct"))
		bad_usage("mmu=%s is neither shadow nor direct", word);
	return !strcmp(word, "shadow");
}

static bool is_random(const char *word)
{
	if (strcmp(word, "clock") && strcmp(word, "random"))
		bad_usage("swap-victim=%s is neither clock nor random", word);
	return !strcmp(word, "random");
}

static u32 isolation_named(const char *word)
{
	if (!strcmp(word, "segments"))
		return XEN_DOMCTL_CDF_tl_segments;
	if (strcmp(word, "paging"))
		bad_usage("isolation=%s is neither segments nor paging", word);
	return XEN_DOMCTL_CDF_tl_paging;
}

static void add_word(struct plan *p, const char *word)
{
	u32 n = strlen(p->cmdline);

	if (n + strlen(word) + 2 > sizeof(p->cmdline))
		bad_usage("the kernel's command line is too long");
	if (n)
		p->cmdline[n++] = ' ';
	strlcpy(p->cmdline + n, word, sizeof(p->cmdline) - n);
}

static bool is_name(const char *s)
{
	u32 n = 0;

	for (; s[n]; n++) {
		bool letter = (s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z';

		if (!letter && (!n || !((s[n] >= '0' && s[n] <= '9') || s[n] == '.' ||
					s[n] == '-' || s[n] == '_')))
			return false;
	}
	return n && n <= sizeof(xen_domain_handle_t);
}

/* @return false: it is no word of ours, but the kernel's */
static bool take_word(struct plan *p, const char *arg)
{
	const char *v;

	if ((v = value(arg, "name")))
		p->name = v;
	else if ((v = value(arg, "mmu")))
		p->shadow = is_mode_shadow(v);
	else if ((v = value(arg, "isolation")))
		p->isolation = isolation_named(v);
	else if ((v = value(arg, "mem")))
		p->nr_pages = number("mem", v, 4, 512) * 256;
	else if ((v = value(arg, "resident")))
		p->resident_kb = number("resident", v, 64, 512 * 1024);
	else if ((v = value(arg, "swap-victim")))
		p->random = is_random(v);
	else if ((v = value(arg, "vcpus")))
		p->nr_vcpus = number("vcpus", v, 1, XEN_LEGACY_MAX_VCPUS);
	else if ((v = value(arg, "initrd")))
		p->initrd = v;
	else if ((v = value(arg, "vbd")))
		read_disk(p, v);
	else if ((v = value(arg, "vif")))
		read_interface(p, v);
	else if ((v = value(arg, "mcuadv")))
		p->mcu_advance = number("mcuadv", v, 1, 1000);
	else if ((v = value(arg, "trace")))
		p->not_traced = ~classes_named(v);
	else if ((v = value(arg, "paused")))
		p->paused = number("paused", v, 0, 1);
	else
		return false;
	return true;
}

void refuse_twice(char **argv, int last)
{
	u32 n = 0;

	while (argv[last][n++] != '=')
		;
	for (int i = 0; i < last; i++)
		if (!strncmp(argv[i], argv[last], n))
			bad_usage("%s and %s: which?", argv[i], argv[last]);
}

void read_plan(struct plan *p, int argc, char **argv)
{
	*p = (struct plan){.nr_pages = 8 * 256, .nr_vcpus = 1, .kernel = argv[0], .name = argv[0]};
	for (int i = 1; i < argc; i++) {
		if (take_word(p, argv[i]))
			refuse_twice(argv, i);
		else
			add_word(p, argv[i]);
	}
	if (p->shadow && p->vif)
		bad_usage("vif=%s: with mmu=shadow a domain has no network card", p->vif);
	if ((p->resident_kb || p->random) && !p->shadow)
		bad_usage("resident= and swap-victim= are for mmu=shadow: in direct mode a domain "
			  "knows its frames, and none can be taken behind its back");
	if (p->random && !p->resident_kb)
		bad_usage("swap-victim= says nothing without resident=");
	if (!strcmp(p->kernel, "finch")) {
		p->kernel = p->shadow ? "finch-native.elf" : "finch-pv.elf";
		if (!p->initrd)
			p->initrd = "programs.cpio";
	}
	if (!is_name(p->name))
		bad_usage("name=%s: a letter, and at most 15 more letters, digits, . - _", p->name);
	p->kernel_file = load_file(p->kernel);
	if (p->initrd)
		p->initrd_file = load_file(p->initrd);
}

u32 make(const struct plan *p)
{
	struct xen_domctl op = {0};
	s32 err;

	op.u.createdomain.flags = (p->shadow ? XEN_DOMCTL_CDF_hvm_guest : 0) | p->isolation;
	memcpy(op.u.createdomain.handle, p->name, strlen(p->name));
	err = domctl(&op, XEN_DOMCTL_createdomain, 0);
	if (err)
		fail("create: %s", error_text(err));
	return op.domain;
}

void destroy_id(u32 id)
{
	struct xen_domctl op = {0};
	s32 err = domctl(&op, XEN_DOMCTL_destroydomain, id);

	if (err)
		fail("destroy: %s", error_text(err));
}

static void set_max(const struct plan *p, u32 id)
{
	struct xen_domctl op = {.u.max_mem = {p->nr_pages * 4}};
	s32 err = domctl(&op, XEN_DOMCTL_max_mem, id);

	if (err)
		fail("mem: %s", error_text(err));
}

static void set_vcpus(const struct plan *p, u32 id)
{
	struct xen_domctl op = {.u.max_vcpus = {p->nr_vcpus}};
	s32 err = domctl(&op, XEN_DOMCTL_max_vcpus, id);

	if (err)
		fail("vcpus: %s", error_text(err));
}

static void set_resident(const struct plan *p, u32 id)
{
	struct xen_domctl_tl_memory m = {.what = TL_MEMORY_RESIDENT,
					 .pages = p->resident_kb * 1024 / PAGE,
					 .victim = p->random ? TL_VICTIM_RANDOM : TL_VICTIM_CLOCK};
	s32 err = memory_op(id, &m);

	if (err == -6)
		fail("resident=%u: the hypervisor has no swap disk: start the machine with "
		     "overcommit=swap",
		     p->resident_kb);
	if (err)
		fail("resident=%u: %s", p->resident_kb,
		     err == -22 ? "it has no more than mem=" : error_text(err));
}

void build(const struct plan *p, u32 id)
{
	set_max(p, id);
	if (p->resident_kb)
		set_resident(p, id);
	if (p->nr_vcpus > 1)
		set_vcpus(p, id);
	if (p->shadow)
		build_shadow(p, id);
	else
		build_direct(p, id);
	if (p->mcu_advance)
		set_share(id, p->mcu_advance);
	if (p->not_traced)
		set_filter(id, ~p->not_traced);
}
