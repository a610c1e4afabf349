/*
 * Stage 02.2a of the lab:
 * What would the guest's processor have done by now, and in which order? What the
 * guest believes of it is in v->virt; the rest is inject_exception()'s business.
 */
lab_todo("02.2a");
