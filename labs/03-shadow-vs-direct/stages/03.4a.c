/*
 * Stage 03.4a of the lab:
 * A table that the guest wrote freely is to be used again. If this place holds one
 * (u->table): first take the guest's writable mapping away again (entry u->map_index
 * of u->map_table), so that what is validated cannot change any more. More than one
 * address may lead through that entry, so all of the TLB must go: direct_flush().
 * Then revalidate_l1() against u->before; an entry that is refused ends the domain:
 * domain_kill(), for END_forbidden, VEC_PF. Last, put the table back into its slot of
 * the directory, if it had one (u->slot < HV_SLOT).
 */
if (mfn_valid(u->table))
	lab_todo("03.4a");
