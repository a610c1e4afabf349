/* trace.c: `tl trace`: what the hypervisor has recorded, as Domain 0 finds it in the ring. */
#include "tl/ring.h"

/* What is asked for. */
struct wanted {
	u32 ticks, events; /* the wait ends with the first of the two */
	bool one_domain;
	u32 domain;
	u32 classes; /* besides what is recorded as it is; 0: none */
	const char *to;
};

static u32 class_named(const char *name, u32 len)
{
	for (u32 i = 0; i < NR_CLASSES; i++)
		if (strlen(schema_classes[i].name) == len &&
		    !memcmp(schema_classes[i].name, name, len))
			return 1u << i;
	return 0;
}

u32 classes_named(const char *list)
{
	u32 classes = 0, bit, len;

	if (!strcmp(list, "all"))
		return ~0u;
	if (!strcmp(list, "off"))
		return 0;
	for (;; list += len + 1) {
		for (len = 0; list[len] && list[len] != ','; len++)
			;
		bit = class_named(list, len);
		if (!bit)
			bad_usage("class=%s: not all, off, or some of life,trap,hcall,insn,mmu,dom",
				  list);
		classes |= bit;
		if (!list[len])
			return classes;
	}
}

void set_filter(u32 domid, u32 classes)
{
	struct xen_domctl op = {.u.tl_trace.classes = classes};
	s32 err = domctl(&op, XEN_DOMCTL_tl_trace, domid);

	if (err)
		fail("trace: %s", error_text(err));
}

static struct wanted read_words(int argc, char **argv)
{
	struct wanted w = {.ticks = HZ, .events = 100};
	struct xen_domctl_getdomaininfo d;
	const char *v;

	for (int i = 0; i < argc; i++) {
		if ((v = value(argv[i], "seconds"))) {
			w.ticks = number("seconds", v, 1, 1000) * HZ;
		} else if ((v = value(argv[i], "events"))) {
			w.events = number("events", v, 1, 1000000);
		} else if ((v = value(argv[i], "dom"))) {
			find_domain(v, &d);
			w.one_domain = true;
			w.domain = d.domain;
		} else if ((v = value(argv[i], "class"))) {
			w.classes = classes_named(v);
			if (!w.classes)
				bad_usage("trace: class=off: then nothing comes");
		} else if ((v = value(argv[i], "to"))) {
			w.to = v;
		} else {
			bad_usage("trace: what is %s? `tl help` says what there is", argv[i]);
		}
		refuse_twice(argv, i);
	}
	return w;
}

/* Until it is closed, or this program ends. @return a descriptor */
static u32 record(u32 classes)
{
	s32 fd = open("dev/xen/trace");

	if (fd < 0 || write((u32)fd, &classes, sizeof(classes)) != sizeof(classes))
		fail("trace: %s", error_text(-38));
	return (u32)fd;
}

static bool chosen(const struct wanted *w, const struct record *r)
{
	return (!w->one_domain || r->head.domain == w->domain) &&
	       (!w->classes || w->classes & 1u << r->def->class);
}

/* Until so many have come, or the time is over. @return behind the last of them */
static struct reader wait_for_events(const struct wanted *w, struct reader at)
{
	s32 end = ticks() + (s32)w->ticks;
	struct record r;

	for (u32 n = 0;; sleep(1)) {
		reader_look();
		while (n < w->events && reader_next(&at, &r))
			n += chosen(w, &r);
		if (n == w->events || ticks() - end >= 0)
			return at;
	}
}

/* While lines are printed, more is recorded: only what had come before is shown. */
static u32 print_events(const struct wanted *w, struct reader at, const struct reader *end)
{
	struct record r;
	char text[256];
	u32 n = 0;

	while (at.seq < end->seq && reader_next(&at, &r)) {
		if (!chosen(w, &r))
			continue;
		write(1, text, record_format(&r, text, sizeof(text)));
		n++;
	}
	return n;
}

/* The whole trace, as packets one behind the other: `tltrace extract --stream` reads them. */
static int write_packets(const char *name)
{
	struct reader at = reader_begin();
	s32 fd = open(name), n = 0;
	const void *packet;

	if (fd < 0)
		fd = creat(name);
	if (fd < 0)
		fail("trace: to=%s: %s", name, why(fd));
	for (; (packet = reader_packet(&at)); n++)
		if (write((u32)fd, packet, TRACE_PACKET_SIZE) != TRACE_PACKET_SIZE)
			fail("trace: to=%s: it is full, or cannot be written", name);
	printf("tl: %d packets of %u bytes\n", n, TRACE_PACKET_SIZE);
	return n ? 0 : TL_FAILED;
}

int trace(int argc, char **argv)
{
	struct wanted w = read_words(argc, argv);
	struct reader begin = reader_begin(), end;
	u32 recording = 0, lost, n;
	struct record r;

	if (w.to)
		return write_packets(w.to);
	while (reader_next(&begin, &r))
		; /* what is there already */
	lost = reader_lost();
	if (w.classes)
		recording = record(w.classes);
	end = wait_for_events(&w, begin);
	if (w.classes)
		close(recording);
	n = print_events(&w, begin, &end);
	lost = reader_lost() - lost;
	printf("tl: %u events%s\n", n,
	       n || w.classes
		   ? ""
		   : ": of what is recorded, nothing has come (class=LIST says what is)");
	if (lost)
		printf("tl: the ring is full, %u events were lost: trace-kb= makes it larger\n",
		       lost);
	return 0;
}
