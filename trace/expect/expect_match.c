/* expect_match.c: does one event match one pattern, and what do the variables become? */
#include "expect/expect.h"

#include <string.h>

bool expect_event_fits(const char *event, const struct event *e)
{
	if (!strcmp(event, "entry"))
		return event_is_entry(e) && e->from != LANE_vmm;
	if (!strcmp(event, "exit"))
		return event_is_exit(e);
	if (!strcmp(event, "crossing"))
		return event_crosses(e);
	if (!strcmp(event, "note"))
		return !event_crosses(e);
	return !strcmp(event, "event") || !strcmp(event, e->def->name);
}

const s64 *expect_var(const struct expect_vars *vars, const char *name)
{
	for (size_t i = 0; i < vars->count; i++)
		if (!strcmp(vars->v[i].name, name))
			return &vars->v[i].value;
	return NULL;
}

bool expect_set_var(struct expect_vars *vars, const char *name, s64 value)
{
	struct expect_var *v;

	if (vars->count == EXPECT_VARS || strlen(name) >= EXPECT_NAME)
		return false;
	v = &vars->v[vars->count++];
	strcpy(v->name, name);
	v->value = value;
	return true;
}

bool expect_compare(enum expect_op op, s64 a, s64 b)
{
	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	case OP_GE:
		return a >= b;
	}
	return false;
}

/* Say how field and expectation differ. */
static void differ(struct sb *why, const struct expect_test *t, enum type_id type, s64 got,
		   s64 wanted)
{
	sb_add(why, "%s is ", t->field);
	event_format_value(why, type, got);
	sb_add(why, ", expected %s ", expect_op_name(t->op));
	event_format_value(why, type, wanted);
	if (t->mask != ~0ull)
		sb_add(why, " under mask 0x%llx", (unsigned long long)t->mask);
}

static bool test_holds(const struct expect_test *t, const struct event *e, struct expect_vars *vars,
		       bool may_bind, struct sb *why)
{
	const s64 *var = t->var[0] ? expect_var(vars, t->var) : NULL;
	enum type_id type;
	s64 got, wanted;

	if (!event_field(e, t->field, &got, &type)) {
		if (why)
			sb_add(why, "it has no field %s", t->field);
		return false;
	}
	if (t->var[0] && !var) {
		/* A masked or unequal value would bind something that nobody saw. */
		if (may_bind && t->op == OP_EQ && t->mask == ~0ull &&
		    expect_set_var(vars, t->var, got))
			return true;
		if (why)
			sb_add(why, "$%s has no value yet and cannot get one here", t->var);
		return false;
	}
	wanted = var ? *var : t->number;
	if (expect_compare(t->op, (s64)((u64)got & t->mask), (s64)((u64)wanted & t->mask)))
		return true;
	if (why)
		differ(why, t, type, got, wanted);
	return false;
}

/* An event about the right address with another value is nearer than one with the right value about
 * another address: that is where to look. */
static bool asks_for_address(const struct expect_test *t, const struct expect_vars *vars)
{
	static const char *const addresses[] = {"va", "cr2", "pa", "ptr", "pfn"};

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		if (!strcmp(t->field, addresses[i]))
			return t->op == OP_EQ && (!t->var[0] || expect_var(vars, t->var));
	return false;
}

size_t expect_nearness(const struct expect_pattern *p, const struct event *e,
		       const struct expect_vars *vars)
{
	struct expect_vars scratch = *vars;
	size_t n = 1;

	if (!expect_event_fits(p->event, e))
		return 0;
	for (size_t i = 0; i < p->ntests; i++)
		if (test_holds(&p->tests[i], e, &scratch, true, NULL))
			n += asks_for_address(&p->tests[i], vars) ? EXPECT_TESTS + 1 : 1;
	return n;
}

bool expect_match(const struct expect_pattern *p, const struct event *e, struct expect_vars *vars,
		  bool may_bind, struct sb *why)
{
	size_t before = vars->count;

	if (!expect_event_fits(p->event, e)) {
		if (why)
			sb_add(why, "it is '%s', expected '%s'", e->def->name, p->event);
		return false;
	}
	for (size_t i = 0; i < p->ntests; i++) {
		if (test_holds(&p->tests[i], e, vars, may_bind, why))
			continue;
		vars->count = before; /* nothing binds unless everything matches */
		return false;
	}
	return true;
}
