# lms.py LMS FILES TO [WAY,...]: lay out a class as that platform packs it for download, from FILES (a folder of a
# student's files). Prints what should come of each: id, name, days late, taken (1, 0: nothing is there).
# lay_out() does so for any class.
#
# Names and layouts: Moodle's mod/assign/classes/downloader.php, Canvas's lib/content_zipper.rb, Blackboard's
# Assignment File Download, Gradescope's Export Submissions.
import datetime
import io
import os
import sys
import tarfile
import zipfile
from typing import NamedTuple, Optional

DUE = datetime.datetime(2026, 3, 1, 22, 59, tzinfo=datetime.timezone.utc)  # 23:59 +0100
NOT_TAKEN = {"three-deep", "junk", "seven"}


class Student(NamedTuple):
    name: str
    account: str
    sent: list  # (name, bytes) of each file
    late: int  # days
    earlier: Optional[list] = None  # what was sent before, if the platform has it in the same download


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


def ways(whole, lab="03-shadow-vs-direct"):
    """How students send the same work, (name, bytes) of each file: each way a list of such."""
    return {
        "zip": [("lab03.zip", zipped(whole))],
        "upper-zip": [("LAB03.ZIP", zipped(whole))],
        "tgz": [("lab03.tar.gz", tarred([("lab03/" + n, b) for n, b in whole]))],
        "files": whole,
        "numbered": [(n.replace(".", " (1)."), b) for n, b in whole],
        "upper": [(n.upper(), b) for n, b in whole],
        "zip-in-zip": [("all.zip", zipped([("my work/lab03.zip", zipped(whole)), ("readme.txt", b"see the zip")]))],
        "folders-in-zip": [("x.zip", zipped([(f"x/labs/{lab}/" + n, b) for n, b in whole]
                                            + [("__MACOSX/x/._" + n, b"\0\1") for n, _ in whole]))],
        "zip-beside": [("lab03.zip", zipped(whole)), ("answers.md", b"1. Because.\n"), ("report.pdf", b"%PDF-1.4\n")],
        "three-deep": [("a.zip", zipped([("b.zip", zipped([("c.zip", zipped(whole))]))]))],
        "junk": [("photo.jpg", b"\xff\xd8\xff\0")],
        "seven": [("lab03.7z", b"7z\xbc\xaf\x27\x1c")],
    }


def put(path, data, when):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    os.utime(path, (when.timestamp(), when.timestamp()))


def moodle(to, i, s, when):
    # The newer ones have no _ at the end of the folder.
    folder = f"{to}/{s.name.replace('/', '_')}_{s.account}_assignsubmission_file" + ("_" if i % 2 else "")
    for file, data in s.sent:
        put(f"{folder}/{file}", data, when)
    if i % 3 == 0:
        put(f"{to}/{s.name}_{s.account}_assignsubmission_onlinetext{'_' if i % 2 else ''}/onlinetext.html", b"<p>done</p>", when)
    return s.name, s.account, s.late


def moodle_flat(to, i, s, when):
    for file, data in s.sent:
        put(f"{to}/{s.name}_{s.account}_assignsubmission_file_{file}", data, when)
    return s.name, s.account, s.late


def canvas(to, i, s, when):
    short = "".join(c for c in s.name.lower() if c.isalnum())
    flag = "LATE_" if s.late > 0 else ""
    for k, (file, data) in enumerate(s.sent):
        name = file.replace(".", "-1.", 1) if s.earlier and k == 0 else file  # as Canvas numbers what is sent again
        put(f"{to}/{short}_{flag}{s.account}_{5020 + 40 * i + k}_{name}", data, when)
    for k, (file, data) in enumerate(s.earlier or []):
        put(f"{to}/{short}_{s.account}_{5000 + 40 * i + k}_{file}", data, DUE - datetime.timedelta(days=3))
    return short, s.account, 1 if s.late > 0 else 0


