/*
 * Stage 04.5b of the lab:
 * GTF_reading and GTF_writing say that it is mapped. The hypervisor may set one
 * of them between your look and your write: __atomic_compare_exchange_n() writes
 * only if nothing has changed.
 */
lab_todo("04.5b");
