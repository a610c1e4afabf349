/* machine.c (pv): the console, idling, and the end: each is a request to the hypervisor. */
#include "hypercall.h"
#include "version.h"
#include <trapline/spoken.h>

bool has_new_calls;

static void ask_version(void)
{
	char extra[16];
	u32 version = (u32)hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);

	if (!hypercall(__HYPERVISOR_xen_version, XENVER_extraversion, (u32)extra, 0, 0)) {
		extra[sizeof(extra) - 1] = '\0';
		has_new_calls = new_calls(version, extra);
	}
}

void arch_init(void)
{
	ask_version();
	traps_init();
	time_init();
	events_init();
}

void console_write(const char *text, u32 len)
{
	hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, len, (u32)text, spoken(text, len));
}

void console_poll(void)
{
	char c[16];
	s32 n;

	while ((n = hypercall(__HYPERVISOR_console_io, CONSOLEIO_read, sizeof(c), (u32)c, 0)) > 0) {
		for (s32 i = 0; i < n; i++)
			tty_input(c[i]);
	}
}

void arch_idle(void)
{
	time_wake_me();
	/* Unmasks events and waits for one; when it returns, the upcall has been served. */
	hyper_sched(SCHEDOP_block, 0, 0);
	events_mask();
	time_catch_up();
}

void machine_off(u32 code)
{
	struct sched_shutdown s = {code ? SHUTDOWN_crash : SHUTDOWN_poweroff};

	hyper_sched(SCHEDOP_shutdown, &s, s.reason);
	for (;;)
		;
}
