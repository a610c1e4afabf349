/* trace_reader.c: the reader takes what tltrace writes and survives everything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "draw/draw_file.h"
#include "draw/draw_layout.h"
#include "expect/expect.h"
#include "play/play.h"
#include "read/file.h"
#include "read/ring.h"
#include "trace_synth.h"
#include "read/tsdl.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct sb meta;

static int open_bytes(struct trace *t, const void *stream, size_t size, struct err *err)
{
	return trace_from_memory(t, "test", meta.s, meta.len, stream, size, err);
}

/* Whatever the reader accepts, every consumer must bear. */
static void use(struct trace *t)
{
	struct side side;
	struct pages pages;
	struct episodes eps;
	struct sb text = {0};
	struct paper slide = paper_fit;
	struct layout l;
	struct err err;

	for (size_t i = 0; i < t->count; i++)
		event_format(&text, &t->events[i]);
	episodes_find(t, &eps);
	for (size_t i = 0; i < eps.count; i++)
		assert_non_null(episode_verdict(t, &eps.v[i]));
	draw_side(t, 0, t->count - 1, eps.count ? eps.v[0].id : 0, &side);
	draw_layout(&side, NULL, &pages);
	for (size_t i = 0; i < pages.count; i++)
		draw_dot(&pages.v[i], 0, &text);
	draw_pages_free(&pages);
	paper_size("16:9", &slide);
	if (!layout_begin(&slide, &side, NULL, &l, &err)) {
		for (size_t i = 0; i < l.npages; i++) {
			struct page p;

			layout_page(&l, i, &p);
			draw_svg(&p, THEME_DARK, &text);
			draw_page_free(&p);
		}
		layout_end(&l);
	}
	draw_side_free(&side);
	episodes_free(&eps);
	sb_free(&text);
}

/* Nor may a page of it come to harm; that there is nothing to step through may be said. */
static void play(const struct trace *t, bool all)
{
	struct play_request r = {.t = {t, t},
				 .ntraces = all ? 1 : 2,
				 .all = all,
				 .to = t->count - 1,
				 .at = PLAY_FROM_THE_START,
				 .domain = TRACE_NO_DOMAIN};
	struct play_summary sum;
	struct err err = {""};
	char path[] = "/tmp/trace_reader-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	if (play_write(&r, path, &sum, &err))
		assert_true(strlen(err.text) > 10);
	else
		assert_true(sum.scenes && sum.rows);
	unlink(path);
}

static void reads_back_what_was_written(void **state)
{
	struct synth s;
	struct trace t;
	struct err err;

	(void)state;
	synth_begin(&s, 1);
	synth_noise(&s, 100);
	synth_esx_walk(&s, 1, SYNTH_VA);
	assert_int_equal(open_bytes(&t, s.stream, s.size, &err), 0);
	assert_int_equal(t.count, 2 + 1 + 400 + 19);
	assert_true(t.packets > 1);
	assert_int_equal(t.freq, 1000000000);
	assert_int_equal(trace_mmu(&t), 1);
	assert_int_equal(event_u32(&t.events[t.count - 1], "eip"), 0x8048123);
	assert_int_equal(t.events[t.count - 1].step, 19);
	trace_close(&t);
	synth_free(&s);
}

static void a_stream_cut_off_anywhere_is_refused(void **state)
{
	struct synth s;
	struct trace t;
	struct err err;

	(void)state;
	synth_begin(&s, 1);
	synth_noise(&s, 50);
	for (size_t n = 0; n < s.size; n++) {
		int rc = open_bytes(&t, s.stream, n, &err);

		if (n && n % TRACE_PACKET_SIZE == 0) {
			assert_int_equal(rc, 0);
			trace_close(&t);
		} else {
			assert_int_equal(rc, -1);
			assert_true(strlen(err.text) > 10);
		}
	}
	synth_free(&s);
}

