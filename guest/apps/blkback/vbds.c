/* vbds.c: which virtual disks there are: they come and go in the store. */
#include "blkback/blkback.h"

struct vbd vbds[MOST_VBDS];

static void part_from(struct vbd *v, const char *why)
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

void give_up(struct vbd *v, const char *why)
{
	part_from(v, why);
	close_device(v->back, why);
}

static void announce(const struct vbd *v)
{
	say(v->back, "sectors", v->disk.sectors);
	say(v->back, "state", DEVICE_CONNECTED);
	printf("blkback: domain %u has a disk of %u KB\n", v->domid, v->disk.sectors / 2);
}

static void attach_to(struct vbd *v)
{
	v->connected = v->asks = ata_attach(v);
	if (v->connected)
		announce(v);
	else
		give_up(v, "its virtual PC does not take it");
}

void connect_to(struct vbd *v)
{
	u32 ref = number_of(v->front, "ring-ref"), port = number_of(v->front, "event-channel");

	if (!ref || !map_ring(v, ref)) {
		give_up(v, "its ring cannot be mapped");
		return;
	}
	v->port = connect(v->domid, port);
	if (!v->port || write(events, &v->port, sizeof(v->port)) < 0) {
		give_up(v, "its event channel cannot be bound");
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

/* The parts that are written. */
static const struct vdisk *written_by(const struct vbd *v)
{
	static const struct vdisk none;

	if (v->overlay.disk.nr_extents)
		return &v->overlay.disk;
	return v->disk.read_only ? &none : &v->disk;
}

/* Does somebody else write what this one has, or the other way round? */
static bool is_taken(const struct vbd *v)
{
	const struct vdisk *ours = written_by(v);

	for (const struct vbd *w = vbds; w < vbds + MOST_VBDS; w++) {
		const struct vdisk *theirs = written_by(w);

		if (w->domid &&
		    (parts_meet(theirs, &v->disk) || parts_meet(theirs, &v->overlay.disk) ||
		     parts_meet(ours, &w->disk) || parts_meet(ours, &w->overlay.disk)))
			return true;
	}
	return false;
}

/* Can the last sector of each part be read? */
static bool is_there(const struct vdisk *d)
{
	static u8 sector[BLKIF_SECTOR] __attribute__((aligned(BLKIF_SECTOR)));
	u32 end = 0;

	for (u32 i = 0; i < d->nr_extents; i++) {
		end += d->extents[i].length;
		if (!transfer_extents(d, end - 1, (u32)sector, 1, false))
			return false;
	}
	return true;
}

/* @return NULL, or what is wrong */
static const char *set_up_disk(struct vbd *v)
{
	const char *s = value_of(v->back, "mode"), *wrong;

	v->disk.read_only = s && !strcmp(s, "r");
	s = value_of(v->back, "type");
	v->ata = s && !strcmp(s, "ata");
	s = value_of(v->back, "params");
	wrong = read_params(s ? s : "", &v->disk, &v->overlay.disk);
	if (wrong)
		return wrong;
	if (is_taken(v))
		return "another domain has some of these sectors, and one of both would write them";
	if (!is_there(&v->disk) || !is_there(&v->overlay.disk))
		return "the real disk ends before, or cannot be read";
	return v->overlay.disk.nr_extents ? overlay_open(v) : NULL;
}

static struct vbd *new_vbd(u16 domid, const char *device, const char *back)
{
	struct vbd *v = vbd_of(0, "");
	const char *s = value_of(back, "frontend"), *wrong;

	if (!s) /* not all has been written yet */
		return NULL;
	if (!v) {
		close_device(back, "there are 16 disks, and those of domains that have ended but "
				   "are not destroyed count");
		return NULL;
	}
	memset(v, 0, sizeof(*v));
	strlcpy(v->back, back, sizeof(v->back));
	strlcpy(v->front, s, sizeof(v->front));
	wrong = set_up_disk(v);
	/* It says when its ring is there. */
	if (!wrong && xs_ask_path(XS_WATCH, join(v->front, "state"), "front", 6) < 0)
		wrong = "the store does not let it be watched";
	if (wrong) {
		printf("blkback: domain %u's disk: %s\n", domid, wrong);
		close_device(back, wrong);
		return NULL;
	}
	v->domid = domid;
	strlcpy(v->device, device, sizeof(v->device));
	/* Connected is what somebody before us was. */
	if (number_of(back, "state") != DEVICE_CONNECTED)
		say(back, "state", DEVICE_WAITS);
	return v;
}

static void look_at(u16 domid, const char *device, const char *back)
{
	struct vbd *v = vbd_of(domid, device);
	u32 state;

	if ((v && v->connected) || number_of(back, "state") == DEVICE_CLOSED)
		return;
	if (!v)
		v = new_vbd(domid, device, back);
	if (!v)
		return;
	if (v->ata) {
		attach_to(v);
		return;
	}
	state = number_of(v->front, "state");
	if (state == DEVICE_READY || state == DEVICE_CONNECTED) /* to somebody before us */
		connect_to(v);
}

/* First: what they had may be had by who came. */
static void forget_those_gone(void)
{
	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++) {
		if (!v->domid || value_of(v->back, "frontend"))
			continue;
		if (v->connected)
			part_from(v, "it has gone");
		v->domid = 0;
		v->device[0] = 0;
	}
}

void look_around(void)
{
	static char domains[512], devices[512];
	char path[64], back[64];
	u32 n = list_of(BACKEND, domains), m;

	forget_those_gone();
	for (const char *d = domains; d < domains + n; d += strlen(d) + 1) {
		strlcpy(path, join(BACKEND, d), sizeof(path));
		m = list_of(path, devices);
		for (const char *e = devices; e < devices + m; e += strlen(e) + 1) {
			strlcpy(back, join(path, e), sizeof(back));
			look_at((u16)atou(d), e, back);
		}
	}
}
