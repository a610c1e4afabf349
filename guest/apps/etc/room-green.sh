# room-green.sh: programs compute while memory goes from this domain to another, and comes back.
balloon &
work 31 500 20
sleep 40
work 32 500 20
sleep 40
work 33 500 20
sleep 40
work 34 500 20
sleep 40
work 35 500 20
sleep 40
work 36 500 20
sleep 40
work 37 500 20
sleep 40
work 38 500 20
sleep 40
free
