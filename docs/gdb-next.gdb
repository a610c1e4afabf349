# Over a page fault and over a system call, and out of the hypervisor: the sessions of gdb.md.
#   tools/gdb shadow walk 1 -batch -x docs/gdb-next.gdb      (or direct)
hv trap pf 0x40001000
tbreak *$trap_eip
continue
hv next
x/wx 0x40001000
tbreak guest/apps/lib/syscall.S:15
continue
x/i $eip
hv next
hv trap
hv finish
