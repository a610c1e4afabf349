# room.sh: Domain 0 makes three others, and waits until each has done its work.
tl help
tl info
tl create finch name=first mmu=shadow mem=8 scenario=procs seed=3
tl create finch name=second mmu=direct mem=8 scenario=procs seed=3
tl create finch name=third mmu=direct mem=8 scenario=walk seed=7
tl list
tl wait first second third
tl list
tl top
tl destroy first second third
tl list
tl info
