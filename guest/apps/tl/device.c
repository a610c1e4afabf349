/* device.c: what vbd= and vif= say, judged as the back end will. What only that one can know, such
 * as who has this address already, it says in the store. */
#include "blkback/params.h"
#include "netback/address.h"
#include "tl/tl.h"

void read_disk(struct plan *p, const char *words)
{
	struct vdisk disk = {.nr_extents = 0}, overlay = {.nr_extents = 0};
	const char *wrong = read_params(words, &disk, &overlay);

	if (wrong)
		bad_usage("vbd=%s: %s", words, wrong);
	p->vbd = words;
}

/* "NAME=VALUE", up to a comma or the end. @return what follows, or NULL if it is something else */
static const char *take_value(const char *at, const char *name, char value[20])
{
	u32 n = strlen(name), k = 0;

	if (strncmp(at, name, n))
		return NULL;
	for (at += n; *at && *at != ','; at++) {
		if (k == 19)
			return NULL;
		value[k++] = *at;
	}
	value[k] = 0;
	return at;
}

void read_interface(struct plan *p, const char *words)
{
	const char *at = take_value(words, "ip=", p->ip);
	u8 mac[6];
	u32 ip;

	if (at && *at)
		at = take_value(at + 1, "mac=", p->mac);
	if (!at || *at || !read_ip(p->ip, &ip) || (p->mac[0] && !read_mac(p->mac, mac)))
		bad_usage("vif=%s: it is not ip=ADDRESS[,mac=ADDRESS], or no address that one "
			  "interface can have",
			  words);
	p->vif = words;
}
