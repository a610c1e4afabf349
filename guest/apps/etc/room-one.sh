# room-one.sh: files on a disk, then datagrams for the second domain, and then those of the third come.
vif
net vif0 10.0.2.21/24
vbd
mkfs xvda
mount xvda
diskwork write 5 6
diskwork check 5 6
mount -u
blocks xvda 64 32
udp ask 10.0.2.22 7 100
udp echo 7 100
