/*[H58]
 * cache.c: the shadows that a domain has. A guest's page directories keep theirs over a change of
 * CR3, so that a context switch finds them again; the least recently used go when room is short.
 */
#include "cpu/gate.h"
#include "find/find.h"
#include "lib/printk.h"
#include "mem/domain_page.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

#define TABLES_AT_A_TIME 16 /* of a domain that ends */

static struct shadow_page **chain(struct shadow_state *s, enum shadow_kind kind, u32 key)
{
	return &s->hash[(key * NR_SHADOW_KINDS + kind) % SHADOW_HASH];
}

u32 shadow_index(const struct shadow_state *s, const struct shadow_page *p)
{
	return p - s->pages;
}

struct shadow_page *shadow_find(struct shadow_state *s, enum shadow_kind kind, u32 key)
{
	struct shadow_page *p = *chain(s, kind, key);

	while (p && (p->kind != kind || p->key != key))
		p = p->next;
	return p;
}

static bool is_l2(const struct shadow_page *p)
{
	return p->kind == SH_L2 || p->kind == SH_UNPAGED_L2;
}

/* Clear each directory entry that leads to an L1 shadow. */
static void unlink_l1(struct domain *d, struct shadow_page *l1)
{
	struct shadow_state *s = d->shadow;

	for (u32 n = 0; n < SHADOW_PAGES && l1->refs; n++) {
		struct shadow_page *p = &s->pages[n];
		u32 *table, i;

		if (!p->in_use || !is_l2(p))
			continue;
		table = map_domain_page(p->mfn);
		for (i = p->low; i <= p->high; i++)
			if ((table[i] & PTE_P) && !slot_is_ours(d, p, i) &&
			    table[i] >> PAGE_SHIFT == l1->mfn.n)
				spde_clear(d, p, i);
		unmap_domain_page(table);
	}
}

static void empty(struct domain *d, struct shadow_page *p)
{
	u32 *table = map_domain_page(p->mfn);

	for (u32 i = p->low; i <= p->high; i++) {
		if (!table[i])
			continue;
		if (!is_l2(p))
			spte_set(d, p, i, 0);
		else if (!slot_is_ours(d, p, i))
			spde_clear(d, p, i);
	}
	unmap_domain_page(table);
	p->low = NR_PTES;
	p->high = 0;
}

/* Clear the slots of the gate and the hypervisor: the table is going to be another one. */
static void take_gate(const struct domain *d, struct shadow_page *root)
{
	u32 *table = map_domain_page(root->mfn);

	table[root->gate_slot] = 0;
	for (u32 i = HV_BASE >> 22; i < NR_PTES && d->gate->segments; i++)
		table[i] = 0;
	unmap_domain_page(table);
}

/* The guest frame that it shadows; of 4 MiB, the first. */
static u32 first_pfn(const struct shadow_page *p)
{
	if (p->kind == SH_L1_LARGE)
		return p->key >> PAGE_SHIFT;
	return p->kind == SH_UNPAGED_L1 ? p->key * NR_PTES : p->key;
}

void shadow_drop(struct domain *d, struct shadow_page *p, u8 why)
{
	struct shadow_state *s = d->shadow;
	struct shadow_page **at = chain(s, p->kind, p->key);

	if (p == s->root)
		panic("the root shadow cannot be dropped");
	empty(d, p);
	if (p->gate_slot != NO_SLOT)
		take_gate(d, p);
	if (!is_l2(p))
		unlink_l1(d, p);
	trace_shadow_del(d->vcpus, LANE_VMM, LANE_VMM, p->kind, first_pfn(p), why);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->in_use = false;
	shadow_forget_unsynced(s, p);
	s->used--;
	if (p->kind == SH_L1 || p->kind == SH_L2)
		frame_untrace(d, p->key);
}

void shadow_drop_all(struct domain *d, u8 why)
{
	struct shadow_state *s = d->shadow;

	forget_code(d);
	if (s->root)
		empty(d, s->root);
	for (u32 n = 0; n < SHADOW_PAGES; n++)
		if (s->pages[n].in_use && &s->pages[n] != s->root)
			shadow_drop(d, &s->pages[n], why);
}

void shadow_cr_bits(struct vcpu *v)
{
	struct shadow_state *s = v->domain->shadow;

	if (((s->cr0 ^ v->virt.cr0) & (CR0_PG | CR0_WP)) || ((s->cr4 ^ v->virt.cr4) & CR4_PSE)) {
		shadow_drop_all(v->domain, DROP_rewritten);
		ahead_forget(v->domain);
	}
}

bool shadow_drop_part(struct domain *d)
{
	struct shadow_state *s = d->shadow;
	u32 dropped = 0;

	s->root = NULL; /* the CPU walks it no longer */
	for (u32 n = 0; n < SHADOW_PAGES; n++) {
		if (!s->pages[n].in_use)
			continue;
		if (dropped++ == TABLES_AT_A_TIME)
			return false;
		shadow_drop(d, &s->pages[n], DROP_domain_end);
	}
	return true;
}

/* Make room: the directory that was not the base for the longest time, with what only it used. */
static void evict(struct domain *d)
{
	struct shadow_state *s = d->shadow;
	struct shadow_page *oldest = NULL;
	u32 freed = 0;

	s->evictions++;
	for (u32 n = 0; n < SHADOW_PAGES; n++) {
		struct shadow_page *p = &s->pages[n];

		if (p->in_use && is_l2(p) && p != s->root && (!oldest || p->stamp < oldest->stamp))
			oldest = p;
	}
	if (oldest) {
		shadow_drop(d, oldest, DROP_evicted);
		freed++;
	}
	for (u32 n = 0; n < SHADOW_PAGES; n++) {
		struct shadow_page *p = &s->pages[n];

		if (p->in_use && !is_l2(p) && p->refs == 0) {
			shadow_drop(d, p, DROP_evicted);
			freed++;
		}
	}
	if (!freed)
		shadow_drop_all(d, DROP_evicted);
}

struct shadow_page *shadow_get(struct domain *d, enum shadow_kind kind, u32 key)
{
	struct shadow_state *s = d->shadow;
	struct shadow_page *p = shadow_find(s, kind, key), **head;
	u32 n;

	if (p)
		return p;
	if (s->used >= s->bound)
		evict(d);
	for (n = 0; s->pages[n].in_use; n++)
		;
	p = &s->pages[n];
	if (!p->mfn.n) {
		mfn_t m = alloc_frame(DOM_HV);

		if (!mfn_valid(m)) {
			domain_kill(d, END_no_memory, 0, "no memory for its shadow tables");
			return NULL;
		}
		p->mfn = m;
		frame_of(m)->aux = n;
	}
	head = chain(s, kind, key);
	*p = (struct shadow_page){.in_use = true,
				  .kind = kind,
				  .key = key,
				  .mfn = p->mfn,
				  .next = *head,
				  .gate_slot = NO_SLOT,
				  .low = NR_PTES};
	*head = p;
	s->used++;
	if (kind == SH_L1 || kind == SH_L2)
		frame_trace(d, d->p2m[key], FRAME_TRACED);
	if (kind == SH_L2)
		forget_code(d); /* until now its changes have not been followed */
	trace_shadow_new(d->vcpus, LANE_VMM, LANE_VMM, kind, first_pfn(p), p->mfn.n);
	return p;
}
