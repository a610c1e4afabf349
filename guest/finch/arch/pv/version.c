/*
 * version.c (pv): which hypercalls there are, by what the hypervisor says of itself.
 *
 * It cannot be found out by trying: Xen before 3.0.3 takes a number modulo 32, so that one that it
 * does not know is another call, which may even succeed.
 */
#include "version.h"

bool new_calls(u32 version, const char *extra)
{
	bool xen_3_0 = version == (3 << 16 | 0);

	if (!xen_3_0)
		return version > (3 << 16 | 0);
	/* Trapline's is ".0-trapline"; Xen's ".0" to ".4", and "-unstable" in between. */
	for (const char *p = extra; *p; p++)
		if (p[0] == '-' && p[1] == 't')
			return true;
	return extra[0] == '.' && extra[1] >= '3';
}
