/*
 * Stage 03.1d of the lab:
 * The same for an entry of the page directory in frame `dir`. It leads to a page
 * table: table_get(d, ..., FT_PAGE_TABLE). A directory may map itself, as a table of
 * all tables, but read-only. Note in the table's aux where it is hooked: `slot`, or
 * HV_SLOT if more than once (FRAME_PINNED is a type reference, too).
 */
lab_todo("03.1d");
