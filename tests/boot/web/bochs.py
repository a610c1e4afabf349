# bochs.py ISO DIR MEGS WORDS: boots ISO in Bochs, types WORDS when GRUB asks for them over the serial line, and prints what the machine prints until it is
# left. What it sends on its second serial line is in DIR/trace. Bounded by 300 s.
import os, re, socket, subprocess, sys, time

iso, work, megs, words = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(120)
conf = open("tools/bochsrc.in").read()
for name, value in {"NET": "", "DISK": "", "SWAP": "", "CD": "master", "ISO": iso, "DIR": work, "IPS": "4000000", "MEGS": megs,
                    "COM1": "mode=socket-client, dev=127.0.0.1:%d" % listener.getsockname()[1]}.items():
    conf = conf.replace("@%s@" % name, value)
open(work + "/bochsrc", "w").write(conf)
open(work + "/rc", "w").write("c\n")
run = "echo $$ >%s/pid; TERM=vt100 exec bochs -q -f %s/bochsrc -rc %s/rc" % (work, work, work)
bochs = subprocess.Popen(["timeout", "-s", "KILL", "300", "script", "-qec", run, "/dev/null"], stdin=subprocess.DEVNULL, stdout=open(work + "/screen", "w"))
said, typed, end = b"", False, time.time() + 300
try:
    line = listener.accept()[0]
    line.settimeout(30)
    while time.time() < end and not re.search(rb"\(code \d+\)\s", said):
        try:
            more = line.recv(4096)
        except socket.timeout:
            continue
        if not more:
            break
        said += more
        if not typed and b"if none):" in said:
            typed = True
            for c in words.encode():  # each when the one before has come, which GRUB says by its echo
                line.send(bytes([c]))
                while bytes([c]) not in (more := line.recv(4096)) and more:
                    said += more
                said += more
            line.send(b"\r")
    time.sleep(0.2)
    while bochs.poll() is None and time.time() < end:  # the trace is sent at the end, and then it is switched off
        time.sleep(0.1)
finally:
    try:
        os.kill(int(open(work + "/pid").read()), 9)
    except (OSError, ValueError):
        pass
    bochs.kill()
print(said.decode("ascii", "replace").replace("\r", ""))
sys.exit(not re.search(rb"\(code 0\)", said))
