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
# Three others with a disk each; the first has an unmodified kernel, to which it is an ATA disk.
blkback notes &
sleep 20
tl create finch name=ata mmu=shadow mem=8 vbd=hda:0+16384 scenario=disk-ata
tl create finch name=ring mmu=direct mem=8 vbd=hda:16384+16384 scenario=disk-ring
tl wait ata ring
tl create finch name=single mmu=direct mem=8 notes=1 segments=1 vbd=hda:32768+16384 scenario=disk-ring
tl wait single
tl list
tl destroy ata ring single
