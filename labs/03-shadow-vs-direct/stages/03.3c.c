/*
 * Stage 03.3c of the lab:
 * `left` requests lie at a->a1. Carry them out in order with update(&target),
 * counting `done`, up to the first that is refused (err). Read them with
 * copy_from_guest(), CHUNK at a time, since a copy for each one is dear; but the last
 * ones may lie where nothing can be read, and not be needed. When d->direct->work
 * reaches WORK_BOUND, others must have their turn: err = HCALL_AGAIN, and the call
 * will be made again with a->a1 and `left` as they stand then.
 */
(void)req, (void)have, (void)next;
lab_todo("03.3c");
