/*
 * back_calls.c: what back ends call where it is no part of what the tests on the host are about:
 * the store has no news, nothing is recorded.
 */
#include "guest_calls.h"
#include "tl/tl.h"
#include "xs/client.h"

u32 atou(const char *s)
{
	return (u32)strtoul(s, NULL, 10);
}
s32 guest_poll(u32 descriptors)
{
	(void)descriptors;
	return 0;
}
const char *why(s32 err)
{
	(void)err;
	return "";
}
void record_open(void)
{
}
const char *xs_event(void)
{
	return "";
}
u32 xs_fd(void)
{
	return 0;
}
bool xs_happened(void)
{
	return false;
}
