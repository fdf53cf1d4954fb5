package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// migrations bring a database from one version to the next. One that was
// released is never changed.
var migrations = []string{
	`CREATE TABLE parts (
		tenant TEXT NOT NULL,
		kind TEXT NOT NULL,
		key TEXT NOT NULL,
		data BLOB NOT NULL,
		PRIMARY KEY (tenant, kind, key)
	) WITHOUT ROWID`,
	// Lists are lines that are added to; the id is their order.
	`CREATE TABLE lists (
		id INTEGER PRIMARY KEY,
		tenant TEXT NOT NULL,
		kind TEXT NOT NULL,
		key TEXT NOT NULL,
		data BLOB NOT NULL
	);
	CREATE INDEX lists_of ON lists (tenant, kind, key)`,
}

// sqlite keeps tenants in a file.
type sqlite struct {
	db *sql.DB
}

func openSQLite(path string) (*sqlite, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the database %s: %w", path, err)
	}
	// Made before SQLite does, so that nobody else can read the credentials.
	f, err := os.OpenFile(abs, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the database cannot be opened: %w; check --data", err)
	}
	f.Close()
	// A lock of its own for the time in which the program runs: two programs
	// would each undo what the other did.
	db, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(abs, "?", "%3f")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=locking_mode(EXCLUSIVE)&_pragma=busy_timeout(500)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("the database %s cannot be opened: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	s := &sqlite{db: db}
	if err := s.migrate(); err != nil {
		return nil, errors.Join(fmt.Errorf("the database %s cannot be used: %w; another scimtest may have it open, or it is no database", path, err), db.Close())
	}
	return s, nil
}

// migrate brings the database to the version of this program.
func (s *sqlite) migrate() error {
	var version int
	if err := s.db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("it is of a later version (%d) than this program knows (%d)", version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		if err := s.do(func(tx *sql.Tx) error {
			if _, err := tx.Exec(migrations[version]); err != nil {
				return err
			}
			_, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		}); err != nil {
			return err
		}
	}
	// Takes the lock, where no migration did.
	return s.do(func(tx *sql.Tx) error { return nil })
}

func (s *sqlite) do(work func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (s *sqlite) save(tenant string, writes []write) error {
	return s.do(func(tx *sql.Tx) error {
		put, err := tx.Prepare("INSERT INTO parts (tenant, kind, key, data) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET data = excluded.data")
		if err != nil {
			return err
		}
		defer put.Close()
		for _, w := range writes {
			switch {
			case w.form != wholePart:
				err = saveList(tx, tenant, w)
			case w.data == nil:
				_, err = tx.Exec("DELETE FROM parts WHERE tenant = ? AND kind = ? AND key = ?", tenant, w.kind, w.key)
			default:
				_, err = put.Exec(tenant, w.kind, w.key, w.data)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func saveList(tx *sql.Tx, tenant string, w write) error {
	if w.form == wholeList {
		if _, err := tx.Exec("DELETE FROM lists WHERE tenant = ? AND kind = ? AND key = ?", tenant, w.kind, w.key); err != nil {
			return err
		}
	}
	if len(w.data) == 0 {
		return nil
	}
	_, err := tx.Exec("INSERT INTO lists (tenant, kind, key, data) VALUES (?, ?, ?, ?)", tenant, w.kind, w.key, w.data)
	return err
}

func (s *sqlite) drop(tenant string) error {
	return s.do(func(tx *sql.Tx) error {
		for _, table := range []string{"parts", "lists"} {
			if _, err := tx.Exec("DELETE FROM "+table+" WHERE tenant = ?", tenant); err != nil {
				return err
			}
		}
		return nil
	})
}

// load reads all tenants.
func (s *sqlite) load() (map[string]kept, error) {
	out := map[string]kept{}
	for _, query := range []string{
		"SELECT tenant, kind, key, data FROM parts", "SELECT tenant, kind, key, data FROM lists ORDER BY id",
	} {
		if err := s.read(query, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read reads rows; those of the same part follow each other in it.
func (s *sqlite) read(query string, out map[string]kept) error {
	rows, err := s.db.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var tenant, kind, key string
		var data []byte
		if err := rows.Scan(&tenant, &kind, &key, &data); err != nil {
			return err
		}
		if out[tenant] == nil {
			out[tenant] = kept{}
		}
		if out[tenant][kind] == nil {
			out[tenant][kind] = map[string][]byte{}
		}
		out[tenant][kind][key] = append(out[tenant][kind][key], data...)
	}
	return rows.Err()
}

func (s *sqlite) close() error { return s.db.Close() }