static void no_flipped_bit_brings_it_down(void **state)
{
	static const u8 flips[] = {0x01, 0x80, 0xFF};
	struct synth s;
	struct trace t;
	struct err err;
	unsigned accepted = 0;

	(void)state;
	synth_begin(&s, 2);
	synth_esx_walk(&s, 1, SYNTH_VA);
	synth_xen_walk(&s, 2, SYNTH_VA);
	for (size_t i = 0; i < s.at; i++)
		for (size_t k = 0; k < ARRAY_SIZE(flips); k++) {
			s.stream[i] ^= flips[k];
			if (open_bytes(&t, s.stream, s.size, &err) == 0) {
				accepted++;
				use(&t);
				trace_close(&t);
			}
			s.stream[i] ^= flips[k];
		}
	assert_true(accepted > 0);
	synth_free(&s);
}

static void random_damage_never_crashes(void **state)
{
	u32 seed = 20031019;
	struct synth s;

	(void)state;
	synth_begin(&s, 1);
	synth_noise(&s, 30);
	synth_esx_walk(&s, 7, SYNTH_VA);
	for (int round = 0; round < 3000; round++) {
		u8 *copy = xcalloc(s.size, 1);
		struct trace t;
		struct err err;

		memcpy(copy, s.stream, s.size);
		for (int k = 0; k < 1 + round % 6; k++) {
			seed = seed * 1664525 + 1013904223;
			copy[(seed >> 8) % s.size] = (u8)(seed >> 24);
		}
		if (open_bytes(&t, copy, s.size, &err) == 0) {
			use(&t);
			if (round % 24 < 2)
				play(&t, round % 24);
			trace_close(&t);
		}
		free(copy);
	}
	synth_free(&s);
}

static void set_header(struct synth *s, size_t offset, u32 value)
{
	memcpy(s->stream + offset, &value, 4);
}

static void impossible_sizes_are_refused(void **state)
{
	static const u32 sizes[] = {0, 1, 7, 8, 8 * 55, 8 * 4096 + 8, 0x80000000u, 0xFFFFFFF8u};
	struct synth s;
	struct trace t;
	struct err err;

	(void)state;
	synth_begin(&s, 1);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		set_header(&s, offsetof(struct trace_packet, content_size), sizes[i]);
		assert_int_equal(open_bytes(&t, s.stream, s.size, &err), -1);
		assert_non_null(strstr(err.text, "content size"));
	}
	synth_free(&s);
	synth_begin(&s, 1);
	set_header(&s, offsetof(struct trace_packet, packet_size), 0xFFFFFFFF);
	assert_int_equal(open_bytes(&t, s.stream, s.size, &err), -1);
	synth_free(&s);
	synth_begin(&s, 1);
	set_header(&s, offsetof(struct trace_packet, packet_seq_num), 5);
	assert_int_equal(open_bytes(&t, s.stream, s.size, &err), -1);
	assert_non_null(strstr(err.text, "missing"));
	synth_free(&s);
}

static void metadata_of_another_version_is_refused(void **state)
{
	struct synth s;
	struct trace t;
	struct err err;
	char *copy = xstrdup(meta.s);

	(void)state;
	synth_begin(&s, 1);
	strstr(copy, "verdict")[0] = 'w';
	assert_int_equal(trace_from_memory(&t, "x", copy, meta.len, s.stream, s.size, &err), -1);
	assert_non_null(strstr(err.text, "another version"));
	assert_int_equal(trace_from_memory(&t, "x", "hello", 5, s.stream, s.size, &err), -1);
	for (size_t n = 0; n < meta.len; n += 7)
		assert_int_equal(trace_from_memory(&t, "x", meta.s, n, s.stream, s.size, &err), -1);
	free(copy);
	synth_free(&s);
}

