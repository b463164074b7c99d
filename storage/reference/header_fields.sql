-- header fields
DROP TABLE IF EXISTS header_fields;
CREATE TABLE header_fields (name TEXT PRIMARY KEY, class TEXT, source TEXT) STRICT, WITHOUT ROWID;
