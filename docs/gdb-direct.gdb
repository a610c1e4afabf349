# One page fault in direct mode, from the application's touch to the retry: the session of gdb.md.
#   tools/gdb direct walk 1 -batch -x docs/gdb-direct.gdb
hv trap pf 0x40001000
tbreak *$trap_eip
hv walk 0x40001000
hv regs
hv trap
hv walk 0x40001000
continue
hv walk 0x40001000
hv p2m $pfn
hv trace fault
hv domains
stepi
x/wx 0x40001000
