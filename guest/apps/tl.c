/* tl.c: managing domains, from Domain 0. */
#include "tl/tl.h"

static const char help[] =
    "tl create KERNEL [name=NAME] [mmu=shadow|direct] [isolation=segments|paging]\n"
    "                 [mem=MB] [vcpus=N] [initrd=FILE] [mcuadv=N]\n"
    "                 [vbd=hda:PARTS|cow:PARTS:PARTS] [vif=ip=ADDRESS[,mac=ADDRESS]] [trace=LIST]\n"
    "                 [resident=KB [swap-victim=clock|random]]\n"
    "                 [paused=1] [WORD=VALUE ...]   make a domain and start it; the other words\n"
    "                 are its kernel's command line. KERNEL is a file, or finch. PARTS of the "
    "disk\n"
    "                 are START+SECTORS,...; cow: a base that is only read, and what is written\n"
    "tl list                     the domains there are\n"
    "tl info [DOMAIN]            one of them, or the machine\n"
    "tl top [ROUNDS]             who uses the processor, a second each\n"
    "tl pause|unpause DOMAIN\n"
    "tl sched-bvt DOMAIN [MCUADV [WARPBACK WARPVALUE WARPL WARPU]]\n"
    "                            its share of the processor (the inverse of MCUADV), and how\n"
    "                            it may warp: see docs/scheduling.md; without numbers: show them\n"
    "tl wait DOMAIN ...          until they have ended; exit code 1 if one has crashed\n"
    "tl destroy DOMAIN ...       end it, and give back all that it has\n"
    "tl console DOMAIN           what it has said; while it runs, type to it: Ctrl-] comes back\n"
    "tl dmesg                    what all have said, and the hypervisor\n"
    "tl trace [seconds=N] [events=N] [dom=DOMAIN] [class=all|trap,hcall,...]\n"
    "                            what the hypervisor records meanwhile, at most so many events "
    "(100)\n"
    "tl trace-filter DOMAIN LIST only these classes (or all, off) are recorded of it\n"
    "tl trace to=FILE            all that it has recorded, for `tltrace extract --stream`\n"
    "tl many COUNT CYCLES MS     so many at once, which share the processor for MS; then CYCLES\n"
    "                            one after the other: what they cost, and what they leave\n"
    "tl mem-max DOMAIN MB        how much memory it may have\n"
    "tl mem-set DOMAIN MB        how much it is to have (or 9828K): its balloon driver follows\n"
    "tl mem-resident DOMAIN KB   so much of it (mmu=shadow) the machine's memory holds; the rest\n"
    "                            is on the hypervisor's swap disk\n"
    "tl mem-wait DOMAIN [SECONDS] until it has so much (60)\n"
    "tl net                      the router's interfaces, rules and counters\n"
    "tl net add RULE             in|out [INTERFACE] accept|drop [PROTOCOL] [from PLACE] [to "
    "PLACE];\n"
    "                            also insert N RULE, del N, policy in|out accept|drop\n"
    "tl capture FRAMES [FILE]    keep what the router sees, for tcpdump -r\n"
    "DOMAIN is a number or a name. Exit codes: 0 done, 1 failed, 2 wrongly asked.\n";

static int usage(void)
{
	write(1, help, sizeof(help) - 1);
	return 0;
}

void pause_or_not(u32 cmd, u32 id)
{
	struct xen_domctl op = {0};
	s32 err = domctl(&op, cmd, id);

	if (err == -22 && cmd == XEN_DOMCTL_unpausedomain)
		fail("it is not paused, or it is Domain 0");
	if (err)
		fail("%s", err == -22 ? "Domain 0 cannot pause itself" : error_text(err));
}

static s32 scheduler_op(struct xen_domctl *op, u32 cmd, u32 id)
{
	op->u.scheduler_op.sched_id = XEN_SCHEDULER_BVT;
	op->u.scheduler_op.cmd = cmd;
	return domctl(op, XEN_DOMCTL_scheduler_op, id);
}

