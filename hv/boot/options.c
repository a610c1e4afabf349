/*[H03] options.c: parsing the hypervisor's command line, NAME=VALUE words separated by blanks. */
#include "boot/options.h"
#include "dom/domain.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

struct options options = {
    .mmu = MMU_SHADOW,
    .trace = ~0u,
    .trace_kb = 8192,
    .mem_mb = 32,
    .vcpus = 1,
    .sched = &sched_bvt,
    .allowance = 5000,
};

#define MAX_WORD 256

static void refuse(const char *name, const char *value, const char *allowed)
{
	printk("trapline: option %s=%s: not one of %s\n", name, value, allowed);
	machine_exit(2);
}

/* Which of the '|'-separated words of `allowed` is it? */
static u32 choice(const char *name, const char *value, const char *allowed)
{
	u32 n = 0, len = strlen(value);

	for (const char *p = allowed; *p; n++) {
		u32 word = 0;

		while (p[word] && p[word] != '|')
			word++;
		if (word == len && !strncmp(p, value, len))
			return n;
		p += word + (p[word] == '|');
	}
	refuse(name, value, allowed);
	return 0;
}

static u32 number(const char *name, const char *value, u32 min, u32 max, const char *range)
{
	u32 n = 0;

	for (const char *p = value; *p; p++) {
		if (*p < '0' || *p > '9' || n > max / 10)
			refuse(name, value, range);
		n = n * 10 + *p - '0';
	}
	if (!*value || n < min || n > max)
		refuse(name, value, range);
	return n;
}

static void set(const char *name, const char *value)
{
	const char *bad;

	if (!strcmp(name, "mmu")) {
		options.mmu = choice(name, value, "shadow|direct") + MMU_SHADOW;
	} else if (!strcmp(name, "isolation")) {
		options.isolation = choice(name, value, "auto|segments|paging|turns");
	} else if (!strcmp(name, "trace")) {
		if (!trace_parse_classes(value, &options.trace, &bad))
			refuse(name, bad, "off, all, life, trap, hcall, insn, mmu, dom");
	} else if (!strcmp(name, "transport")) {
		options.stream = choice(name, value, "memory|serial");
	} else if (!strcmp(name, "trace-kb")) {
		options.trace_kb = number(name, value, 16, 16384, "16 to 16384");
	} else if (!strcmp(name, "mem")) {
		options.mem_mb = number(name, value, 4, 1024, "4 to 1024 (MB)");
	} else if (!strcmp(name, "selftest")) {
		options.selftest = number(name, value, 1, 32000, "1 to 32000 (domains)");
	} else if (!strcmp(name, "together")) {
		options.together = number(name, value, 2, 100, "2 to 100 (domains)");
	} else if (!strcmp(name, "sched")) {
		options.sched = choice(name, value, "bvt|rr") ? &sched_rr : &sched_bvt;
	} else if (!strcmp(name, "allowance")) {
		options.allowance = number(name, value, 100, 1000000, "100 to 1000000 (us)");
	} else if (!strcmp(name, "share")) {
		memcpy(options.share, value, strlen(value) + 1); /* MAX_WORD bounds it */
	} else if (!strcmp(name, "vcpus")) {
		options.vcpus = number(name, value, 1, XEN_LEGACY_MAX_VCPUS, "1 to 32");
	} else if (!strcmp(name, "domid")) {
		options.domid = number(name, value, 0, DOMID_FIRST_RESERVED - 1, "0 to 32751");
	} else if (!strcmp(name, "shadows")) {
		options.shadows = number(name, value, 8, SHADOW_PAGES, "8 to 512 (tables)");
	} else if (!strcmp(name, "tables")) {
		options.outofsync = choice(name, value, "traced|outofsync");
	} else if (!strcmp(name, "sensitive")) {
		options.breakpoint = choice(name, value, "patch|breakpoint");
	} else if (!strcmp(name, "overcommit")) {
		options.swap = choice(name, value, "none|swap");
	} else if (!strcmp(name, "swap-victim")) {
		options.random = choice(name, value, "clock|random");
	} else if (!strcmp(name, "resident")) {
		options.resident_kb = number(name, value, 64, 1 << 20, "64 to 1048576 (KB)");
	} else if (!strcmp(name, "audit")) {
		options.audit = number(name, value, 0, 1, "0 and 1");
	} else if (!strcmp(name, "scenario") || !strcmp(name, "seed") ||
		   !strncmp(name, "guest.", 6)) {
		u32 at = strlen(options.guest);

		if (name[0] == 'g')
			name += 6;
		if (at + strlen(name) + strlen(value) + 3 > sizeof(options.guest))
			refuse(name, value, "words that fit 510 bytes together");
		if (at)
			options.guest[at++] = ' ';
		memcpy(options.guest + at, name, strlen(name));
		at += strlen(name);
		options.guest[at++] = '=';
		memcpy(options.guest + at, value, strlen(value) + 1);
	} else {
		printk("trapline: unknown option %s=%s\n"
		       "trapline: known are mmu isolation tables shadows sensitive trace transport "
		       "trace-kb mem vcpus sched allowance share domid selftest together "
		       "overcommit swap-victim resident audit scenario seed guest.NAME\n",
		       name, value);
		machine_exit(2);
	}
}

void options_parse(const char *cmdline)
{
	char word[MAX_WORD];
	bool first = true;

	while (*cmdline) {
		u32 len = 0;
		char *value = NULL;

		while (*cmdline == ' ')
			cmdline++;
		while (*cmdline && *cmdline != ' ' && len < MAX_WORD - 1) {
			if (*cmdline == '=' && !value) {
				word[len++] = '\0';
				value = word + len;
				cmdline++;
				continue;
			}
			word[len++] = *cmdline++;
		}
		word[len] = '\0';
		if (len == MAX_WORD - 1) {
			printk("trapline: an option is longer than %u bytes\n", MAX_WORD - 2);
			machine_exit(2);
		}
		/* The loader may put the image's own path first: a word without '='. */
		if (value || (len && !first))
			set(word, value ? value : "");
		first = false;
	}
	if (options.resident_kb && (!options.swap || options.mmu != MMU_SHADOW)) {
		printk("trapline: resident= says nothing without overcommit=swap and mmu=shadow\n");
		machine_exit(2);
	}
	if (options.random && !options.resident_kb) {
		printk("trapline: swap-victim= says nothing without resident=\n");
		machine_exit(2);
	}
}
