package streams

import (
	"cmp"
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// storeTimeout bounds one reading of all declarations.
const storeTimeout = 10 * time.Second

// declared is a declaration as it stood at one time.
type declared struct {
	*Declaration
	id       string // equal for two that are alike in all
	version  [versionBytes]byte
	reshapes bool // a stage is more than a filter
	catchUps chan struct{}
	pushes   bool // its push has begun; guarded by the Service's lock
}

func newDeclared(d *Declaration) *declared {
	made := &declared{Declaration: d, reshapes: reshapes(d.Stages), catchUps: make(chan struct{}, catchUpsEach)}
	made.id = identity(d.Document())
	what := Declaration{
		Name: d.Name, Deployment: d.Deployment, Operations: d.Operations, Stages: d.Stages, Vars: d.Vars, FullDocument: d.FullDocument,
	}
	copy(made.version[:], identity(what.Document()))
	return made
}

// identity is the hash of a document.
func identity(d bson.D) string {
	raw, err := bson.Marshal(d)
	if err != nil {
		panic(err) // what was read as BSON can be written so
	}
	sum := sha256.Sum256(raw)
	return string(sum[:])
}

// reshapes says whether a stage is more than a filter.
func reshapes(stages []bson.D) bool {
	return slices.ContainsFunc(stages, func(stage bson.D) bool {
		if stage[0].Key != "$ifvar" {
			return stage[0].Key != "$match"
		}
		parts, _ := stage[0].Value.(bson.A)
		return slices.ContainsFunc(parts, func(part any) bool {
			inner, ok := part.(bson.D)
			return ok && len(inner) > 0 && reshapes([]bson.D{inner})
		})
	})
}

// watch is the change stream for a plan of this declaration.
func (d *declared) watch(pipeline []bson.D) Watch {
	operations := make(bson.A, len(d.Operations))
	for i, o := range d.Operations {
		operations[i] = string(o)
	}
	filter := bson.D{{Key: "operationType", Value: bson.D{{Key: "$in", Value: operations}}}}
	return Watch{
		Collection: d.Collection, Deployment: d.Deployment, FullDocument: d.FullDocument != "",
		Pipeline: append([]bson.D{{{Key: "$match", Value: filter}}}, pipeline...),
	}
}

// follow keeps the declarations as they are stored, for ever.
func (s *Service) follow(ctx context.Context) error {
	pause := reopenFirst
	for ctx.Err() == nil {
		err := s.store.Watch(ctx, func() {
			pause = reopenFirst
			s.reloadForSure(ctx)
		}, func() { s.reloadForSure(ctx) })
		if ctx.Err() != nil {
			break
		}
		s.logger.Warn("the stream of declarations ended and is reopened", "error", err)
		s.reopenings.Add(1)
		sleep(ctx, pause/2+rand.N(pause/2+1))
		pause = min(2*pause, reopenMost)
	}
	return nil
}

// reloadForSure reads the declarations until that succeeds.
func (s *Service) reloadForSure(ctx context.Context) {
	for pause := reopenFirst; ctx.Err() == nil; pause = min(2*pause, reopenMost) {
		err := s.Load(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.logger.Warn("the declarations of streams could not be read", "error", err)
		sleep(ctx, pause)
	}
}

// Load reads the declarations and rules as they are stored. Run does so whenever they change; a program that does not
// run the Service calls it before Visible.
func (s *Service) Load(ctx context.Context) error {
	if s.db == nil {
		return errNoDatabase
	}
	s.reloads.Lock()
	defer s.reloads.Unlock()
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	key, err := s.store.Key(ctx)
	if err != nil {
		return err
	}
	stored, err := s.store.Declarations(ctx)
	if err != nil {
		return err
	}
	rules, err := s.store.Rules(ctx)
	if err != nil {
		return err
	}
	s.apply(key, s.readDeclarations(stored), s.readRules(rules))
	return nil
}

// readDeclarations gives those that are valid. The others are logged: nobody else would learn of them.
func (s *Service) readDeclarations(stored []bson.Raw) map[Name]*declared {
	all := map[Name]*declared{}
	for _, raw := range stored {
		d, err := DecodeDeclaration(raw)
		if err == nil {
			err = s.own(d.Collection)
		}
		if err == nil && all[d.Name] != nil {
			err = rooms.E(rooms.CodeConflict, "%s is declared twice: the first one holds", d.Name)
		}
		if err != nil {
			uri, _ := raw.Lookup("uri").StringValueOK()
			s.logger.Warn("a stored declaration is not valid and is left alone", "uri", uri, "error", err)
			continue
		}
		all[d.Name] = newDeclared(d)
	}
	return all
}

// own refuses the chat's own collections.
func (s *Service) own(collection string) error {
	if collection != "" && s.db.Own(collection) {
		return rooms.E(rooms.CodeForbidden, "%s is the chat's own collection: rooms are read through the chat only", collection)
	}
	return nil
}

// apply makes this what is declared. What is declared as before stays as it is.
func (s *Service) apply(key []byte, all map[Name]*declared, rules []rule) {
	s.mu.Lock()
	for name, d := range all {
		if before := s.declared[name]; before != nil && before.id == d.id {
			all[name] = before
		}
	}
	s.key, s.declared, s.rules = key, all, rules
	ending := map[*feed]Reason{}
	var staying []*feed
	for _, f := range s.feeds {
		switch now := all[f.declared.Name]; {
		case now == f.declared:
			staying = append(staying, f)
		case now == nil:
			ending[f] = ReasonRemoved
		default:
			ending[f] = ReasonChanged
		}
	}
	for _, d := range all {
		if d.Events != nil && !d.pushes { // also what was read before Run
			d.pushes = s.beginLocked(func(ctx context.Context) { s.push(ctx, d) })
		}
	}
	s.mu.Unlock()
	for f, reason := range ending {
		f.stop(reason)
	}
	for _, f := range staying {
		f.expelForbidden()
	}
}

// expelForbidden ends the subscriptions of those who may no longer read.
func (f *feed) expelForbidden() {
	var forbidden []*member
	f.service.mu.Lock()
	f.mu.Lock()
	for m := range f.members.all {
		if f.service.admit(m.caller, f.declared) != nil {
			forbidden = append(forbidden, m)
		}
	}
	f.mu.Unlock()
	f.service.mu.Unlock()
	for _, m := range forbidden {
		f.forget(m)
		m.end(ReasonForbidden)
	}
}

// admit says why a caller may not open a stream; the lock is held.
func (s *Service) admit(caller Caller, d *declared) error {
	if d.Access.Allows(caller) {
		return nil
	}
	for _, r := range s.rules {
		if r.admits(caller, d.Name) {
			return nil
		}
	}
	return denied(caller, "open this stream")
}

// denied says what a caller lacks.
func denied(caller Caller, what string) error {
	if !caller.Known {
		return rooms.E(rooms.CodeUnauthenticated, "a valid token is needed to %s", what)
	}
	return rooms.E(rooms.CodeForbidden, "none of your roles may %s", what)
}

// Ready is UNAVAILABLE until the declarations are read for the first time. Where there is no MongoDB there are none to read.
func (s *Service) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil && s.declared == nil {
		return errNotRunning()
	}
	return nil
}

// Visible returns the streams the caller may open, by name, ascending. To an admin that is all.
func (s *Service) Visible(caller Caller) []*Declaration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Declaration
	for _, d := range s.declared {
		if s.admit(caller, d) == nil {
			list = append(list, d.Declaration)
		}
	}
	slices.SortFunc(list, func(a, b *Declaration) int { return cmp.Compare(a.Name.String(), b.Name.String()) })
	return list
}

// Try says why a declaration cannot be: the collection is the chat's own, or the database refuses the stages.
func (s *Service) Try(ctx context.Context, d *Declaration) error {
	if s.db == nil {
		return errNoDatabase
	}
	if err := s.own(d.Collection); err != nil {
		return err
	}
	made := newDeclared(d)
	for _, b := range d.samples() {
		opening, cancel := context.WithTimeout(ctx, openTimeout)
		cursor, err := s.db.Open(opening, made.watch(newPlan(b).pipeline))
		cancel()
		if err != nil {
			return err
		}
		cursor.Close()
	}
	return nil
}
