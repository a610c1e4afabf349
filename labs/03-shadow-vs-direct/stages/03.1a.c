/*
 * Stage 03.1a of the lab:
 * One more use of frame f as `type`. A frame has one type at a time: it may change
 * only while type_count is 0 (-EINVAL otherwise). When it changes: a frame that was
 * writable may still be so in the CPU's TLB (direct_flush); the contents have not
 * been validated for the new type (FRAME_VALIDATED), aux is 0, and note_type() tells
 * the trace (not for FT_WRITABLE).
 */
lab_todo("03.1a");
