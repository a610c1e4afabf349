/*
 * Stage 01.4a of the lab:
 * The bits of `mask` take the values that they have in `val`. IF and IOPL are the
 * guest's virtual ones, v->virt.intr_flag and v->virt.iopl; what is in
 * v->regs->eflags is what the CPU will run with. guest_eflags() (dom/deliver.c) is
 * the way back.
 */
lab_todo("01.4a");