static void it_tells_what_the_machine_was_started_with(void **state)
{
	static const char *const lines[][3] = {
	    {"mmu=shadow scenario=walk seed=7", "walk", "7"},
	    {"seed=18446744073709551615 scenario=a.b/c", "a.b/c", "184467440737095"},
	    {"guest=bench.elf scenario=walk seed=3", "bench.elf", "3"},
	    {"myscenario=walk myseed=3 scenario= seed=x", "", ""},
	    {"  scenario=procs  ", "procs", ""},
	};
	struct synth s;
	struct trace t;
	struct err err;
	struct ran ran;

	(void)state;
	synth_begin(&s, 1);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct sb m = {0};
		size_t end;

		tsdl_metadata(&m, 1000000000, lines[i][0]);
		assert_int_equal(trace_from_memory(&t, "x", m.s, m.len, s.stream, s.size, &err), 0);
		assert_string_equal(t.started, lines[i][0]);
		trace_what_ran(&t, &ran);
		assert_string_equal(ran.what, lines[i][1]);
		assert_string_equal(ran.seed, lines[i][2]);
		trace_close(&t);
		/* Cut off anywhere; but what follows these words is the same for all. */
		end = i ? (size_t)(strstr(strstr(m.s, "env {"), "};") - m.s) : m.len;
		for (size_t n = 0; n < end; n++)
			assert_int_equal(trace_from_memory(&t, "x", m.s, n, s.stream, s.size, &err),
					 -1);
		strstr(m.s, "scenario")[0] = '\n';
		assert_int_equal(trace_from_memory(&t, "x", m.s, m.len, s.stream, s.size, &err),
				 -1);
		sb_free(&m);
	}
	assert_false(tsdl_words_fit("a\"b"));
	assert_false(tsdl_words_fit("a\\b"));
	assert_false(tsdl_words_fit("\x7f"));
	assert_false(tsdl_words_fit("\xc3\xa4"));
	synth_free(&s);
}

static void losses_are_kept_where_they_happened(void **state)
{
	struct synth s;
	struct trace t;
	struct err err;

	(void)state;
	synth_begin(&s, 1);
	synth_lose(&s, 12);
	synth_noise(&s, 1);
	assert_int_equal(open_bytes(&t, s.stream, s.size, &err), 0);
	assert_int_equal(t.discarded, 12);
	assert_int_equal(t.events[1].lost_after, 12);
	assert_int_equal(t.events[2].lost_after, 0);
	trace_close(&t);
	synth_free(&s);
}

static void domains_number_their_faults_each_for_itself(void **state)
{
	struct episodes all;
	struct episode ep;
	struct synth s;
	struct trace t;
	struct err err;

	(void)state;
	synth_begin(&s, 2);
	synth_xen_walk(&s, 1, SYNTH_VA);
	s.domain = 2;
	synth_xen_walk(&s, 1, SYNTH_VA + 0x1000);
	assert_int_equal(open_bytes(&t, s.stream, s.size, &err), 0);
	episodes_find(&t, &all);
	assert_int_equal(all.count, 2);
	episodes_free(&all);
	assert_int_equal(episode_select(&t, "1", &ep, &err), -1);
	assert_non_null(strstr(err.text, "DOMAIN:1"));
	assert_int_equal(episode_select(&t, "2:1", &ep, &err), 0);
	assert_int_equal(ep.domain, 2);
	assert_int_equal(ep.events, 7);
	assert_int_equal(episode_select(&t, "va=0x40001000", &ep, &err), 0);
	assert_int_equal(ep.domain, 1);
	assert_int_equal(episode_select(&t, "3:1", &ep, &err), -1);
	assert_int_equal(episode_select(&t, ":", &ep, &err), -1);
	trace_close(&t);
	synth_free(&s);
}

