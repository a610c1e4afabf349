# disk-ring.sh: files on the virtual disk of a direct-mode domain, and blocks of it as they are.
vbd
mkfs xvda
mount xvda
diskwork write 5 6
diskwork check 5 6
mount -u
blocks xvda 64 32
blocks xvda 8 1
