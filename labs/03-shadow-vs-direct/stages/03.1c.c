/*
 * Stage 03.1c of the lab:
 * May this domain have this entry in a page table? One that is not present holds
 * nothing. Bits PTE_REFUSED: no. The frame must exist (frame_of) and be the domain's
 * own; the one exception is d->shared_mfn, which needs no counting. A writable
 * mapping needs the frame to be FT_WRITABLE: type_get(). Whatever is mapped holds one
 * more reference (f->refs).
 */
lab_todo("03.1c");