/* Seconds of the processor for a side of the walk, drawn a thousand times, behind @noise. */
static double time_to_draw(unsigned noise)
{
	struct synth s;
	struct trace t;
	struct err err;
	clock_t begin;

	synth_begin(&s, 1);
	synth_noise(&s, noise);
	synth_esx_walk(&s, 1, SYNTH_VA);
	assert_int_equal(open_bytes(&t, s.stream, s.size, &err), 0);
	begin = clock();
	for (int i = 0; i < 1000; i++) {
		struct side side;

		draw_side(&t, t.count - 19, t.count - 1, (u64)s.domain << 32 | 1, &side);
		assert_true(side.steps.count > 5);
		draw_side_free(&side);
	}
	begin = clock() - begin;
	trace_close(&t);
	synth_free(&s);
	return (double)begin / CLOCKS_PER_SEC;
}

/* A long trace has many: the player draws them all. */
static void an_episode_is_drawn_as_fast_in_a_long_trace(void **state)
{
	double alone = time_to_draw(1), among = time_to_draw(100000);

	(void)state;
	if (among > 2 * alone + 0.3)
		fail_msg("%.2f s alone, %.2f s among 400,000 events", alone, among);
}

/* A RAM file with the ring at page 300, decoys elsewhere, holes between. */
static void write_ram(const char *path, const struct synth *s, u32 used, u64 discarded)
{
	struct trace_ring r = {.magic = TRACE_RING_MAGIC,
			       .packet_size = TRACE_PACKET_SIZE,
			       .capacity = 100,
			       .used = used,
			       .tsc_khz = 123456,
			       .discarded = discarded};
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	u8 junk = 0xEE;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8 << 20), 0);
	assert_int_equal(pwrite(fd, TRACE_RING_MAGIC, 16, 64 * 4096), 16);
	assert_int_equal(pwrite(fd, TRACE_RING_MAGIC, 16, 200 * 4096 + 100), 16);
	assert_int_equal(pwrite(fd, &r, sizeof(r), 300 * 4096), sizeof(r));
	assert_int_equal(pwrite(fd, s->stream, s->size, 301 * 4096), (ssize_t)s->size);
	/* Whatever lay behind the content before. */
	assert_int_equal(pwrite(fd, &junk, 1, 301 * 4096 + (off_t)s->size - 1), 1);
	close(fd);
}

static void the_ring_is_found_in_sparse_memory(void **state)
{
	char path[] = "/tmp/trace_reader-XXXXXX";
	struct raw_trace raw;
	struct synth s;
	struct err err;

	(void)state;
	close(mkstemp(path));
	synth_begin(&s, 1);
	synth_noise(&s, 40);
	write_ram(path, &s, (u32)(s.size / TRACE_PACKET_SIZE), 5);
	assert_int_equal(ring_from_ram(path, &raw, &err), 0);
	assert_int_equal(raw.tsc_khz, 123456);
	assert_int_equal(raw.discarded, 5);
	assert_int_equal(raw.stream.size, s.size);
	assert_int_equal(raw.stream.data[s.size - 1], 0);
	free(raw.stream.data);
	write_ram(path, &s, 101, 0); /* more used than fit */
	assert_int_equal(ring_from_ram(path, &raw, &err), -1);
	assert_non_null(strstr(err.text, "no trace"));
	write_ram(path, &s, 0, 0);
	assert_int_equal(ring_from_ram(path, &raw, &err), -1);
	unlink(path);
	synth_free(&s);
}

/* A machine that stops without warning leaves its last packet open. */
static void the_events_of_an_open_packet_are_counted(void **state)
{
	char path[] = "/tmp/trace_reader-XXXXXX";
	struct trace_packet *last, found;
	struct raw_trace raw;
	struct synth s;
	struct err err;
	u32 size;
	u64 end;

	(void)state;
	close(mkstemp(path));
	synth_begin(&s, 1);
	synth_noise(&s, 40);
	last = (struct trace_packet *)(s.stream + s.size - TRACE_PACKET_SIZE);
	size = last->content_size;
	end = last->timestamp_end;
	last->content_size = 0;
	last->timestamp_end = 0;
	write_ram(path, &s, (u32)(s.size / TRACE_PACKET_SIZE), 0);
	assert_int_equal(ring_from_ram(path, &raw, &err), 0);
	assert_int_equal(raw.stream.size, s.size);
	memcpy(&found, raw.stream.data + s.size - TRACE_PACKET_SIZE, sizeof(found));
	assert_int_equal(found.content_size, size);
	assert_int_equal(found.timestamp_end, end);
	free(raw.stream.data);
	unlink(path);
	synth_free(&s);
}