def blackboard(to, i, s, when):
    account = f"user_{i}"
    attempts = [(when, s.sent)] + ([(DUE - datetime.timedelta(days=3), s.earlier)] if s.earlier else [])
    for time, what in attempts:
        base = f"{to}/Lab_3_{account}_attempt_{time:%Y-%m-%d-%H-%M-%S}"
        for file, data in what:
            put(f"{base}_{file}", data, when)
        text = f"Name: {s.name} ({account})\r\nAssignment: Lab_3\r\nDate Submitted: {time:%A, %B %d, %Y %I:%M:%S %p} UTC\r\n"
        put(f"{base}.txt", text.encode(), when)
    return s.name, account, s.late


def gradescope(to, i, s, when):
    folder = f"submission_{9000 + i}"
    for file, data in s.sent:
        put(f"{to}/{folder}/{file}", data, DUE - datetime.timedelta(days=3))
    name = f"  - :name: {s.name}" if "'" in s.name else f"  - :name: '{s.name}'"
    mail = f"s{i}@example.org"
    lines = [f"{folder}:", "  :submitters:", name, f"    :sid: '{s.account}'", f"    :email: s{i}@example.org",
             f"  :created_at: {when:%Y-%m-%d %H:%M:%S}.123456000 Z", "  :score: 1.0", "  :results:",
             "    :tests:", "    - :output: |", "        submission_9999:", "          :submitters:",
             "      :created_at: 2020-01-01 00:00:00 Z", "  :history:", "  - :id: 4",
             "    :created_at: 2026-02-01 00:00:00.000000000 Z", "    :submitters:", "    - :name: Nobody"]
    new = not os.path.exists(f"{to}/submission_metadata.yml")
    with open(f"{to}/submission_metadata.yml", "a", encoding="utf-8") as f:
        f.write("\n".join((["---"] if new else []) + lines) + "\n")
    return s.name, s.account or mail, s.late


def plain(to, i, s, when):
    if len(s.sent) == 1 and "." in s.sent[0][0] and not s.sent[0][0].endswith("jpg"):
        put(f"{to}/{s.name}{s.sent[0][0][s.sent[0][0].index('.'):]}", s.sent[0][1], when)
    else:
        for file, data in s.sent:
            put(f"{to}/{s.name}/{file}", data, when)
    return s.name, "", s.late


LMS = {"plain": plain, "moodle": moodle, "moodle-flat": moodle_flat, "canvas": canvas, "blackboard": blackboard,
       "gradescope": gradescope}


def lay_out(lms, students, to):
    """As it lies there once it is unpacked; None: has sent nothing. Returns for each name, id and days late as they can be known."""
    os.makedirs(to)
    known = []
    for i, s in enumerate(students):
        if not s:
            continue
        when = DUE + datetime.timedelta(days=s.late, hours=-5 if s.late else -30)
        name, account, late = LMS[lms](to, i, s, when)
        known.append((name.replace("\t", "?"), account, late))
    put(f"{to}/__MACOSX/._x", b"", DUE)
    put(f"{to}/Thumbs.db", b"", DUE)
    put(f"{to}/Grades-Lab 3.csv", b"Identifier\n", DUE)
    return known


def main():
    lms, files, to = sys.argv[1:4]
    whole = [(n, open(os.path.join(files, n), "rb").read()) for n in sorted(os.listdir(files))]
    sent = ways(whole)
    early = ways([(n, b"#error the earlier one\n" + b) for n, b in whole])
    people = ["Jane Doe", "Zoë Ångström", "O'Brien Pat", "=cmd|calc!A0 Eve", "李 小龍", "Ann-Marie van der Berg", "+1 Plus",
              "@Sum Sam", "Tab\tTheo" if lms == "gradescope" else "Tab Theo", "D. Twelve", "Bo", "Élodie Ça"]
    chosen = sys.argv[4].split(",") if len(sys.argv) > 4 else list(sent)
    again = {"canvas": ["zip", "tgz"], "blackboard": ["zip"]}.get(lms, [])
    students = [Student(people[i], str(100 + i), sent[way], (0, 0, 1, 3)[i % 4], early[way] if way in again else None)
                for i, way in enumerate(chosen)]
    for way, (name, account, late) in zip(chosen, lay_out(lms, students, to)):
        print(account, name, late, 0 if way in NOT_TAKEN else 1, sep="\t")


if __name__ == "__main__":
    main()
