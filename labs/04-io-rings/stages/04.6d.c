/*
 * Stage 04.6d of the lab:
 * The first rule that matches decides, and counts it; if none does, the
 * direction's policy.
 */
lab_todo("04.6d");