static void the_tail_of_a_serial_stream_may_be_cut(void **state)
{
	char path[] = "/tmp/trace_reader-XXXXXX";
	struct raw_trace raw;
	struct synth s;
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	synth_begin(&s, 1);
	synth_noise(&s, 40);
	assert_true(s.size > TRACE_PACKET_SIZE);
	assert_int_equal(write(fd, s.stream, s.size - 1000), (ssize_t)s.size - 1000);
	close(fd);
	assert_int_equal(ring_from_stream(path, &raw, &err), 0);
	assert_int_equal(raw.stream.size, s.size - TRACE_PACKET_SIZE);
	assert_int_equal(raw.tsc_khz, 1000000);
	assert_true(raw.warning[0] != 0);
	free(raw.stream.data);
	unlink(path);
	synth_free(&s);
}

static void only_a_trace_directory_is_replaced(void **state)
{
	char dir[] = "/tmp/trace_reader-XXXXXX";
	struct sb out = {0}, other = {0};
	struct synth s;
	struct trace t;
	struct err err;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	sb_add(&out, "%s/a.ctf/", dir);
	sb_add(&other, "%s/a.ctf/thesis.tex", dir);
	synth_begin(&s, 1);
	assert_int_equal(synth_write(&s, out.s, &err), 0);
	assert_int_equal(synth_write(&s, out.s, &err), 0);
	assert_int_equal(trace_open(&t, out.s, &err), 0);
	trace_close(&t);
	fd = open(other.s, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(synth_write(&s, out.s, &err), -1);
	assert_non_null(strstr(err.text, "not a trace directory"));
	assert_int_equal(access(other.s, F_OK), 0);
	unlink(other.s);
	for (size_t i = 0; i < 2; i++) {
		out.len = 0;
		sb_add(&out, "%s/a.ctf/%s", dir, i ? "stream" : "metadata");
		assert_int_equal(unlink(out.s), 0);
	}
	out.len = 0;
	sb_add(&out, "%s/a.ctf", dir);
	assert_int_equal(rmdir(out.s), 0);
	assert_int_equal(rmdir(dir), 0); /* nothing temporary was left behind */
	sb_free(&out);
	sb_free(&other);
	synth_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_back_what_was_written),
	    cmocka_unit_test(a_stream_cut_off_anywhere_is_refused),
	    cmocka_unit_test(no_flipped_bit_brings_it_down),
	    cmocka_unit_test(random_damage_never_crashes),
	    cmocka_unit_test(impossible_sizes_are_refused),
	    cmocka_unit_test(metadata_of_another_version_is_refused),
	    cmocka_unit_test(it_tells_what_the_machine_was_started_with),
	    cmocka_unit_test(losses_are_kept_where_they_happened),
	    cmocka_unit_test(domains_number_their_faults_each_for_itself),
	    cmocka_unit_test(an_episode_is_drawn_as_fast_in_a_long_trace),
	    cmocka_unit_test(the_ring_is_found_in_sparse_memory),
	    cmocka_unit_test(the_events_of_an_open_packet_are_counted),
	    cmocka_unit_test(the_tail_of_a_serial_stream_may_be_cut),
	    cmocka_unit_test(only_a_trace_directory_is_replaced),
	};
	int rc;

	tsdl_metadata(&meta, 1000000000, "");
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	sb_free(&meta);
	return rc;
}
