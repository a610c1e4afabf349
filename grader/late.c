/* late.c: when something was handed in, how many days late that is, what it costs, and what counts.
 */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

#define DAY 86400

/* "Z", "+01:00", "-0800", after a fraction of a second or not; nothing is this machine's zone. */
static time_t in_zone(struct tm *t, const char *s)
{
	int h, m = 0;

	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	s += strspn(s, " ");
	if (*s == 'Z' || !strncmp(s, "UTC", 3))
		return timegm(t);
	if ((*s == '+' || *s == '-') &&
	    (sscanf(s + 1, "%2d:%2d", &h, &m) == 2 || sscanf(s + 1, "%2d%2d", &h, &m) >= 1))
		return timegm(t) - (*s == '-' ? -1 : 1) * (h * 3600 + m * 60);
	t->tm_isdst = -1;
	return *s ? 0 : mktime(t);
}

time_t parse_time(const char *s)
{
	struct tm t = {0};
	int n = 0, more = 0;

	if (sscanf(s, "%4d-%2d-%2d%*1[ T]%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
		   &t.tm_min, &n) < 5 ||
	    !n)
		return 0;
	s += n;
	if (sscanf(s, ":%2d%n", &t.tm_sec, &more) == 1)
		s += more;
	t.tm_year -= 1900, t.tm_mon -= 1;
	return in_zone(&t, s);
}

int days_late(const struct policy *p, time_t when)
{
	long long over = (long long)when - p->due - p->grace * 60;

	if (!p->due || !when || over <= 0)
		return 0;
	return (int)((over + DAY - 1) / DAY);
}

int late_cost(const struct policy *p, int days, int score)
{
	int cost;

	if (days <= 0)
		return 0;
	if (p->last_day >= 0 && days > p->last_day)
		return score;
	days -= p->free_days;
	cost = days > 0 ? days * p->points_a_day : 0;
	return cost < score ? cost : score;
}

/* In [lab]. None of these makes another version of the lab. */
bool policy_key(struct policy *p, const char *key, const char *value)
{
	if (!strcmp(key, "due")) {
		p->due = parse_time(value);
		if (!p->due)
			die("due: not like 2026-03-01 23:59 +0100: %s", value);
	} else if (!strcmp(key, "late_points")) {
		p->points_a_day = atoi(value);
	} else if (!strcmp(key, "late_free")) {
		p->free_days = atoi(value);
	} else if (!strcmp(key, "late_most")) {
		p->last_day = atoi(value);
	} else if (!strcmp(key, "late_grace")) {
		p->grace = atoi(value);
	} else if (!strcmp(key, "counts")) {
		p->best = !strcmp(value, "best");
		if (!p->best && strcmp(value, "last"))
			die("counts: neither last nor best: %s", value);
	} else if (!strcmp(key, "answers")) {
		p->answers = atoi(value);
	} else {
		return false;
	}
	return true;
}

bool is_policy(const char *line)
{
	static const char *const keys[] = {"due",	 "late_points", "late_free", "late_most",
					   "late_grace", "counts",	"answers"};
	size_t n = strspn(line, " \t"), end;

	line += n;
	end = strcspn(line, " \t=\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == end && !strncmp(line, keys[i], end))
			return true;
	return false;
}

void reckon(const struct policy *p, struct grading *g)
{
	g->days = g->given_days >= 0 ? g->given_days : days_late(p, g->when);
	if (g->given_days < 0 && g->late && !g->days)
		g->days = 1;
	g->cost = late_cost(p, g->days, g->score);
	g->total = g->score - g->cost + (g->answers > 0 ? g->answers : 0);
}

/* Of gradings of the very same submission the newest counts, of submissions the last or the best.
 */
static bool counts_more(const struct policy *p, const struct grading *g, const struct grading *than)
{
	if (g->hash == than->hash && g->when == than->when)
		return g->id > than->id;
	if (g->taken != than->taken && p->best)
		return g->taken;
	if (p->best && g->score - g->cost != than->score - than->cost)
		return g->score - g->cost > than->score - than->cost;
	return g->when != than->when ? g->when > than->when : g->id > than->id;
}

void choose_gradings(const struct policy *p, struct gradings *all)
{
	struct grading *best = NULL;

	for (size_t i = 0; i < all->nr; i++) {
		struct grading *g = &all->at[i];

		for (size_t k = i + 1; k < all->nr && !strcmp(all->at[k].student, g->student); k++)
			if (all->at[k].hash == g->hash && all->at[k].when == g->when)
				goto superseded;
		if (best && strcmp(best->student, g->student))
			best = NULL;
		if (!best || counts_more(p, g, best)) {
			if (best)
				best->counts = false;
			best = g;
			g->counts = true;
		}
	superseded:;
	}
}
