/*
 * Stage 03.4b of the lab:
 * The table may be unhooked. Note in *u what rehook() will need (and a copy of the
 * table, in u->before; count it in s->nr_unhooked). Take it out of the directory in
 * use, if it is there (clear PTE_P in s->base[slot]; direct_flush), and only then let
 * the guest write it: PTE_RW in *map, the entry that maps it; direct_invlpg().
 */
lab_todo("03.4b");
