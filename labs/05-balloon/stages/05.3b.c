/*
 * Stage 05.3b of the lab:
 * One round through the cache, one through what the processes have, and the same
 * again: then nothing has its mark any more. The first victim is it; say which kind.
 */
lab_todo("05.3b");
