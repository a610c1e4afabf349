/* vbds.c: which virtual disks there are: they come and go in the store. */
#include "blkback/blkback.h"

struct vbd vbds[MOST_VBDS];

static const char *behind_number(const char *s)
{
	while (*s >= '0' && *s <= '9')
		s++;
	return s;
}

/* "START+LENGTH,START+LENGTH". @return what follows, or NULL if it is something else */
static const char *read_extents(struct vdisk *d, const char *s)
{
	for (; d->nr_extents < MOST_EXTENTS; s++) {
		struct extent *e = &d->extents[d->nr_extents++];

		e->start = atou(s);
		s = behind_number(s);
		if (*s++ != '+')
			return NULL;
		e->length = atou(s);
		s = behind_number(s);
		if (!e->length || e->start + e->length < e->start ||
		    d->sectors + e->length < d->sectors)
			return NULL;
		d->sectors += e->length;
		if (*s != ',')
			return s;
	}
	return NULL;
}

bool read_params(struct vbd *v, const char *s)
{
	bool cow = !strncmp(s, "cow:", 4);

	if (!cow && strncmp(s, "hda:", 4))
		return false;
	s = read_extents(&v->disk, s + 4);
	if (s && cow)
		s = *s == ':' ? read_extents(&v->overlay.disk, s + 1) : NULL;
	return s && !*s;
}

void part_from(struct vbd *v, const char *why)
{
	printf("blkback: domain %u's disk: %s\n", v->domid, why);
	if (v->port) {
		u32 word = v->port | EVTCHN_CLOSE;

		write(events, &word, sizeof(word));
	}
	if (!v->ata)
		unmap_ring(v);
	v->connected = false;
	v->port = 0;
}

static void announce(const struct vbd *v)
{
	say(v->back, "sectors", v->disk.sectors);
	say(v->back, "state", 4);
	printf("blkback: domain %u has a disk of %u KB\n", v->domid, v->disk.sectors / 2);
}

static void attach_to(struct vbd *v)
{
	v->connected = v->asks = ata_attach(v);
	if (v->connected)
		announce(v);
	else
		part_from(v, "its virtual PC does not take it");
}

void connect_to(struct vbd *v)
{
	u32 ref = number_of(v->front, "ring-ref"), port = number_of(v->front, "event-channel");

	if (!ref || !port || !map_ring(v, ref))
		return;
	v->port = connect(v->domid, port);
	if (!v->port || write(events, &v->port, sizeof(v->port)) < 0) {
		part_from(v, "its event channel cannot be bound");
		return;
	}
	v->connected = true;
	v->back_ring.consumer = v->back_ring.producer = 0;
	/* Whatever was on its way when somebody else had the ring will be asked for again. */
	v->generation = v->back_ring.ring->head.generation + 1;
	__atomic_store_n(&v->back_ring.ring->head.generation, v->generation, __ATOMIC_SEQ_CST);
	notify(v->port);
	announce(v);
}

static struct vbd *vbd_of(u16 domid, const char *device)
{
	struct vbd *v = vbds;

	while (v < vbds + MOST_VBDS && (v->domid != domid || strcmp(v->device, device)))
		v++;
	return v < vbds + MOST_VBDS ? v : NULL;
}

static struct vbd *new_vbd(u16 domid, const char *device, const char *back)
{
	struct vbd *v = vbd_of(0, "");
	const char *s;

	if (!v)
		return NULL;
	memset(v, 0, sizeof(*v));
	strlcpy(v->back, back, sizeof(v->back));
	s = value_of(back, "frontend");
	if (!s)
		return NULL;
	strlcpy(v->front, s, sizeof(v->front));
	s = value_of(back, "mode");
	v->disk.read_only = s && !strcmp(s, "r");
	s = value_of(back, "params");
	if (!s || !read_params(v, s)) {
		printf("blkback: %s/params is not hda:START+SECTORS,...\n", back);
		return NULL;
	}
	if (v->overlay.disk.nr_extents && !overlay_open(v)) {
		printf("blkback: %s: that is no overlay of this base, and has no room for one\n",
		       back);
		return NULL;
	}
	s = value_of(back, "type");
	v->ata = s && !strcmp(s, "ata");
	/* It says when its ring is there. */
	if (xs_ask_path(XS_WATCH, join(v->front, "state"), "front", 6) < 0)
		return NULL;
	v->domid = domid;
	strlcpy(v->device, device, sizeof(v->device));
	return v;
}

static void look_at(u16 domid, const char *device, const char *back)
{
	struct vbd *v = vbd_of(domid, device);
	u32 state;

	if (!v)
		v = new_vbd(domid, device, back);
	if (!v || v->connected)
		return;
	if (v->ata) {
		attach_to(v);
		return;
	}
	state =
	    number_of(v->front, "state"); /* 3: its ring is there; 4: somebody had it before us */
	if (state == 3 || state == 4)
		connect_to(v);
}

void look_around(void)
{
	static char domains[512], devices[512];
	char path[64], back[64];
	u32 n = list_of(BACKEND, domains), m;

	for (const char *d = domains; d < domains + n; d += strlen(d) + 1) {
		strlcpy(path, join(BACKEND, d), sizeof(path));
		m = list_of(path, devices);
		for (const char *e = devices; e < devices + m; e += strlen(e) + 1) {
			strlcpy(back, join(path, e), sizeof(back));
			look_at((u16)atou(d), e, back);
		}
	}
	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++) {
		if (!v->domid || value_of(v->back, "frontend"))
			continue;
		if (v->connected)
			part_from(v, "it has gone");
		v->domid = 0;
		v->device[0] = 0;
	}
}
