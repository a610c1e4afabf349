# room-red.sh: programs compute while memory goes from this domain to another, and comes back.
balloon &
work 21 500 20
sleep 40
work 22 500 20
sleep 40
work 23 500 20
sleep 40
work 24 500 20
sleep 40
work 25 500 20
sleep 40
work 26 500 20
sleep 40
work 27 500 20
sleep 40
work 28 500 20
sleep 40
free
