# room-two.sh: files on a disk; datagrams come of the first domain, then the third gets some.
vif
net vif0 10.0.2.22/24
vbd
mkfs xvda
mount xvda
diskwork write 5 6
diskwork check 5 6
mount -u
blocks xvda 64 32
udp echo 7 100
udp ask 10.0.2.23 7 100
