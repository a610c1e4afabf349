# room-three.sh: datagrams come of the second domain; then files on a disk, alone, for a picture; and the first one's datagrams.
vif
net vif0 10.0.2.23/24
udp echo 7 100
vbd
mkfs xvda
mount xvda
diskwork write 5 6
diskwork check 5 6
mount -u
blocks xvda 64 32
blocks xvda 8 1
udp ask 10.0.2.21 7 100
