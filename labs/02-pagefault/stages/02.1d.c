/*
 * Stage 02.1d of the lab:
 * Repair it. The page needs machine memory; the address needs an L1 shadow in the root
 * (l1_for), and that an entry (entry.c). The guest tries again, and never knows.
 */
lab_todo("02.1d");
