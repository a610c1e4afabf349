# room-blue.sh: programs compute while memory goes from this domain to another, and comes back.
balloon &
work 41 500 20
sleep 40
work 42 500 20
sleep 40
work 43 500 20
sleep 40
work 44 500 20
sleep 40
work 45 500 20
sleep 40
work 46 500 20
sleep 40
work 47 500 20
sleep 40
work 48 500 20
sleep 40
free
