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
# Three others with a disk and a network interface each, and one that has an unmodified kernel, to which its disk is an ATA disk.
blkback notes &
netback &
sleep 20
tl create finch name=ata mmu=shadow mem=8 vbd=hda:0+16384 scenario=disk-ata
tl create finch name=one mmu=direct mem=8 vbd=hda:16384+16384 vif=ip=10.0.2.21 scenario=room-one
tl create finch name=two mmu=direct mem=8 vbd=hda:32768+16384 vif=ip=10.0.2.22 scenario=room-two
tl create finch name=three mmu=direct mem=8 notes=1 segments=1 vbd=hda:49152+16384 vif=ip=10.0.2.23 scenario=room-three
tl wait ata one two three
tl list
tl net
tl destroy ata one two three
# Three others work while memory goes from one to another, ten times.
tl create finch name=red mmu=direct mem=8 scenario=room-red
tl create finch name=green mmu=direct mem=8 scenario=room-green
tl create finch name=blue mmu=shadow mem=8 scenario=room-blue
sleep 30
tl mem-set red 5
sleep 15
tl mem-set red 8
sleep 15
tl mem-set green 5
sleep 15
tl mem-set blue 5
sleep 15
tl list
tl mem-set green 8
sleep 15
tl mem-set red 5
sleep 15
tl list
tl mem-set blue 8
sleep 15
tl mem-set red 8
sleep 15
tl mem-set blue 6
sleep 15
tl mem-set blue 8
sleep 15
tl wait red green blue
tl list
tl destroy red green blue
