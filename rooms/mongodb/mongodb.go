// Package mongodb keeps everything in a MongoDB replica set, where other instances
// and other programs meet it.
//
// Collections: `messages` holds the log of all rooms and the heartbeats, `rooms` the
// rooms, `users` the accounts, `meta` the log's id and the push key, `signals` what the instances told each
// other in the last minute, `notifications` what single users are to be told,
// `profiles` what users are called, `members` who is what in which room and how far he has
// read, `invitations` what lets others in, `keys` those of bots and incoming hooks, `revocations` which tokens are out of force, `sessions` where accounts are signed in,
// `loginAttempts` how often that was tried,
// `webhooks` and `webhookCursors` where events go and how far they are, `pushSubscriptions`
// which devices are told of what their users miss, `threads` which threads users follow and have read. Every write
// waits for a majority, every read is of what a majority has, so nothing that was told can
// be rolled back, and of no less than was acked before, also behind an election (barrier). A
// signal may be lost.
//
// Concurrency: all types are safe for concurrent use. Writes go on when their caller
// gives up: a cancelled one would cost its connection and leave its outcome unknown.
// They are bounded by opTimeout instead.
//
// Lifecycle: Open connects, verifies the server and the indexes; Close ends all
// watches and lets go of the connections. The package starts no goroutine that
// outlives a call, but for the driver's own and the gatherers', which end with Close.
//
// Order and loss: Append keeps to the order of its events, also when it fails in the
// midst. The stream tells of all inserts in the order of the oplog; when it is lost
// Watch returns, and whoever opens the next one reads the log for what it missed. No
// append is tried between a lost stream and the next one, because the collection may
// have been dropped meanwhile, and without its unique indexes numbers would double.
package mongodb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"roomstream/auth"
	"roomstream/rooms"
)

// opTimeout bounds one call. It is longer than an election of default settings (some
// seconds), during which the driver retries, and is also how long a primary that hangs
// goes unnoticed.
const opTimeout = 8 * time.Second

// DefaultDatabase is the database's name when Options gives none.
const DefaultDatabase = "roomstream"

// Options are a Store's settings.
type Options struct {
	URI      string // of a replica set or a sharded cluster; needed
	Database string // empty: DefaultDatabase
	// ConnectTimeout is how long Open waits for a primary; 0: 15 s, longer than an
	// election.
	ConnectTimeout time.Duration
	Logger         *slog.Logger
	// NoSearch: messages are not found by their texts. The text index is dropped.
	NoSearch bool
	// KeepSearch leaves the text index as it is, there or not.
	KeepSearch bool
}

// Store is a connection to a database.
type Store struct {
	uri           string
	client        *mongo.Client
	barrier       *barrier      // of client
	feeds         *mongo.Client // nil: there are none
	messages      *collection
	local         *collection // messages, as the primary has them now
	snapshot      *collection // messages, all of one answer as a majority had them at one moment
	rooms         *collection
	users         *collection
	meta          *collection
	signals       *collection
	notifications *collection
	profiles      *collection
	members       *collection
	invitations   *collection
	declared      *collection // streams
	rules         *collection // acl
	reports       *collection
	audit         *collection
	logger        *slog.Logger
	searches      bool // messages are found by their texts; fixed by Open
	stream        *Stream
	trimmer       *Trimmer
	notified      *Notifications
	inRooms       *gatherer[auth.UserID, bool] // whether a user is in any room

	// fence is set while the unique indexes of messages were there when last looked at,
	// and the stream which would tell of their end has not been lost since.
	fence  atomic.Pointer[fence]
	fences bool // the server holds writes to one collection; fixed by Open

	changeStreams atomic.Int64 // that are open

	live      context.Context // done: Close was called
	end       context.CancelFunc
	closeOnce sync.Once
}

// Open connects to the database, verifies that it can do what is needed and makes
// the indexes where they are missing. Its errors name the setting at fault and what to
// do.
func Open(ctx context.Context, o Options) (*Store, error) {
	logger := o.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	barrier := newBarrier()
	client, server, err := connect(ctx, o.URI, cmp.Or(o.ConnectTimeout, connectTimeout), barrier.monitor())
	if err != nil {
		return nil, err
	}
	name := cmp.Or(o.Database, DefaultDatabase)
	s := newStore(client, barrier, name, logger)
	s.uri = o.URI
	s.stream.expanded = server.MaxVersion >= expandedWireVersion
	s.fences = server.MaxVersion >= expandedWireVersion && server.Msg == "" // a mongos was not tried
	s.searches = !o.NoSearch
	err = s.prepare(ctx)
	if err == nil && !o.KeepSearch {
		err = s.ensureSearch(ctx)
	}
	if err != nil {
		disconnect(client)
		return nil, fmt.Errorf("prepare the database %s: %w", name, err)
	}
	return s, nil
}

