/* lab01.c: the experiment of lab 01: what each instruction does in the ring that the probe is in.
 */
#include "lab01.h"

u32 try(void (*f)(void *), void *arg);
static u32 shown;

static void call(void *s)
{
	asm volatile("call *%1"
		     : "=a"(shown)
		     : "r"(((const struct sample *)s)->run), "0"(0)
		     : "ecx", "edx", "memory", "cc");
}

void run_samples(void)
{
	for (const struct sample *s = samples; s < samples_end; s++) {
		u32 vec = try(call, (void *)s);

		if (vec == 0xFFFFFFFFu)
			say("insn %s shows=%x\n", s->name, shown);
		else
			say("insn %s trap=%u\n", s->name, vec);
	}
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

u32 run_sample(const char *name)
{
	const struct sample *s = samples;

	while (!same(s->name, name))
		s++;
	call((void *)s);
	return shown;
}
