# One page fault in shadow mode, from the application's touch to the retry: the session of gdb.md.
#   tools/gdb shadow walk 1 -batch -x docs/gdb-shadow.gdb
hv trap pf 0x40001000
tbreak *$trap_eip
hv walk 0x40001000
hv regs
hv trap
hv trap
hv walk $trap_va
hv trap
hv walk 0x40001000
hv p2m $pfn
hv trace fault
continue
hv domains
stepi
x/wx 0x40001000
