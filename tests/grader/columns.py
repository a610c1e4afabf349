# columns.py FORMAT FILE WANTED: does a table have the columns that its reader looks for, and in each row what
# lms.py says? Readers: Canvas's lib/gradebook_importer.rb, Moodle's mod/assign/feedback/offline/
# importgradeslib.php, Blackboard's Upload Grades.
import csv
import sys

format, path, wanted = sys.argv[1:4]
text = open(path, newline="", encoding="utf-8").read()
assert not any(ord(c) < 32 and c not in "\r\n" for c in text), "a control character"
rows = list(csv.reader(text.splitlines(), strict=True))
head, rows = rows[0], rows[1:]
assert all(len(r) == len(head) for r in rows), "rows of several lengths"
for cell in (c for r in rows for c in r):
    assert cell == "-" or cell[:1] not in tuple("=+-@\t"), f"a formula: {cell}"
want = [line.split("\t") for line in open(wanted, encoding="utf-8").read().splitlines()]


def plain(name):
    return name[1:] if name[:2] in ("'=", "'+", "'-", "'@") else name


if format == "canvas":
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"] and len(head) == 6, head
    assert rows[0][0].strip() == "Points Possible" and rows[0][5] == "120", rows[0]
    got = {r[1]: (plain(r[0]), r[5]) for r in rows[1:]}
elif format == "moodle":
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= set(head), head
    table = [dict(zip(head, r)) for r in rows]
    assert all(r["Identifier"].startswith("Participant ") and r["Maximum Grade"] == "120" for r in table)
    got = {r["Identifier"][len("Participant "):]: (plain(r["Full name"]), r["Grade"]) for r in table}
elif format == "blackboard":
    assert head[:3] == ["Last Name", "First Name", "Username"] and head[3].endswith("[Total Pts: 120 Score]"), head
    got = {r[2]: ((plain(r[1]) + " " + plain(r[0])).strip(), r[3]) for r in rows}
else:
    assert head[:10] == "student,score,points,name,id,submitted,days late,late costs,answers,total".split(","), head
    table = [dict(zip(head, r)) for r in rows]
    got = {r["id"] or plain(r["name"]): (plain(r["name"]), r["total"]) for r in table}
    late = {r["id"] or plain(r["name"]): r["days late"] for r in table}
    for account, name, days, taken in want:
        assert late[account or name] == days, (name, late[account or name], days)
assert len(got) == len(want), (len(got), len(want))
for account, name, days, taken in want:
    who, points = got[account or name]
    assert who == name, (who, name)
    assert (points != "") == (taken == "1"), (name, points)
