/*
 * Stage 01.2a of the lab:
 * May the guest be entered there? Whatever an iret or a gate of the CPU is given as
 * CS decides the ring in which the code runs, so it must be a selector that cannot
 * mean ring 0: ring1_selector_ok() (hcall/desc_check.c; read why). And no address
 * from HYPERVISOR_VIRT_START up.
 */
lab_todo("01.2a");
