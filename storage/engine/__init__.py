"""The way into the database: connections, transactions, columns, tables and pages of rows."""
