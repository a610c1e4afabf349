/*
 * Stage 04.2a of the lab:
 * The other end reads the index first, then the slots; and it may go to sleep at
 * any moment: what it asks for is in *event. See the picture in ring.h;
 * __atomic_store_n() moves an index.
 */
lab_todo("04.2a");