func newStore(client *mongo.Client, barrier *barrier, name string, logger *slog.Logger) *Store {
	db := client.Database(name)
	of := func(name string) *collection { return newCollection(db, name, barrier) }
	local := options.Collection().SetReadConcern(readconcern.Local()).SetReadPreference(readpref.Primary())
	snapshot := options.Collection().SetReadConcern(readconcern.Snapshot()).SetReadPreference(readpref.Primary())
	s := &Store{
		client: client, barrier: barrier, logger: logger,
		messages: of("messages"), local: &collection{db.Collection("messages", local), nil}, snapshot: &collection{db.Collection("messages", snapshot), barrier},
		rooms: of("rooms"), users: of("users"), meta: of("meta"), members: of("members"), invitations: of("invitations"),
		signals: of("signals"), notifications: of("notifications"), profiles: of("profiles"), declared: of("streams"), rules: of("acl"),
		reports: of("reports"), audit: of("audit"),
	}
	barrier.probe = s.messages.Collection
	s.stream = &Stream{store: s, beats: map[string]bson.ObjectID{}}
	s.trimmer = &Trimmer{Store: s, blank: map[rooms.RoomID]int64{}}
	s.live, s.end = context.WithCancel(context.Background())
	s.notified = &Notifications{Store: s}
	s.notified.unread = &gatherer[auth.UserID, int]{live: s.live, read: s.notified.unreadOf}
	s.inRooms = &gatherer[auth.UserID, bool]{live: s.live, read: s.anyRooms}
	return s
}

// prepare makes what a new database lacks.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.raise(ctx); err != nil {
		return err
	}
	if err := s.prepareModeration(ctx); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.users, userIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.signals, signalIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.notifications, notificationIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.profiles, profileIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection("keys"), keyIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection(collectionRevocations), revocationIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection(collectionSessions), sessionIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection(collectionAttempts), attemptIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.invitations, invitationIndexes()); err != nil {
		return err
	}
	if err := s.prepareFiles(ctx); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection("webhooks"), hookIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection(collectionPush), pushIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.collection(collectionThreads), threadIndexes()); err != nil {
		return err
	}
	if err := s.notified.begin(ctx); err != nil {
		return err
	}
	return s.makeLogID(ctx)
}

// Rooms gives the store of the chat.
func (s *Store) Rooms() rooms.Store {
	store := rooms.Store{
		Log: &Log{s}, Related: &Related{s}, Stream: s.stream, Catalog: &Catalog{s}, Foreign: &Foreign{s},
		Trimmer: s.trimmer, Eraser: &Eraser{s}, Archive: &Archive{s}, Signals: &Signals{s},
		Notifications: s.notified,
		Files:         &Files{s}, Blobs: &Blobs{s},
		Members: &Members{s}, Inbox: &Inbox{s}, Invitations: &Invitations{s},
		Moderation: &Moderation{s},
		Profiles:   &Profiles{s}, Subscriptions: s.pushes(), Threads: &Threads{s},
	}
	store.Moderation = &Moderation{s}
	if s.searches {
		store.Searcher = &Searcher{s}
	}
	return store
}

// Accounts gives the store of the accounts.
func (s *Store) Accounts() auth.AccountStore { return &Accounts{s} }

// AccountArchive gives the accounts as export, import and erasure need them.
func (s *Store) AccountArchive() auth.AccountArchive { return &Accounts{s} }

// ChangeStreams counts the open ones, those of feeds too: each holds a cursor of the server, and a connection nearly all the time.
func (s *Store) ChangeStreams() int { return int(s.changeStreams.Load()) }

// Close ends all watches and waits until the calls under way have ended, or ctx is
// done: then their connections are closed. It may be called more than once.
func (s *Store) Close(ctx context.Context) error {
	var err error
	s.closeOnce.Do(func() {
		s.end()
		err = s.client.Disconnect(ctx)
		if s.feeds != nil {
			err = errors.Join(err, s.feeds.Disconnect(ctx))
		}
		if err != nil {
			err = fmt.Errorf("close the store: %w", err)
		}
	})
	return err
}

// reading bounds a read. It ends with its caller's context: what it reads nobody
// would get.
func (s *Store) reading(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, opTimeout)
}

// writing bounds a write, which does not end with its caller's context.
func (s *Store) writing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
}
