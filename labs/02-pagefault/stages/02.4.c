/*
 * Stage 02.4 of the lab:
 * SDM 2, IRET: the operation of protected mode, from CPL 0. The words lie on the
 * guest's stack (stack_peek looks, and pops nothing); emulate_ret_far() is the
 * little brother. Nested tasks are return_from_task()'s affair, and virtual-8086
 * mode is far_forbidden(). Nothing of the guest's may change while something can
 * still fail. Of a 32-bit frame, RF is restored besides what popf may change.
 */
lab_todo("02.4");
