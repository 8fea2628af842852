// Package embedded keeps everything in one file of this process: the store for
// trying out, for development and for one small machine. It needs no server.
//
// Concurrency: all types are safe for concurrent use. One goroutine, the committer,
// makes every change: it takes what is queued, writes it in one transaction and
// answers when that is on the disk. Reads are short transactions that copy out what
// they return, because an open read keeps the file's pages from being used again. Another
// goroutine, the feeder, keeps the search index; it reads as all others do, and the
// committer never waits for it.
//
// Lifecycle: Open starts the committer and the feeder, Close ends them, the committer
// after what was queued before is written; what the index lacks then the next start
// adds. The file is locked: a second process is refused.
//
// Order and loss: what was answered with success is fsynced and survives the end of
// the process at any byte. Watchers are told in the order of the commits, after the
// disk has them; one that falls too far behind is ended with an error and opens
// again, so memory stays bounded and nothing is skipped silently. Signals never touch
// the disk; beyond what may wait for a slow watcher they are lost. After an error of
// the disk nothing is accepted and nothing is read any more: what the file holds is
// not certain until it is opened again.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	fileName = "roomstream.db"

	// The file holds conversations and password hashes: nobody else may read it.
	fileMode = 0o600
	dirMode  = 0o700

	// lockWait is how long another process may take to let go of the file; without a
	// bound a second server would hang instead of saying what is wrong.
	lockWait = time.Second

	// mapSize is the part of the address space, in bytes, that the file may grow into
	// before it is mapped anew; mapping anew stops every writer until all reads end.
	mapSize = 1 << 30
)

// Options are a Store's settings. The zero value works.
type Options struct {
	// Dir is the folder of the file; it is made if it is not there. Empty: ./data.
	Dir    string
	Logger *slog.Logger
	// NoSearch: messages are not found by their texts. The index is removed.
	NoSearch bool
}

// Store is an open file.
type Store struct {
	file     *file
	log      *Log
	stream   *Stream
	catalog  *Catalog
	accounts *Accounts
	signals  *Signals

	notifications *Notifications
	blobs         *Blobs
}

// Open opens the store of a folder, or makes one. The errors name -data-dir.
func Open(o Options) (*Store, error) {
	dir := o.Dir
	if dir == "" {
		dir = "data"
	}
	logger := o.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	db, err := openFile(dir)
	if err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		return nil, errors.Join(fmt.Errorf("-data-dir %s: %w", dir, err), db.Close())
	}
	if err := prepareFiles(db, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("-data-dir %s: %w", dir, err), db.Close())
	}
	hub := newHub()
	f := newFile(db, hub, logger)
	notifications, err := newNotifications(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("-data-dir %s: %w", dir, err), f.close(context.Background()))
	}
	if err := openSearch(f, dir, o.NoSearch); err != nil {
		return nil, errors.Join(fmt.Errorf("-data-dir %s: %w", dir, err), f.close(context.Background()))
	}
	return &Store{
		file: f, log: &Log{file: f}, stream: &Stream{file: f, hub: hub},
		catalog: &Catalog{file: f}, accounts: &Accounts{file: f}, signals: &Signals{file: f},
		notifications: notifications, blobs: &Blobs{file: f, dir: filepath.Join(dir, filesDir)},
	}, nil
}

// Rooms gives the store of the chat. No other program can write to it, so it has no
// Foreign.
func (s *Store) Rooms() rooms.Store {
	store := rooms.Store{
		Log: s.log, Related: &Related{s.file}, Stream: s.stream, Catalog: s.catalog,
		Trimmer: &Trimmer{s.file}, Eraser: &Eraser{s.file}, Archive: &Archive{s.file}, Signals: s.signals,
		Notifications: s.notifications,
		Files:         &Files{s.file}, Blobs: s.blobs,
		Profiles: &Profiles{s.file}, Subscriptions: &Subscriptions{s.file}, Threads: &Threads{s.file},
		Members: &Members{s.file}, Inbox: &Inbox{s.file}, Invitations: &Invitations{s.file}, Moderation: &Moderation{s.file},
	}
	if s.file.search != nil {
		store.Searcher = &Searcher{s.file}
	}
	return store
}

// Accounts gives the store of the accounts.
func (s *Store) Accounts() auth.AccountStore { return s.accounts }

// AccountArchive gives the accounts as export, import and erasure need them.
func (s *Store) AccountArchive() auth.AccountArchive { return s.accounts }

// Close writes what is queued, ends all watchers and lets go of the file. It may be
// called more than once. When ctx is done first it returns ctx's error and the file
// stays locked until the process ends.
func (s *Store) Close(ctx context.Context) error {
	return errors.Join(s.file.closeSearch(), s.file.close(ctx))
}

func openFile(dir string) (*bolt.DB, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("-data-dir %s: cannot make the folder: %w", dir, err)
	}
	path := filepath.Join(dir, fileName)
	db, err := bolt.Open(path, fileMode, &bolt.Options{
		Timeout:         lockWait,
		InitialMmapSize: mapSize,
		// The list of free pages is rebuilt when the file is opened; writing it with
		// every commit would cost more than all else.
		NoFreelistSync: true,
		FreelistType:   bolt.FreelistMapType,
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("-data-dir %s: another process uses it: stop that one, or give this one a folder of its own", dir)
	case err != nil:
		return nil, fmt.Errorf("-data-dir %s: cannot open %s: %w", dir, fileName, err)
	}
	if err := syncDir(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("-data-dir %s: %w", dir, err), db.Close())
	}
	return db, nil
}

// syncDir makes the new file's name as durable as its content.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
