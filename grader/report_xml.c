/* report_xml.c: JUnit's XML. */
#include "grade.h"

#include <string.h>

/* How many bytes a character of UTF-8 has here that XML allows; 0 if there is none. */
static size_t wide(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE1 && c < 0xED ? 3 : 0;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

void put_escaped(FILE *f, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		size_t n = wide(s);

		if (n) {
			fwrite(s, 1, n, f);
			s += n - 1;
		} else if (c == '&')
			fputs("&amp;", f);
		else if (c == '<')
			fputs("&lt;", f);
		else if (c == '>')
			fputs("&gt;", f);
		else if (c == '"')
			fputs("&quot;", f);
		else if (c == '\'')
			fputs("&#39;", f);
		else if ((c < ' ' && c != '\n' && c != '\t') || c >= 0x7F)
			fprintf(f, "?");
		else
			fputc(c, f);
	}
}

void report_junit_begin(FILE *f)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", f);
}

static bool skipped(const struct result *r)
{
	return r->verdict == SKIPPED || !r->done;
}

void report_junit(const struct session *s, const char *student, FILE *f)
{
	size_t nr_failed = 0, nr_skipped = 0;
	double seconds = 0;

	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct result *r = &s->results[i];

		nr_skipped += skipped(r);
		nr_failed += r->verdict != PASSED && !skipped(r);
		seconds += r->seconds;
	}
	fputs("<testsuite name=\"", f);
	put_escaped(f, s->lab->name);
	fputs(student ? "/" : "", f);
	put_escaped(f, student ? student : "");
	fprintf(f,
		"\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\">\n",
		s->lab->nr_tests, nr_failed, nr_skipped, seconds);
	for (size_t i = 0; i < s->lab->nr_tests; i++) {
		const struct test *t = &s->lab->tests[i];
		const struct result *r = &s->results[i];

		fprintf(f, "<testcase classname=\"%s.%s\" name=\"", s->lab->name, t->stage->id);
		put_escaped(f, t->name);
		fprintf(f, "\" time=\"%.3f\">", r->seconds);
		if (skipped(r)) {
			fputs("<skipped message=\"", f);
			put_escaped(f, r->done ? r->why : not_run(s, i));
			fputs("\"/>", f);
		} else if (r->verdict != PASSED) {
			fprintf(f, "<failure type=\"%s\" message=\"", verdict_names[r->verdict]);
			put_escaped(f, r->why);
			fputs("\"/>", f);
		}
		fputs("</testcase>\n", f);
	}
	if (s->notes && *s->notes) {
		fputs("<system-out>", f);
		put_escaped(f, s->notes);
		fputs("</system-out>\n", f);
	}
	fputs("</testsuite>\n", f);
}

void report_junit_end(FILE *f)
{
	fputs("</testsuites>\n", f);
}
