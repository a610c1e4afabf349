/* book_sql.h: what the gradebook's files share: SQLite, which says what is wrong and stops. */
#ifndef BOOK_SQL_H
#define BOOK_SQL_H

#include "grade.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void book_run(sqlite3 *db, const char *sql);
/** With its parameters; `types`: s text, i integer (long long), d double, h a hash. */
sqlite3_stmt *book_prepare(sqlite3 *db, const char *sql, const char *types, ...);
/** @return is there a row? */
bool book_step(sqlite3 *db, sqlite3_stmt *st);
/** What has no rows, and is not needed again. */
void book_once(sqlite3 *db, sqlite3_stmt *st);

#endif
