/*
 * Stage 02.5b of the lab:
 * What may the CPU do by this guest entry without asking us? Not the first use, not
 * the first write, and no write that the hypervisor must know of. As it stands, the
 * guest's A and D bits are not looked at.
 */
lab_without("02.5b");
m = n < d->nr_pages ? d->p2m[n] : mfn(INVALID_FRAME);
if (!(gpte & PTE_P) || !mfn_valid(m))
	return 0;
spte = mfn_maddr(m).a | (gpte & (PTE_P | PTE_RW | PTE_US)) | PTE_A | PTE_D;
return frame_of(m)->flags & (FRAME_TRACED | FRAME_WATCHED) ? spte & ~PTE_RW : spte;