static bool runs_bvt(void)
{
	struct xen_sysctl op = {0};

	return !sysctl(&op, XEN_SYSCTL_sched_id) && op.u.sched_id.sched_id == XEN_SCHEDULER_BVT;
}

static void check_bvt(s32 err)
{
	if (err && !runs_bvt())
		fail("sched-bvt: this machine runs with sched=rr");
	if (err)
		fail("sched-bvt: %s", err == -22 ? "out of range" : error_text(err));
}

void set_share(u32 id, u32 mcu_advance)
{
	struct xen_domctl op = {0};

	if (!runs_bvt()) {
		printf("tl: mcuadv= says nothing here: with sched=rr all have the same share\n");
		return;
	}
	check_bvt(scheduler_op(&op, XEN_DOMCTL_SCHEDOP_getinfo, id));
	op.u.scheduler_op.u.bvt.mcu_advance = mcu_advance;
	check_bvt(scheduler_op(&op, XEN_DOMCTL_SCHEDOP_putinfo, id));
}

/* As `xm sched-bvt` had it. */
static int schedule_bvt(u32 id, int argc, char **argv)
{
	struct xen_domctl op = {0};
	struct xen_domctl_sched_bvt *b = &op.u.scheduler_op.u.bvt;

	check_bvt(scheduler_op(&op, XEN_DOMCTL_SCHEDOP_getinfo, id));
	if (!argc) {
		printf("mcuadv=%u warpback=%u warpvalue=%d warpl=%u warpu=%u\n", b->mcu_advance,
		       b->warpback, b->warpvalue, (u32)b->warpl, (u32)b->warpu);
		return 0;
	}
	b->mcu_advance = number("MCUADV", argv[0], 1, 1000);
	if (argc == 5) {
		b->warpback = number("WARPBACK", argv[1], 0, 1);
		b->warpvalue = (s32)number("WARPVALUE", argv[2], 0, 0x7FFFFFF);
		b->warpl = number("WARPL", argv[3], 0, 400000000);
		b->warpu = number("WARPU", argv[4], 0, 400000000);
	}
	check_bvt(scheduler_op(&op, XEN_DOMCTL_SCHEDOP_putinfo, id));
	return 0;
}

static bool called(const char *name, struct xen_domctl_getdomaininfo *d)
{
	for (u32 id = 0; next_domain(&id, d);)
		if (!strcmp(name, name_of(d)))
			return true;
	return false;
}

/* A back end lets go of a domain that was destroyed in a moment. */
static void refuse_name_in_use(const char *name)
{
	struct xen_domctl_getdomaininfo d;

	for (u32 i = 0; called(name, &d); i++) {
		if (!(d.flags & XEN_DOMINF_dying))
			bad_usage("there is a domain %s already: give another name=", name);
		if (i == 2 * HZ)
			fail("domain %u, which was called %s, is dying: somebody still has pages "
			     "of it. Give another name=, or end the back end that has them",
			     d.domain, name);
		sleep(1);
	}
}

