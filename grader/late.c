/* late.c: when something was handed in, how many days late that is, what it costs, and what counts.
 */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

#define DAY 86400

/* "+0100", "-08:00" or "+01": seconds east of Greenwich. @return false if it is none */
static bool offset(const char *s, int *seconds)
{
	int h = 0, m = 0, n = 0, sign = *s == '-' ? -1 : 1;
	size_t digits = strspn(s + 1, "0123456789");
	const char *end = s + 1 + digits;

	if (!strchr("+-", *s) || (digits != 2 && digits != 4))
		return false;
	sscanf(s + 1, "%2d%2d", &h, &m);
	if (digits == 2 && *end == ':' && strspn(end + 1, "0123456789") == 2) {
		sscanf(end, ":%2d%n", &m, &n);
		end += n;
	}
	*seconds = sign * (h * 3600 + m * 60);
	return !*end && m < 60 && h * 60 + m <= 14 * 60;
}

/* "Z", or an offset, after a fraction of a second or not; nothing is this machine's zone. */
static time_t in_zone(struct tm *t, const char *s, int *east)
{
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	s += strspn(s, " ");
	*east = 0;
	if (!strcmp(s, "Z") || !strcmp(s, "UTC"))
		return timegm(t);
	if (*s)
		return offset(s, east) ? timegm(t) - *east : 0;
	*east = NO_ZONE;
	t->tm_isdst = -1;
	return mktime(t);
}

/* There is such a day in the calendar, and such a time of day. */
static bool exists(const struct tm *t)
{
	struct tm same = *t;

	if (t->tm_year < 70 || t->tm_hour < 0 || t->tm_hour > 23 || t->tm_min < 0 ||
	    t->tm_min > 59 || t->tm_sec < 0 || t->tm_sec > 60)
		return false;
	same.tm_hour = same.tm_min = same.tm_sec = 0;
	timegm(&same);
	return same.tm_mday == t->tm_mday && same.tm_mon == t->tm_mon;
}

time_t parse_time(const char *s, int *east)
{
	struct tm t = {0};
	int n = 0, more = 0;

	*east = NO_ZONE;

	if (sscanf(s, "%4d-%2d-%2d%*1[ T]%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
		   &t.tm_min, &n) < 5 ||
	    !n)
		return 0;
	s += n;
	if (sscanf(s, ":%2d%n", &t.tm_sec, &more) == 1)
		s += more;
	t.tm_year -= 1900, t.tm_mon -= 1;
	return exists(&t) ? in_zone(&t, s, east) : 0;
}

/* A time that a platform gave without a zone was read in this machine's. */
time_t course_time(const struct policy *p, time_t when)
{
	struct tm t;

	return p->due && p->zone != NO_ZONE && localtime_r(&when, &t) ? timegm(&t) - p->zone : when;
}

void put_time(char *to, size_t size, time_t when)
{
	struct tm t;

	put_text(to, size, "at an unknown time");
	if (when && localtime_r(&when, &t))
		strftime(to, size, "%Y-%m-%d %H:%M", &t);
}

int days_late(const struct policy *p, time_t when)
{
	long long over = (long long)when - p->due - p->grace * 60;

	if (!p->due || !when || over <= 0)
		return 0;
	return (int)((over + DAY - 1) / DAY);
}

int submission_late(const struct policy *p, const struct submission *sub)
{
	int days = days_late(p, sub->when);

	return days || !sub->late ? days : 1;
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

/* What is more than that is a typing error. */
#define MAX_POINTS 1000
#define MAX_DAYS   1000
#define MAX_GRACE  (60 * 24 * 365)

/* The keys whose value is a whole number from 0. */
static int *amount(struct policy *p, const char *key, int *max)
{
	*max = MAX_DAYS;
	if (!strcmp(key, "late_free"))
		return &p->free_days;
	if (!strcmp(key, "late_most"))
		return &p->last_day;
	*max = MAX_GRACE;
	if (!strcmp(key, "late_grace"))
		return &p->grace;
	*max = MAX_POINTS;
	if (!strcmp(key, "late_points"))
		return &p->points_a_day;
	return !strcmp(key, "answers") ? &p->answers : NULL;
}

/* What `key` may be, in words, if `value` is something else; or NULL. */
static char *refused(struct policy *p, const char *key, const char *value)
{
	int max, *place = amount(p, key, &max);

	if (place)
		return whole(value, max, place) ? NULL : text("a whole number from 0 to %d", max);
	if (!strcmp(key, "counts")) {
		p->best = !strcmp(value, "best");
		return p->best || !strcmp(value, "last") ? NULL : copy("last or best");
	}
	p->due = parse_time(value, &p->zone);
	return p->due ? NULL
		      : copy("a time like 2026-03-01 23:59 +0100: a day that exists, 00:00 to "
			     "23:59, a zone of at most 14 hours");
}

/* In [lab]. None of these makes another version of the lab. */
bool policy_key(struct policy *p, const char *key, const char *value, const char *path, int line)
{
	char *plain, *allowed;

	if (!is_policy(key) || strpbrk(key, " \t"))
		return false;
	plain = copy(value);
	for (char *c = plain; *c; c++)
		if (*c == '#' && (c == plain || strchr(" \t", c[-1]))) {
			*c = '\0';
			break;
		}
	allowed = refused(p, key, trim(plain));
	if (allowed)
		die("%s:%d: %s = %s: only %s", path, line, key, trim(plain), allowed);
	free(plain);
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

void policy_none(struct policy *p)
{
	*p = (struct policy){.zone = NO_ZONE, .last_day = -1, .answers = 20};
}

void policy_load(struct policy *p, const char *tree, const char *name)
{
	char *path = text("%s/labs/%s/lab.conf", tree, name), line[4096], *eq;
	FILE *f = fopen(path, "r");
	int nr = 0;

	if (f)
		policy_none(p);
	while (f && fgets(line, sizeof(line), f)) {
		nr++;
		if (!is_policy(line) || !(eq = strchr(line, '=')))
			continue;
		*eq = '\0';
		policy_key(p, trim(line), trim(eq + 1), path, nr);
	}
	if (f)
		fclose(f);
	free(path);
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
	/* What Gradescope's export has is what counts there, though it may be the older one. */
	if (!p->best && !strcmp(g->lms, "gradescope") && !strcmp(than->lms, "gradescope"))
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
