/*
 * Stage 03.3b of the lab:
 * The same for a directory's entry, with l2e_get() and l2e_put(). The slots from
 * HV_SLOT on are the hypervisor's, and a directory that is not FRAME_VALIDATED is
 * only half there: -EINVAL.
 */
lab_todo("03.3b");
