# disk-ata.sh: files on a disk with an ATA driver, bare or in shadow mode, and blocks of it as they are.
mkfs hda
mount hda
diskwork write 5 6
diskwork check 5 6
mount -u
blocks hda 64 32
blocks hda 8 1
