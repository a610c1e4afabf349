/* lab01.h: the instructions of lab01_insns.S, for both probes. */
#ifndef PROBE_LAB01_H
#define PROBE_LAB01_H

#include "probe.h"

struct sample {
	const char *name;
	u32 (*run)(void);
	u8 *at; /* the instruction itself */
};
extern const struct sample samples[], samples_end[];

struct far_pointer {
	u32 offset;
	u32 selector;
};
extern struct far_pointer far_target, far_jump;
extern u32 sample_segment, sample_data, sample_tss, sample_load;
extern u8 far_here[], far_landing[];

/** Run each once, in whichever ring this is: `insn NAME shows=0x...` or `insn NAME trap=N`. */
void run_samples(void);
/** Run one by its name. @return what it shows, or what it raised */
u32 run_sample(const char *name);

#endif
