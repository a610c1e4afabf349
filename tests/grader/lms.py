# lms.py LMS FILES TO [WAY,...]: lay out a class as that platform packs it for download, from FILES (a folder of a
# student's files). Prints what should come of each: id, name, days late, taken (1, 0: nothing is there).
#
# Names and layouts: Moodle's mod/assign/classes/downloader.php, Canvas's lib/content_zipper.rb, Blackboard's
# Assignment File Download, Gradescope's Export Submissions.
import datetime
import io
import os
import shutil
import sys
import tarfile
import zipfile

lms, files, to = sys.argv[1:4]
due = datetime.datetime(2026, 3, 1, 22, 59, tzinfo=datetime.timezone.utc)  # 23:59 +0100
names = sorted(os.listdir(files))
contents = {n: open(os.path.join(files, n), "rb").read() for n in names}
os.makedirs(to)


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in entries:
            z.writestr(name, data)
    return out.getvalue()


def tarred(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


# How students send the same work: each a list of (name, bytes).
whole = list(contents.items())
spoiled = [(n, b"#error the earlier one\n" + b) for n, b in whole]
upper = [(n.upper(), b) for n, b in whole]
numbered = [(n.replace(".", " (1)."), b) for n, b in whole]
ways = {
    "zip": [("lab03.zip", zipped(whole))],
    "upper-zip": [("LAB03.ZIP", zipped(whole))],
    "tgz": [("lab03.tar.gz", tarred([("lab03/" + n, b) for n, b in whole]))],
    "files": whole,
    "numbered": numbered,
    "upper": upper,
    "zip-in-zip": [("all.zip", zipped([("my work/lab03.zip", zipped(whole)), ("readme.txt", b"see the zip")]))],
    "folders-in-zip": [("x.zip", zipped([("x/labs/03-shadow-vs-direct/" + n, b) for n, b in whole]
                                        + [("__MACOSX/x/._" + n, b"\0\1") for n in names]))],
    "zip-beside": [("lab03.zip", zipped(whole)), ("answers.md", b"1. Because.\n"), ("report.pdf", b"%PDF-1.4\n")],
    "three-deep": [("a.zip", zipped([("b.zip", zipped([("c.zip", zipped(whole))]))]))],
    "junk": [("photo.jpg", b"\xff\xd8\xff\0")],
    "seven": [("lab03.7z", b"7z\xbc\xaf\x27\x1c")],
}
not_taken = {"three-deep", "junk", "seven"}
people = ["Jane Doe", "Zoë Ångström", "O'Brien Pat", "=cmd|calc!A0 Eve", "李 小龍", "Ann-Marie van der Berg", "+1 Plus",
          "@Sum Sam", "Tab\tTheo" if lms == "gradescope" else "Tab Theo", "D. Twelve", "Bo", "Élodie Ça"]


def put(path, data, when):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    os.utime(path, (when.timestamp(), when.timestamp()))


if len(sys.argv) > 4:
    ways = {way: ways[way] for way in sys.argv[4].split(",")}
metadata = ["---"]
for i, (way, sent) in enumerate(ways.items()):
    name, account = people[i], str(100 + i)
    late = (0, 0, 1, 3)[i % 4]
    when = due + datetime.timedelta(days=late, hours=-5 if late else -30)
    early = due - datetime.timedelta(days=3)
    if lms == "moodle":
        # The newer ones have no _ at the end of the folder.
        folder = f"{to}/{name.replace('/', '_')}_{account}_assignsubmission_file" + ("_" if i % 2 else "")
        for file, data in sent:
            put(f"{folder}/{file}", data, when)
        if i % 3 == 0:
            put(f"{to}/{name}_{account}_assignsubmission_onlinetext{'_' if i % 2 else ''}/onlinetext.html", b"<p>done</p>", when)
    elif lms == "moodle-flat":
        for file, data in sent:
            put(f"{to}/{name}_{account}_assignsubmission_file_{file}", data, when)
    elif lms == "canvas":
        short = "".join(c for c in name.lower() if c.isalnum())
        flag = "LATE_" if late else ""
        for k, (file, data) in enumerate(sent):
            put(f"{to}/{short}_{flag}{account}_{5000 + 40 * i + k}_{file}", data, when)
        if way in ("zip", "tgz"):  # sent again: the first is in the folder of an earlier download
            again = sent[0][0].replace(".", "-1.", 1)
            os.rename(f"{to}/{short}_{flag}{account}_{5000 + 40 * i}_{sent[0][0]}",
                      f"{to}/{short}_{flag}{account}_{5020 + 40 * i}_{again}")
            bad = zipped(spoiled) if way == "zip" else tarred(spoiled)
            put(f"{to}/{short}_{account}_{5000 + 40 * i}_{sent[0][0]}", bad, early)
        name = short
    elif lms == "blackboard":
        account = f"user_{i}"
        attempts = [(when, sent)] + ([(early, [("lab03.zip", zipped(spoiled))])] if way == "zip" else [])
        for time, what in attempts:
            stamp = time.strftime("%Y-%m-%d-%H-%M-%S")
            base = f"{to}/Lab_3_{account}_attempt_{stamp}"
            for file, data in what:
                put(f"{base}_{file}", data, when)
            text = f"Name: {name} ({account})\r\nAssignment: Lab_3\r\nDate Submitted: {time:%A, %B %d, %Y %I:%M:%S %p} UTC\r\n"
            put(f"{base}.txt", text.encode(), when)
    elif lms == "gradescope":
        folder = f"submission_{9000 + i}"
        for file, data in sent:
            put(f"{to}/{folder}/{file}", data, early)
        metadata += [f"{folder}:", "  :submitters:", f"  - :name: {name}" if "'" in name else f"  - :name: '{name}'",
                     f"    :sid: '{account}'", f"    :email: s{i}@example.org",
                     f"  :created_at: {when:%Y-%m-%d %H:%M:%S}.123456000 Z", "  :score: 1.0", "  :results:",
                     "    :tests:", "    - :output: |", "        submission_9999:", "          :submitters:",
                     "      :created_at: 2020-01-01 00:00:00 Z", "  :history:", "  - :id: 4",
                     "    :created_at: 2026-02-01 00:00:00.000000000 Z", "    :submitters:", "    - :name: Nobody"]
    else:
        if len(sent) == 1 and not sent[0][0].endswith("jpg"):
            put(f"{to}/{name}{sent[0][0][sent[0][0].index('.'):]}", sent[0][1], when)
        else:
            for file, data in sent:
                put(f"{to}/{name}/{file}", data, when)
        account = ""
    if lms == "canvas":
        late = 1 if late else 0
    print(account, name.replace("\t", "?"), late, 0 if way in not_taken else 1, sep="\t")
if lms == "gradescope":
    with open(f"{to}/submission_metadata.yml", "w") as f:
        f.write("\n".join(metadata) + "\n")
put(f"{to}/__MACOSX/._x", b"", due)
put(f"{to}/Thumbs.db", b"", due)
put(f"{to}/Grades-Lab 3.csv", b"Identifier\n", due)