/* Whatever goes wrong while it is built ends that process: then the half-made domain goes, too. */
static void build_or_destroy(const struct plan *p, u32 id)
{
	u32 status = 0;
	s32 pid = fork();

	if (!pid) {
		build(p, id);
		exit(0);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (pid > 0 && !status)
		return;
	record_forget(id);
	destroy_id(id);
	exit(status && status < STATUS_SIGNAL ? status : TL_FAILED);
}

static int create(int argc, char **argv)
{
	struct plan p;
	u32 id;

	if (argc < 1)
		bad_usage("create what? `tl help`");
	read_plan(&p, argc, argv);
	refuse_name_in_use(p.name);
	record_open();
	id = make(&p);
	build_or_destroy(&p, id);
	if (!p.paused)
		pause_or_not(XEN_DOMCTL_unpausedomain, id);
	printf("tl: domain %u (%s) %s\n", id, p.name, p.paused ? "is made, and paused" : "runs");
	return 0;
}

static int destroy(int argc, char **argv)
{
	struct xen_domctl_getdomaininfo d;

	for (int i = 0; i < argc; i++) {
		find_domain(argv[i], &d);
		if (!d.domain)
			bad_usage("Domain 0 cannot destroy itself: `exit` ends the machine");
		record_forget(d.domain);
		destroy_id(d.domain);
	}
	return 0;
}

static int wait_for(int argc, char **argv)
{
	struct xen_domctl_getdomaininfo d;
	int crashed = 0;

	for (int i = 0; i < argc; i++) {
		for (;;) {
			find_domain(argv[i], &d);
			if (!d.domain)
				bad_usage("Domain 0 would wait for itself for ever");
			if (d.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
				break;
			sleep(HZ / 20);
		}
		crashed |= (d.flags >> XEN_DOMINF_shutdownshift & 255) == SHUTDOWN_crash;
	}
	return crashed;
}

static u32 id_of(const char *word)
{
	struct xen_domctl_getdomaininfo d;

	find_domain(word, &d);
	return d.domain;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "help";
	char **args = argv + 2;
	int n = argc > 2 ? argc - 2 : 0;

	if (!strcmp(verb, "help"))
		return usage();
	if (!strcmp(verb, "create"))
		return create(n, args);
	if (!strcmp(verb, "list") && !n)
		return show_list();
	if (!strcmp(verb, "info") && n <= 1)
		return show_info(n ? args[0] : NULL);
	if (!strcmp(verb, "top") && n <= 1)
		return show_top(n ? number("ROUNDS", args[0], 1, 1000) : 1);
	if (!strcmp(verb, "dmesg") && !n)
		return show_log(NULL);
	if (!strcmp(verb, "console") && n == 1)
		return attach_console(args[0]);
	if (!strcmp(verb, "trace-filter") && n == 2)
		return set_filter(id_of(args[0]), classes_named(args[1])), 0;
	if (!strcmp(verb, "trace"))
		return trace(n, args);
	if (!strcmp(verb, "wait") && n)
		return wait_for(n, args);
	if (!strcmp(verb, "net"))
		return net(n, args);
	if (!strcmp(verb, "capture") && (n == 1 || n == 2))
		return capture_frames(args[0], n == 2 ? args[1] : NULL);
	if (!strcmp(verb, "many") && n == 3)
		return many(number("COUNT", args[0], 0, 250), number("CYCLES", args[1], 0, 100000),
			    number("MS", args[2], 1, 100000));
	if (!strcmp(verb, "destroy") && n)
		return destroy(n, args);
	if (!strcmp(verb, "mem-max") && n == 2)
		return memory_max(args[0], args[1]);
	if (!strcmp(verb, "mem-set") && n == 2)
		return memory_set(args[0], args[1]);
	if (!strcmp(verb, "mem-resident") && n == 2)
		return memory_resident(args[0], number("KB", args[1], 64, 512 * 1024));
	if (!strcmp(verb, "mem-wait") && (n == 1 || n == 2))
		return memory_wait(args[0], n == 2 ? number("SECONDS", args[1], 1, 36000) : 60);
	if (!strcmp(verb, "sched-bvt") && (n == 1 || n == 2 || n == 6))
		return schedule_bvt(id_of(args[0]), n - 1, args + 1);
	if (!strcmp(verb, "pause") && n == 1)
		return pause_or_not(XEN_DOMCTL_pausedomain, id_of(args[0])), 0;
	if (!strcmp(verb, "unpause") && n == 1)
		return pause_or_not(XEN_DOMCTL_unpausedomain, id_of(args[0])), 0;
	bad_usage("what is `%s` with %d words? `tl help` says what there is", verb, n);
}
