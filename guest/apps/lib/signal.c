/* signal.c: installing a handler, together with the code that it returns to. */
#include "lib/lib.h"

s32 signal_with_restorer(u32 sig, handler_t handler, void (*restorer)(void));
void signal_restorer(void);

s32 signal(u32 sig, handler_t handler)
{
	return signal_with_restorer(sig, handler, signal_restorer);
}
