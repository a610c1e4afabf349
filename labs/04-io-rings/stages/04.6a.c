/*
 * Stage 04.6a of the lab:
 * What waits, but TURN at most, copied; a barrier comes after all before it and
 * before all behind it, so it is a turn of its own. vdisk_find() says where a
 * request lies, for the elevator; 0 if nowhere.
 */
lab_todo("04.6a");
