/*
 * Stage 02.5a of the lab:
 * The access is allowed, so the guest's processor would now mark the entries that it
 * used, in the guest's memory: which bits, in which of them? SDM 3A 4.8. w->set_a and
 * w->set_d say whether the last level lacked them; w->pde and w->pte have them from
 * now on. As it stands, the guest never sees these bits.
 */
lab_without("02.5a");
w->pte |= PTE_A | PTE_D;
(void)marks;
