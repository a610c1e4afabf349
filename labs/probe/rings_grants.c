/* rings_grants.c: a grant table, and a hypervisor that reads and writes it between any two
 * instructions. */
#include "rings.h"
#include "rings/grants.h"

#define ENTRIES 16u

static struct grant_entry *table, was[ENTRIES], final;
static u32 which, moment;
static u16 use; /* how the other domain maps it */
static bool mapped;

static void any_table(void)
{
	for (u32 i = 0; i < ENTRIES; i++)
		table[i] =
		    (struct grant_entry){(u16)draw(1 << 16), (u16)draw(1 << 16), draw(1 << 24)};
	which = draw(ENTRIES);
}

static void others_are_the_same(const char *what)
{
	was[which] = table[which];
	if (!equal(was, table, sizeof(was)))
		differs("%s has changed another entry", what);
}

/* What counts, counts whole. */
static void reads(void)
{
	const struct grant_entry *e = &table[which];

	if ((e->flags & GTF_permit_access) && !equal(e, &final, sizeof(final)))
		differs("grant_access(): the entry counts already, and says flags %x, domain %u, "
			"frame %x",
			e->flags, e->domid, e->frame);
}

static void gives(void)
{
	for (u32 i = 0; i < 120; i++) {
		bool readonly = draw(2);

		any_table();
		table[which].flags = 0;
		final =
		    (struct grant_entry){(u16)(GTF_permit_access | (readonly ? GTF_readonly : 0)),
					 (u16)draw(1 << 15), draw(1 << 24)};
		copy(was, table, sizeof(was));
		other_end = i % 2 ? reads : NULL;
		CALL(grant_access, (u32)&table[which], final.domid, final.frame, readonly);
		other_end = NULL;
		if (!equal(&table[which], &final, sizeof(final)))
			differs("grant_access(domain %u, frame %x, %s): the entry says flags %x, "
				"domain %u, frame %x",
				final.domid, final.frame, readonly ? "read-only" : "writable",
				table[which].flags, table[which].domid, table[which].frame);
		others_are_the_same("grant_access()");
	}
}

static void maps(void)
{
	struct grant_entry *e = &table[which];

	if (steps == moment && (e->flags & GTF_permit_access)) {
		e->flags |= use;
		mapped = true;
	}
}

/* While the page is mapped its entry says so; whoever unmaps it clears that, and nothing else. */
static void unmaps(void)
{
	struct grant_entry *e = &table[which];

	if (mapped && (e->flags & (GTF_reading | GTF_writing)) != use)
		differs("revoke_access(): after %u instructions of it the entry has the flags %x; "
			"the page is mapped: %x should be among them",
			steps, e->flags, use);
	if (steps == moment) {
		e->flags &= (u16) ~(GTF_reading | GTF_writing);
		mapped = false;
	}
}

static void unmapped_meanwhile(void)
{
	for (u32 i = 0; i < 40; i++) {
		bool got;

		any_table();
		use = (u16[]){GTF_reading, GTF_reading | GTF_writing, GTF_writing}[draw(3)];
		table[which].flags = (u16)(GTF_permit_access | (draw(2) ? GTF_readonly : 0) | use);
		copy(was, table, sizeof(was));
		mapped = true;
		moment = draw(22);
		other_end = unmaps;
		got = CALL_BOOL(revoke_access, (u32)&table[which]);
		other_end = NULL;
		if (got && mapped)
			differs("revoke_access() gave true; the page is mapped (flags %x)",
				was[which].flags);
		if (table[which].flags !=
		    (got ? 0 : (was[which].flags & ~(mapped ? 0 : GTF_reading | GTF_writing))))
			differs("revoke_access() gave %s; the page was %s; the entry has the flags "
				"%x",
				got ? "true" : "false",
				mapped ? "mapped all the time" : "unmapped meanwhile",
				table[which].flags);
		others_are_the_same("revoke_access()");
	}
}

static void takes(void)
{
	static const u16 uses[] = {0, GTF_reading, GTF_reading | GTF_writing, GTF_writing};

	for (u32 i = 0; i < 400; i++) {
		u16 flags = (u16)(GTF_permit_access | (draw(2) ? GTF_readonly : 0)), in_use = 0;
		bool got;

		any_table();
		if (i % 2)
			in_use = uses[draw(4)];
		table[which].flags = flags | in_use;
		copy(was, table, sizeof(was));
		mapped = in_use;
		use = uses[1 + draw(3)];
		moment = draw(22);
		other_end = i % 2 ? NULL : maps;
		got = CALL_BOOL(revoke_access, (u32)&table[which]);
		other_end = NULL;
		if (mapped && !in_use)
			in_use = use;
		if (got && mapped)
			differs("revoke_access() gave true; the page is mapped (flags %x)%s",
				flags | in_use, i % 2 ? "" : " since a moment ago");
		if (!got && !mapped)
			differs("revoke_access() gave false; nobody has the page mapped (flags %x)",
				flags);
		if (got && table[which].flags & GTF_permit_access)
			differs("revoke_access() gave true; the entry counts still (flags %x)",
				table[which].flags);
		if (!got && table[which].flags != (flags | in_use))
			differs("revoke_access() gave false; the entry has the flags %x, it should "
				"be %x",
				table[which].flags, flags | in_use);
		if (got && table[which].flags)
			differs("revoke_access(): the entry has the flags %x left",
				table[which].flags);
		others_are_the_same("revoke_access()");
	}
}

void rings_grants(void)
{
	if (!scenario_is("gives") && !scenario_is("takes"))
		return;
	table = room_for(sizeof(was));
	if (scenario_is("gives")) {
		gives();
		all_right(120);
	}
	takes();
	unmapped_meanwhile();
	all_right(440);
}
