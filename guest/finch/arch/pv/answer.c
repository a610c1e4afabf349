/* answer.c (pv): Domain 0 asks whether we are alive: option answer=PORT. */
#include "hypercall.h"
#include <trapline/answer.h>
#include "lib/lib.h"

static struct answer *answer;
static struct evtchn_port port;

void answer_init(const struct start_info *si)
{
	const char *wanted = option(si->cmd_line, "answer");

	port.port = wanted ? parse_number(wanted) : 0;
	answer = (struct answer *)((u32)si + ANSWER_OFFSET);
}

void answer_if_asked(u32 on)
{
	if (!port.port || on != port.port)
		return;
	answer->time = system_time();
	answer->count++;
	hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (u32)&port, 0, 0);
}
