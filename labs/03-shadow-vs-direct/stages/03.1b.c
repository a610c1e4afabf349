/*
 * Stage 03.1b of the lab:
 * A frame is about to become a page table: what it holds must be allowed. Take each
 * present entry's reference with l1e_get() (next_present() finds them). If one is
 * refused, give back those taken before it: release_l1(). Count the work:
 * d->direct->work += NR_PTES.
 */
lab_todo("03.1b");
