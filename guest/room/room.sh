# room.sh: Domain 0 makes three others, and waits until each has done its work.
tl info
tl create finch name=first mmu=shadow mem=8 mcuadv=10 scenario=procs seed=3
tl create finch name=second mmu=direct mem=8 mcuadv=20 scenario=procs seed=4
tl create finch name=third mmu=direct mem=8 mcuadv=5 scenario=walk seed=7
tl list
tl wait first second third
tl console third
tl top
tl list
tl info second
tl destroy first second third
tl list
tl info
