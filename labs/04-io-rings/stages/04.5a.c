/*
 * Stage 04.5a of the lab:
 * The hypervisor may read the entry at any moment. When does it count?
 */
lab_todo("04.5a");
