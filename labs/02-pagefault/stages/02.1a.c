/*
 * Stage 02.1a of the lab:
 * Write a helper: does one entry (of either level) permit this access? SDM 3A 4.6, with
 * both values of CR0.WP. Whoever calls you must learn when a write passes only because WP
 * is 0 (w->wp_off): the processor, which has WP on, will not let it pass.
 */
