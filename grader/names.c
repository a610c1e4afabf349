/* names.c: names of students and of what they send: what they are, and how they are shown. */
#include "grade.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

/* What a letter and a mark behind it are as one: as Unicode's canonical composition has it, for
 * Latin, Greek, Cyrillic and Kana. */
static const struct {
	wchar_t mark;
	const wchar_t *base, *whole;
} compositions[] = {
    {0x300, L"AEIOUaeiouÜüÂâĂăÊêÔôƠơƯưYyЕИеи", L"ÀÈÌÒÙàèìòùǛǜẦầẰằỀềỒồỜờỪừỲỳЀЍѐѝ"},
    {0x301, L"AEIOUYaeiouyCcLlNnRrSsZzÜüÂâĂăÊêÔôƠơƯưΑΕΗΙΟΥΩϊαεηιϋουωГКгк",
     L"ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹźǗǘẤấẮắẾếỐốỚớỨứΆΈΉΊΌΎΏΐάέήίΰόύώЃЌѓќ"},
    {0x302, L"AEIOUaeiouCcGgHhJjSsWwYyẠạẸẹỌọ", L"ÂÊÎÔÛâêîôûĈĉĜĝĤĥĴĵŜŝŴŵŶŷẬậỆệỘộ"},
    {0x303, L"ANOanoIiUuÂâĂăEeÊêÔôƠơƯưYy", L"ÃÑÕãñõĨĩŨũẪẫẴẵẼẽỄễỖỗỠỡỮữỸỹ"},
    {0x304, L"AaEeIiOoUuÜü", L"ĀāĒēĪīŌōŪūǕǖ"},
    {0x306, L"AaEeGgIiOoUuẠạУИиу", L"ĂăĔĕĞğĬĭŎŏŬŭẶặЎЙйў"},
    {0x307, L"CcEeGgIZz", L"ĊċĖėĠġİŻż"},
    {0x308, L"AEIOUaeiouyYΙΥιυЕІеі", L"ÄËÏÖÜäëïöüÿŸΪΫϊϋЁЇёї"},
    {0x309, L"AaÂâĂăEeÊêIiOoÔôƠơUuƯưYy", L"ẢảẨẩẲẳẺẻỂểỈỉỎỏỔổỞởỦủỬửỶỷ"},
    {0x30A, L"AaUu", L"ÅåŮů"},
    {0x30B, L"OoUu", L"ŐőŰű"},
    {0x30C, L"CcDdEeLlNnRrSsTtZzAaIiOoUuÜü", L"ČčĎďĚěĽľŇňŘřŠšŤťŽžǍǎǏǐǑǒǓǔǙǚ"},
    {0x31B, L"OoUu", L"ƠơƯư"},
    {0x323, L"AaEeIiOoƠơUuƯưYy", L"ẠạẸẹỊịỌọỢợỤụỰựỴỵ"},
    {0x326, L"SsTt", L"ȘșȚț"},
    {0x327, L"CcGgKkLlNnRrSsTt", L"ÇçĢģĶķĻļŅņŖŗŞşŢţ"},
    {0x328, L"AaEeIiUu", L"ĄąĘęĮįŲų"},
    {0x3099,
     L"かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホウワヰヱヲ",
     L"がぎぐげござじずぜぞだぢづでどばびぶべぼガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヸヹヺ"},
    {0x309A, L"はひふへほハヒフヘホ", L"ぱぴぷぺぽパピプペポ"},
};

/* The letter that `base` and `next` make, or 0. Korean ones are numbered by their parts. */
static wchar_t compose(wchar_t base, wchar_t next)
{
	const wchar_t *at;

	for (size_t i = 0; i < sizeof(compositions) / sizeof(compositions[0]); i++)
		if (compositions[i].mark == next && (at = wcschr(compositions[i].base, base)))
			return compositions[i].whole[at - compositions[i].base];
	if (base >= 0x1100 && base < 0x1113 && next >= 0x1161 && next < 0x1176)
		return 0xAC00 + ((base - 0x1100) * 21 + next - 0x1161) * 28;
	if (base >= 0xAC00 && base < 0xD7A4 && (base - 0xAC00) % 28 == 0 && next > 0x11A7 &&
	    next < 0x11C3)
		return base + next - 0x11A7;
	return 0;
}

char *composed(const char *s)
{
	wchar_t *wide = calloc(strlen(s) + 1, sizeof(*wide));
	size_t n = mbstowcs(wide, s, strlen(s) + 1), to = 0, room;
	char *out;

	if (n == (size_t)-1) { /* no UTF-8: as it is */
		free(wide);
		return copy(s);
	}
	for (size_t i = 0; i < n; i++) {
		wchar_t one = to && wide[i] ? compose(wide[to - 1], wide[i]) : 0;

		if (one)
			wide[to - 1] = one;
		else
			wide[to++] = wide[i];
	}
	wide[to] = 0;
	room = to * MB_LEN_MAX + 1;
	out = malloc(room);
	if (!out || wcstombs(out, wide, room) == (size_t)-1)
		die("out of memory");
	free(wide);
	return out;
}

/* Marks of letters stand behind them; nothing else that is no letter may be in a line. */
static bool is_letter(wchar_t c)
{
	return iswalnum((wint_t)c) || (c >= 0x300 && c < 0x370);
}

char *clean_name(const char *s)
{
	char *clean = copy(s), *to = clean;
	wchar_t letter;

	for (size_t n; *s; s += n) {
		n = (unsigned char)*s < 0x80 ? 1 : mbrtowc(&letter, s, MB_CUR_MAX, &(mbstate_t){0});
		if (n <= MB_LEN_MAX && (n == 1 ? *s >= ' ' && *s < 0x7F : is_letter(letter))) {
			memcpy(to, s, n);
			to += n;
		} else {
			n = 1;
			*to++ = '?';
		}
	}
	*to = '\0';
	return clean;
}

int put_cut(const char *shown, int columns, FILE *f)
{
	wchar_t letter = 0;
	int width;

	for (size_t n; *shown && columns > 0; shown += n) {
		n = mbrtowc(&letter, shown, MB_CUR_MAX, &(mbstate_t){0});
		if (n > MB_LEN_MAX)
			break;
		width = wcwidth(letter);
		if (width > columns)
			break;
		fwrite(shown, 1, n, f);
		columns -= width > 0 ? width : 0;
	}
	return columns;
}

char *shown_name(const char *name, const char *account)
{
	bool both = *account && strcmp(account, name);
	char *shown = both ? text("%s (%s)", name, account) : copy(name),
	     *clean = clean_name(shown);

	free(shown);
	return clean;
}

/* The last four cannot be read; but whoever sends one is a student. */
static const char *const ends[] = {".zip", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar",
				   ".txz", ".tbz", ".7z",     ".rar",	 ".tar.zst", ".gz"};

/* Where the end of an archive's name begins, or NULL. */
static const char *archive_end(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (n > strlen(ends[i]) && !strcasecmp(name + n - strlen(ends[i]), ends[i]))
			return name + n - strlen(ends[i]);
	return NULL;
}

bool is_archive(const char *name)
{
	return archive_end(name) != NULL;
}

char *student_name(const char *path)
{
	const char *name = base_name(path), *end = archive_end(name);

	char *stem = end ? text("%.*s", (int)(end - name), name) : copy(name),
	     *whole = composed(stem);

	free(stem);
	return whole;
}
