/* wc.c: how many lines, words and bytes come in. */
#include "lib/lib.h"

int main(void)
{
	u32 lines = 0, words = 0, bytes = 0;
	bool in_word = false;
	char buf[512];
	s32 n;

	while ((n = read(0, buf, sizeof(buf))) > 0) {
		for (s32 i = 0; i < n; i++) {
			bool space = buf[i] == ' ' || buf[i] == '\n' || buf[i] == '\t';

			lines += buf[i] == '\n';
			words += !space && !in_word;
			in_word = !space;
		}
		bytes += (u32)n;
	}
	printf("%u %u %u\n", lines, words, bytes);
	return 0;
}
