/*
 * Stage 03.3a of the lab:
 * `ptr` is the machine address of the entry. The frame must exist, be the domain's
 * own and in use (refs). If it is in use as a page table or directory (type_count):
 * l1_update(), l2_update(), by way of target_page(). As GDT or LDT: refused. Else it
 * is plain memory, and a write to it is as good as the guest's own, if it may be
 * FT_WRITABLE: type_get(), write, type_put().
 */
lab_todo("03.3a");
