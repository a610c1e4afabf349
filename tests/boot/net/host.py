"""host.py: the far end of the tests of the network: on loopback only, for a while only.

    host.py echo PORTFILE EVERY   sends back what comes, but for each EVERY-th datagram
    host.py sink PORTFILE         counts what `udp blast` sends

The port it got is written to PORTFILE. It ends when it is killed, when nothing has come for 240 s, or, as
sink, when all have come or nothing more has for 60 s; then it prints what came.
"""
import os
import socket
import struct
import sys

MASK = 0xFFFFFFFF


def whole(datagram):
    """Its number and how many there are, if its sum is right (udp.c, sum_of())."""
    if len(datagram) < 12:
        return None
    number, of, total = struct.unpack_from("<III", datagram)
    a, b, n = number + 1 & MASK, of, 0
    for byte in datagram[12:]:
        a = a + byte & MASK
        b = b + a & MASK
        n += 1
    return (number, of) if (b << 16 & MASK) ^ a ^ n == total else None


def echo(sock, every):
    count = 0
    while True:
        data, sender = sock.recvfrom(65536)
        count += 1
        if count % every:
            sock.sendto(data, sender)


def sink(sock):
    came = []
    try:
        while not came or len(came) < 1 or len(came) < (whole(came[0]) or (0, 1 << 30))[1]:
            came.append(sock.recv(65536))
            sock.settimeout(60)
    except socket.timeout:
        pass
    numbers = [w[0] for w in map(whole, came) if w]
    print(f"{len(set(numbers))} came, {len(numbers) - len(set(numbers))} twice, {len(came) - len(numbers)} bad, "
          f"{'in order' if numbers == sorted(numbers) else 'not in order'}")


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(240)
    with open(sys.argv[2] + ".new", "w", encoding="ascii") as file:
        file.write(f"{sock.getsockname()[1]}\n")
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    if sys.argv[1] == "echo":
        try:
            echo(sock, int(sys.argv[3]))
        except socket.timeout:
            pass
    else:
        sink(sock)


main()
