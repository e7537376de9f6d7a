//! SQLite and Postgres behind one implementation: rows, migrations, event log.
